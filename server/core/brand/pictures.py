"""Whether an uploaded file is a picture that may stand on every customer's page: judged by what it holds.

Pictures go out as they came, and a browser shows them as pictures only. What is refused here all the same:
what is no picture, what would take a phone's memory, and drawings that do something or load something.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO
from xml.parsers import expat

from PIL import Image, UnidentifiedImageError

from keyferry.server.core.errors import Malformed

MAX_BYTES = 64_000
MAX_SIDE = 2000

PNG, JPEG, WEBP, SVG = "image/png", "image/jpeg", "image/webp", "image/svg+xml"
NAMES = {PNG: "PNG", JPEG: "JPEG", WEBP: "WebP", SVG: "SVG"}
_FORMATS = {"PNG": PNG, "JPEG": JPEG, "WEBP": WEBP}

_SVG_NAMESPACE = "http://www.w3.org/2000/svg"
_XHTML_NAMESPACE = "http://www.w3.org/1999/xhtml"
_ACTIVE = {"script", "foreignobject", "handler", "listener", "iframe", "object", "embed", "audio", "video"}
_LOADED = re.compile(r"url\(\s*+['\"]?+\s*+(?!#|data:image/(?:png|jpeg|webp|gif)[;,])|@import", re.I)
_OWN_REFERENCE = re.compile(r"#|data:image/(?:png|jpeg|webp|gif)[;,]", re.I)


@dataclass(frozen=True)
class Picture:
    """A picture, and its media type, by its content."""

    content: bytes
    media_type: str


def checked_picture(content: bytes) -> Picture:
    """Return a picture; raises Malformed (logo_too_large, malformed_logo)."""
    if len(content) > MAX_BYTES:
        raise too_large()
    if not content:
        raise Malformed("Choose an image first.", code="malformed_logo")
    try:
        with Image.open(BytesIO(content), formats=list(_FORMATS)) as picture:
            if max(picture.size) > MAX_SIDE:
                raise _too_many_pixels()
            picture.load()
            return Picture(content, _FORMATS[picture.format or ""])
    except UnidentifiedImageError:
        _require_harmless_drawing(content)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except (OSError, SyntaxError, ValueError):
        # What Pillow raises of a picture that is cut short or contradicts itself.
        raise Malformed(
            "This image is damaged. Save it again, and choose the new file.", code="malformed_logo"
        ) from None
    return Picture(content, SVG)


def too_large() -> Malformed:
    """Return the refusal of a file that has too many bytes."""
    return Malformed(
        "This image is larger than {most} kB. Make it smaller: it’s shown 32 pixels high.",
        code="logo_too_large",
        most=MAX_BYTES // 1000,
    )


def _too_many_pixels() -> Malformed:
    return Malformed(
        "This image has too many pixels. Make it smaller: up to {most} on each side.",
        code="logo_too_large",
        most=MAX_SIDE,
    )


def _require_harmless_drawing(content: bytes) -> None:
    drawing = _Drawing()
    try:
        drawing.parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError):
        raise Malformed(
            "This file isn’t an image that the page can show. Choose an SVG, PNG, WebP, or JPEG.",
            code="malformed_logo",
        ) from None


class _Drawing:
    """Reads an SVG and raises Malformed at the first thing that a drawing needs no more than a photo does."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.ProcessingInstructionHandler = self._instruction
        self.parser.StartElementHandler = self._element
        self.parser.CharacterDataHandler = self._text
        self._has_root = False

    def _doctype(self, name: str, system: str | None, public: str | None, has_subset: int) -> None:
        if has_subset:
            raise _refused("its own entities")

    def _instruction(self, target: str, data: str) -> None:
        raise _refused(f"an instruction, {target}")

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        if not self._has_root and (namespace, local) != (_SVG_NAMESPACE, "svg"):
            raise ValueError("a root element that isn’t svg")
        self._has_root = True
        if namespace == _XHTML_NAMESPACE or local.lower() in _ACTIVE:
            raise _refused(f"<{local}>")
        for attribute, value in attributes.items():
            _require_harmless_attribute(attribute.rpartition(" ")[2].lower(), value)

    def _text(self, text: str) -> None:
        if _LOADED.search(text):
            raise _refused("a style that loads something")


def _require_harmless_attribute(name: str, value: str) -> None:
    if name.startswith("on"):
        raise _refused(name)
    if name in ("href", "src") and not _OWN_REFERENCE.match(value.strip()):
        raise _refused("a link, or something loaded from elsewhere")
    if name == "attributename" and value.strip().lower().rpartition(":")[2] in ("href", "src"):
        raise _refused("a link that changes")
    if _LOADED.search(value):
        raise _refused("a style that loads something")


def _refused(what: str) -> Malformed:
    return Malformed(
        "This SVG contains {what}, which an image doesn’t need. Save it as a plain SVG, or as a PNG.",
        code="malformed_logo",
        what=what,
    )

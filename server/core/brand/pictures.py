"""Whether an uploaded file is a picture that may stand on every customer's page: judged by what it holds.

Pictures go out as they came, and a browser shows them as pictures only. What is refused here all the same:
what is no picture, what would take a phone's memory, and drawings that do something or load something.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.parsers import expat

from keyferry.server.core.errors import Malformed

MAX_BYTES = 64_000
MAX_SIDE = 2000

PNG, JPEG, WEBP, SVG = "image/png", "image/jpeg", "image/webp", "image/svg+xml"
NAMES = {PNG: "PNG", JPEG: "JPEG", WEBP: "WebP", SVG: "SVG"}

_SVG_NAMESPACE = "http://www.w3.org/2000/svg"
_XHTML_NAMESPACE = "http://www.w3.org/1999/xhtml"
_ACTIVE = {"script", "foreignobject", "handler", "listener", "iframe", "object", "embed", "audio", "video"}
_LOADED = re.compile(r"url\(\s*+['\"]?+\s*+(?!#|data:image/(?:png|jpeg|webp|gif)[;,])|@import", re.I)
_OWN_REFERENCE = re.compile(r"#|data:image/(?:png|jpeg|webp|gif)[;,]", re.I)
# Start of frame: every marker from C0 to CF but the three that are tables.
_JPEG_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_JPEG_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD8)}


@dataclass(frozen=True)
class Picture:
    """A picture, and its media type as its content tells it."""

    content: bytes
    media_type: str


def checked_picture(content: bytes) -> Picture:
    """Return a picture; raises Malformed (logo_too_large, malformed_logo)."""
    if len(content) > MAX_BYTES:
        raise too_large()
    if not content:
        raise Malformed("Choose a picture first.", code="malformed_logo")
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _of_size(content, PNG, _png_size(content))
    if content.startswith(b"\xff\xd8\xff"):
        return _of_size(content, JPEG, _jpeg_size(content))
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return _of_size(content, WEBP, _webp_size(content))
    _require_harmless_drawing(content)
    return Picture(content, SVG)


def too_large() -> Malformed:
    """Return the refusal of a file that has too many bytes."""
    return Malformed(
        f"This picture is larger than {MAX_BYTES // 1000} kB. Make it smaller: it is shown 32 pixels high.",
        code="logo_too_large",
    )


def _of_size(content: bytes, media_type: str, size: tuple[int, int] | None) -> Picture:
    if size is None or 0 in size:
        raise Malformed(
            f"This {NAMES[media_type]} is damaged. Save the picture again, and choose the new file.",
            code="malformed_logo",
        )
    if max(size) > MAX_SIDE:
        raise Malformed(
            f"This picture is {size[0]} × {size[1]} pixels. Make it smaller: up to {MAX_SIDE} a side.",
            code="logo_too_large",
        )
    return Picture(content, media_type)


def _png_size(content: bytes) -> tuple[int, int] | None:
    if content[12:16] != b"IHDR" or b"IEND" not in content[-12:]:
        return None
    return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker in _JPEG_FRAMES:
            height, width = content[place + 5 : place + 7], content[place + 7 : place + 9]
            return int.from_bytes(width), int.from_bytes(height)
        if marker == 0xFF:
            place += 1
        elif marker in _JPEG_WITHOUT_LENGTH:
            place += 2
        else:
            place += 2 + max(2, int.from_bytes(content[place + 2 : place + 4]))
    return None


def _webp_size(content: bytes) -> tuple[int, int] | None:
    kind, body = content[12:16], content[20:30]
    if len(body) < 10 or int.from_bytes(content[4:8], "little") + 8 > len(content):
        return None
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8L" and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = int.from_bytes(body[6:8], "little"), int.from_bytes(body[8:10], "little")
        return width & 0x3FFF, height & 0x3FFF
    return None


def _require_harmless_drawing(content: bytes) -> None:
    drawing = _Drawing()
    try:
        drawing.parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError):
        raise Malformed(
            "This file is no picture that the page can show. Choose an SVG, PNG, WebP or JPEG.",
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
            raise _refused("entities of its own")

    def _instruction(self, target: str, data: str) -> None:
        raise _refused(f"an instruction, {target}")

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        if not self._has_root and (namespace, local) != (_SVG_NAMESPACE, "svg"):
            raise ValueError("the root is not that of a drawing")
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
        raise _refused("a link, or something that it loads from elsewhere")
    if name == "attributename" and value.strip().lower().rpartition(":")[2] in ("href", "src"):
        raise _refused("a link that changes")
    if _LOADED.search(value):
        raise _refused("a style that loads something")


def _refused(what: str) -> Malformed:
    return Malformed(
        f"This SVG holds {what}, which a picture does not need. Save it as a plain SVG, or as a PNG.",
        code="malformed_logo",
    )

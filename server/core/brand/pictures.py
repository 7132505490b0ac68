"""A vendor's logo, drawn anew: nothing of the file that somebody chose reaches a customer's browser.

A drawing (SVG) is a program for whoever shows it, and what filters it is passed sooner or later. It is drawn
in the browser of the administrator who chooses it (`static/logo.js`), and here there are only dots.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from keyferry.server.core.errors import Malformed

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_BYTES = 500_000
MAX_SIDE = 2000
SIZE = (480, 96)
"""The most that is kept: three times what pages show, for the finest screens."""

_FORMATS = ("PNG", "JPEG", "WEBP")


def drawn_anew(content: bytes) -> bytes:
    """Return a picture as a PNG of our own, as large as it is needed.

    Raises Malformed (logo_too_large, logo_is_svg, malformed_logo).
    """
    if len(content) > MAX_BYTES:
        raise too_large()
    if not content:
        raise Malformed("Choose an image first.", code="malformed_logo")
    # Here, since a logo is chosen once, and every worker would carry several megabytes for it.
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as picture:
            if max(picture.size) > MAX_SIDE:
                raise _too_many_pixels()
            return _written(picture)
    except UnidentifiedImageError:
        raise _no_picture(content) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except (OSError, SyntaxError, ValueError):
        # What Pillow raises of a picture that is cut short or contradicts itself.
        raise Malformed(
            "This image is damaged. Save it again, and choose the new file.", code="malformed_logo"
        ) from None


def too_large() -> Malformed:
    """Return the refusal of a file that has too many bytes."""
    return Malformed(
        "This image is larger than {most} kB. Make it smaller: it’s shown 32 pixels high.",
        code="logo_too_large",
        most=MAX_BYTES // 1000,
    )


def _written(picture: Image) -> bytes:
    from PIL import ImageOps

    upright = ImageOps.exif_transpose(picture)
    shown = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    shown.thumbnail(SIZE)
    # Pillow would pass on what it does not draw.
    shown.info.clear()
    written = BytesIO()
    shown.save(written, "PNG", optimize=True)
    return written.getvalue()


def _too_many_pixels() -> Malformed:
    return Malformed(
        "This image has too many pixels. Make it smaller: up to {most} on each side.",
        code="logo_too_large",
        most=MAX_SIDE,
    )


def _no_picture(content: bytes) -> Malformed:
    if b"<svg" in content.lower():
        return Malformed(
            "This is an SVG. Export it as a PNG with a transparent background, and choose that file.",
            code="logo_is_svg",
        )
    return Malformed(
        "This file isn’t an image that the page can show. Choose a PNG, WebP, or JPEG.",
        code="malformed_logo",
    )

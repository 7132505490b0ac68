"""Pictures of the QR code that a phone shows: a photo, or what a webcam took."""

from __future__ import annotations

from io import BytesIO

from keyferry.protocol.errors import LicenseFileRefused

LARGEST = 64 * 1024 * 1024
"""Bytes of the largest picture that is read."""

_MOST_PIXELS = 100_000_000
_BEGINNINGS = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")


def is_picture(content: bytes) -> bool:
    """Return whether a file begins as a picture does, and no text."""
    return content.startswith(_BEGINNINGS) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP")


def text_in(content: bytes) -> str:
    """Return the text of the QR code in a picture.

    What reads pictures is the extra `pictures`. Raises LicenseFileRefused (pictures_not_supported,
    picture_not_readable, no_code_in_picture).
    """
    try:
        import zxingcpp
        from PIL import Image, UnidentifiedImageError
    except ImportError:
        raise LicenseFileRefused(
            "This application can’t read pictures. Use the .lic file, or type the computer key.",
            code="pictures_not_supported",
        ) from None
    try:
        with Image.open(BytesIO(content)) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise ValueError("too many pixels")
            found = zxingcpp.read_barcodes(picture.convert("L"))
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError):
        raise LicenseFileRefused(
            "This picture can’t be read. Save it as PNG or JPEG, or use the .lic file.",
            code="picture_not_readable",
        ) from None
    if not found:
        raise LicenseFileRefused(
            "No QR code was found in this picture. Take it again, closer and straight on, with all of the "
            "code in it.",
            code="no_code_in_picture",
        )
    return str(found[0].text)

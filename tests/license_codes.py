"""What a phone draws of a license file, and what is seen of that."""

import base64
import json
from io import BytesIO

import segno
from PIL import Image, ImageFilter

from keyferry.protocol.license_code import license_code


def code_of(file: str) -> str:
    """Return the text of the QR code."""
    header, payload, signature = (base64.urlsafe_b64decode(f"{part}==") for part in file.split("."))
    activation, issued, claims, name, features = (
        json.loads(payload)[key] for key in ("jti", "iat", "claims", "computer_name", "features")
    )
    return license_code(
        (activation, issued, claims, name, features), int(json.loads(header)["kid"]), signature
    )


def photo(
    text: str,
    *,
    kind: str = "PNG",
    scale: int = 6,
    blur: float = 0.0,
    turn: float = 0.0,
    size: int | None = None,
) -> bytes:
    """Return a picture of a QR code, as a camera may take it."""
    drawn = BytesIO()
    segno.make(text, error="l").save(drawn, kind="png", scale=scale, border=4)
    picture = Image.open(drawn).convert("RGB")
    if turn:
        picture = picture.rotate(turn, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)
    if size:
        picture = picture.resize((size, size), Image.Resampling.BILINEAR)
    taken = BytesIO()
    picture.filter(ImageFilter.GaussianBlur(blur)).save(taken, kind)
    return taken.getvalue()

"""What a phone draws of a license file."""

import base64
import json

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

"""A license file in a QR code that a webcam reads: only what the wizard that asked for it does not know.

`LIC1/epoch/what it says/signature`, in the characters that a QR code packs most densely. What it says is a
JSON list of the activation, the time, the claims, the computer name and the features, in symbols; the
signature is that of the license file. The wizard makes the file anew, as it was signed, and verifies that.
"""

from __future__ import annotations

import json
import re

from keyferry.protocol.alphabet import Symbols, bytes_to_symbols, exact_symbols, symbols_to_bytes, write
from keyferry.protocol.characters import SPACES
from keyferry.protocol.computer_key import Binding
from keyferry.protocol.errors import LicenseFileRefused, NewerVersion
from keyferry.protocol.license_file import Said, signed_part, with_signature

_BEGINNING = re.compile(r"LIC([0-9]{1,3})/")
_VERSION = "1"
_CODE = re.compile(r"LIC1/([1-9][0-9]?)/([0-9A-Z]+)/([0-9A-Z]{103})")
# More than a QR code holds.
_LONGEST = 4_296
_SAID = 5
_AROUND = "".join(sorted(SPACES))


def license_code(said: Said, epoch: int, signature: bytes) -> str:
    """Return the text for a QR code of a license file."""
    content = json.dumps(list(said), ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    return f"LIC{_VERSION}/{epoch}/{write(bytes_to_symbols(content))}/{write(bytes_to_symbols(signature))}"


def is_license_code(text: str) -> bool:
    """Return whether a text is a license file from a QR code, of whatever version."""
    return _BEGINNING.match(text.lstrip(_AROUND)) is not None


def license_file_of(text: str, binding: Binding) -> str:
    """Return the license file of a code for one computer ID, unverified.

    Raises LicenseFileRefused (license_file_incomplete), or NewerVersion.
    """
    bare = text.strip(_AROUND)
    beginning = _BEGINNING.match(bare)
    if beginning is not None and beginning[1] != _VERSION:
        raise NewerVersion("This QR code is from a newer version. Update the application.")
    found = _CODE.fullmatch(bare[: _LONGEST + 1])
    try:
        if found is None:
            raise ValueError("no license code")
        said = json.loads(symbols_to_bytes(_symbols(found[2])).decode("utf-8"))
        if not isinstance(said, list) or len(said) != _SAID:
            raise ValueError("no list of five")
        return with_signature(
            signed_part(tuple(said), binding, int(found[1])), symbols_to_bytes(_symbols(found[3]))
        )
    except (ValueError, RecursionError):
        refused = LicenseFileRefused(
            "A part of this license file is missing. Take the picture of the QR code again, all of it.",
            code="license_file_incomplete",
        )
    # Not raised above: no error of a library, which may hold what it refuses, comes along as the context.
    raise refused


def _symbols(text: str) -> Symbols:
    symbols = exact_symbols(text)
    if symbols is None:
        raise ValueError("other characters")
    return symbols

"""The text of a license file as it arrives: what editors and mail programs do to it is undone.

They put a byte order mark in front, write UTF-16, break lines, quote, and mark a reply. None of that can make
another license file of it, since its signature covers every character that is left. Nothing is guessed: no
character is exchanged, and nothing but what stands below is left out.
"""

from __future__ import annotations

import re

from keyferry.protocol.characters import IGNORED, QUOTES, SPACES
from keyferry.protocol.errors import LicenseFileRefused

MAX_CHARACTERS = 32_768
"""The longest license file in its one form."""

MOST_TEXT = 4 * MAX_CHARACTERS
"""The longest text in which one is looked for, with all that was added on its way."""

_SIGNATURE = 86
_PART = "[A-Za-z0-9_-]+"
_WHOLE = re.compile(rf"{_PART}\.{_PART}\.{_PART}", re.ASCII)
# Either end may be missing: what is left of a license file is long, and has nothing else in it.
_PIECE = re.compile(r"eyJ[A-Za-z0-9_.-]*|[A-Za-z0-9_-]+\.[A-Za-z0-9_.-]*", re.ASCII)
_SHORTEST_PIECE = 40
# Longer than any typed key, however it was spelled.
_LONGER_THAN_KEYS = 200
# Quoted-printable, in which mail travels, ends each line that it breaks like this.
_SOFT_BREAK = re.compile(r"=[ \t]*\r?\n")
_ADDED = dict.fromkeys(map(ord, {*SPACES, *IGNORED, *QUOTES, ">"}))


def text_of(content: bytes) -> str:
    """Decode the bytes of a file: UTF-8, or UTF-16 as an editor saves it, with a byte order mark or none."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    if content[1:2] == b"\0":
        return content.decode("utf-16-le", errors="replace")
    if content[:1] == b"\0":
        return content.decode("utf-16-be", errors="replace")
    return content.decode("utf-8-sig", errors="replace")


def canonical_text(text: str) -> str:
    """Return the three parts of a license file in its one form, unverified; raises LicenseFileRefused."""
    if len(text) > MOST_TEXT:
        raise _too_large()
    bare = _bare(text)
    if not bare:
        raise LicenseFileRefused("This license file is empty. Download it again.", code="license_file_empty")
    if len(bare) > MAX_CHARACTERS:
        raise _too_large()
    if _is_cut(bare):
        raise LicenseFileRefused(
            "A part of this license file is missing. Download it again, or copy all of it.",
            code="license_file_incomplete",
        )
    if not _WHOLE.fullmatch(bare):
        raise _something_else(
            "This isn’t a license file. If a web page was saved instead, such as one to sign in, sign in and "
            "download the .lic file again."
        )
    return bare


def looks_like_license_file(text: str) -> bool:
    """Return whether this is a license file, or a piece of one, and no typed key."""
    bare = _bare(text[:MOST_TEXT])
    return bare.startswith("eyJ") and ("." in bare or len(bare) > _LONGER_THAN_KEYS)


def _bare(text: str) -> str:
    return _SOFT_BREAK.sub("", text).translate(_ADDED)


def _is_cut(bare: str) -> bool:
    if len(bare) < _SHORTEST_PIECE and not bare.startswith("eyJ"):
        return False
    parts = bare.split(".")
    whole = len(parts) >= 3 and len(parts[-1]) >= _SIGNATURE and bare.startswith("eyJ")
    return not whole and _PIECE.fullmatch(bare) is not None


def _too_large() -> LicenseFileRefused:
    return _something_else("This file is too large to be a license file. Choose the .lic file.")


def _something_else(message: str) -> LicenseFileRefused:
    return LicenseFileRefused(message, code="not_a_license_file")

"""The token in what scanner and mail applications make of a QR code's address.

They write it in lower case, encode its signs, wrap it, and put words around it. Nothing here vouches for what
is found: its signature does. So all of that may be undone; what was really cut or altered stays refused.
"""

from __future__ import annotations

import re

from keyferry.protocol.alphabet import SYMBOLS
from keyferry.protocol.characters import IGNORED, SPACES, UNTYPABLE

# An application encodes what it was handed; another one encodes that again.
_ENCODED_AT_MOST = 3
_ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
# No form and no scanner hands over more.
_MOST = 16_384
# The last three are where mail programs wrap a line: the sign of quoted-printable before it, those of a
# quoted mail behind it.
_BREAKS = SPACES | IGNORED | UNTYPABLE | frozenset("=>|")
_SYMBOL = f"[{SYMBOLS}]"
# What follows a dot at once is the signature of the token before it, whatever letter that begins with.
_BEGINS = r"(?<!\w)(?<!\w\.)[ABD]"
# Shortest and longest are for `peek` to judge. A character that follows at once would be one too many.
_BARE = re.compile(rf"[ABD]{_SYMBOL}{{44,138}}\.{_SYMBOL}{{20}}", re.ASCII)
_TOKEN = re.compile(rf"{_BEGINS}(?: ?{_SYMBOL}){{44,138}}+ ?\.(?: ?{_SYMBOL}){{20}}(?!\w)", re.I | re.ASCII)


def token_in(text: str) -> str:
    """Return the request token in a text in its one form; what holds none comes back for `peek` to refuse."""
    if _BARE.fullmatch(text):
        return text
    bare = _decoded(text[:_MOST])
    found = _TOKEN.search(_spaced(bare))
    return found[0].replace(" ", "").upper() if found else bare.rpartition("#")[2].strip()


def is_carried(text: str) -> bool:
    """Tell whether a text is the address of a QR code, or a token, rather than anything typed."""
    bare = _decoded(text[:_MOST])
    return ("://" in bare and "#" in bare) or _TOKEN.search(_spaced(bare)) is not None


def _decoded(text: str) -> str:
    for _ in range(_ENCODED_AT_MOST):
        text = _ENCODED.sub(_bytes_as_text, text)
    return text


def _bytes_as_text(encoded: re.Match[str]) -> str:
    return bytes.fromhex(encoded[0].replace("%", "")).decode("utf-8", errors="replace")


def _spaced(text: str) -> str:
    """Return a text with one space for each break, visible or not."""
    return " ".join("".join(" " if one in _BREAKS else one for one in text).split())

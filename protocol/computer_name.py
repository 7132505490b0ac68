"""The name of a computer as its owner knows it: a courtesy to people, proof of nothing.

What is a name follows from fixed lists of code points: one that a wizard takes, no server refuses.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from keyferry.protocol.characters import EXTENDING, JOINERS, NOT_IN_NAMES, SPACES
from keyferry.protocol.errors import MalformedCode

MAX_CHARACTERS = 40
MAX_TOKEN_BYTES = 24

_SPACES = "".join(sorted(SPACES))
# England, Scotland and Wales: a black flag, and an invisible word.
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f")
_TAG = re.compile("[\U000e0020-\U000e007f]")
_BESIDE_JOINER = frozenset(_SPACES) | JOINERS


def clean_computer_name(text: str | None) -> str | None:
    """Return the trimmed name in NFC, cut after 40 characters, None if it is empty.

    Raises MalformedCode (malformed_computer_name) for control characters and those that nobody sees.
    """
    name = _trimmed(text)
    if not _is_name(name):
        raise MalformedCode(
            "A computer name can only have visible characters and spaces. Type it by hand.",
            code="malformed_computer_name",
        )
    return _cut(name, MAX_CHARACTERS) or None


def readable_name(text: str | None) -> str | None:
    """Return the name as `clean_computer_name` does, None where that raises: nothing fails for a name."""
    name = _trimmed(text)
    return (_cut(name, MAX_CHARACTERS) or None) if _is_name(name) else None


def shortened_for_token(name: str | None) -> str:
    """Return as much of a name as a QR code carries, "" if there is none: at most 24 bytes of UTF-8.

    It is cut between characters: a mark stays with its letter, and what joins two characters with both.
    """
    whole = readable_name(name) or ""
    most = len(whole.encode("utf-8")[:MAX_TOKEN_BYTES].decode("utf-8", errors="ignore"))
    return _cut(whole, most)


def ever_shorter(name: str | None) -> Iterator[str]:
    """Yield what a QR code carries of a name, then less and less of it, "" at last."""
    whole = shortened_for_token(name)
    yield from dict.fromkeys(_cut(whole, most) for most in range(len(whole), -1, -1))


def _trimmed(text: str | None) -> str:
    return unicodedata.normalize("NFC", text or "").strip(_SPACES)


def _is_name(name: str) -> bool:
    if name.isascii():
        return name.isprintable()
    bare = _FLAG.sub("x", name)
    if not NOT_IN_NAMES.isdisjoint(bare) or _TAG.search(bare):
        return False
    around = f" {bare} "
    return all(
        around[place - 1] not in _BESIDE_JOINER and around[place + 1] not in _BESIDE_JOINER
        for place, character in enumerate(around)
        if character in JOINERS
    )


def _cut(name: str, most: int) -> str:
    """Return the longest beginning of at most `most` code points that ends between two characters."""
    if len(name) <= most:
        return name
    fit = (end for end in range(most, 0, -1) if name[end] not in EXTENDING and name[end - 1] not in JOINERS)
    return name[: next(fit, 0)].strip(_SPACES)

"""The name of a computer as its owner knows it: a courtesy to people, proof of nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from keyferry.protocol.errors import MalformedCode

MAX_CHARACTERS = 40
MAX_TOKEN_BYTES = 24


def clean_computer_name(text: str | None) -> str | None:
    """Return the trimmed name in NFC, None if it is empty; raises MalformedCode (malformed_computer_name).

    Control characters and invisible ones, such as those that turn the direction of writing, are refused.
    """
    name = unicodedata.normalize("NFC", text or "").strip()
    if len(name) > MAX_CHARACTERS:
        raise MalformedCode(
            "A computer name can have up to {most} characters. Choose a shorter one.",
            code="malformed_computer_name",
            most=MAX_CHARACTERS,
        )
    if not name.isprintable():
        raise MalformedCode(
            "A computer name can only have visible characters and spaces. Type it by hand.",
            code="malformed_computer_name",
        )
    return name or None


def shortened_for_token(name: str | None) -> str:
    """Return as much of a name as a QR code carries, "" if there is none.

    That is at most 24 bytes of UTF-8, cut between characters; raises as `clean_computer_name` does.
    """
    encoded = (clean_computer_name(name) or "").encode("utf-8")[:MAX_TOKEN_BYTES]
    return encoded.decode("utf-8", errors="ignore").strip()


def ever_shorter(name: str | None) -> Iterator[str]:
    """Yield what a QR code carries of a name, then less and less of it, "" at last.

    A name is never cut between a letter and the marks above it. Raises as `clean_computer_name` does.
    """
    whole = shortened_for_token(name)
    cuts = (end for end in range(len(whole), 0, -1) if not unicodedata.combining((whole + " ")[end]))
    yield from dict.fromkeys([*(whole[:end].strip() for end in cuts), ""])

"""One form for all spellings that a person would call the same: case, width, and how an accent is put on."""

from __future__ import annotations

from unicodedata import normalize

FOLDED_LENGTH = 200
"""How much of a text is searched: a letter may become eighteen, and an index takes no more."""


def folded(text: str) -> str:
    """Return a text in the form in which it is looked for, like the databases' own but the same on each."""
    return caseless(text)[:FOLDED_LENGTH]


def caseless(text: str) -> str:
    """Return all of a text in that form, for what no database looks for."""
    return normalize("NFKC", normalize("NFKD", text).casefold())


def composed(text: str) -> str:
    """Return a text in the one form in which it is kept and compared; keyboards and systems differ in it."""
    return normalize("NFC", text)

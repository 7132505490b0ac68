"""Numbers of rows, as people and addresses say them."""

from __future__ import annotations

LARGEST = 2**31 - 1
"""The largest number that the key of a row can have."""


def row_number(text: str) -> int:
    """Return the number that a text names; raises ValueError."""
    number = int(text)
    if not 0 <= number <= LARGEST:
        raise ValueError("no row has this number")
    return number

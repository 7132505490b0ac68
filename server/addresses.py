"""Numbers of rows in addresses: one that no database can hold is of nothing, rather than a failure."""

from __future__ import annotations

from typing import Any

from werkzeug.routing import IntegerConverter, Map

_LARGEST = 2**31 - 1


class RowNumber(IntegerConverter):
    """A whole number that fits into the key of a row."""

    def __init__(self, map: Map, *arguments: Any, **named: Any) -> None:
        super().__init__(map, *arguments, **({"max": _LARGEST} | named))


def row_number(text: str) -> int:
    """Return the number that an argument of an address names; raises ValueError."""
    number = int(text)
    if not 0 <= number <= _LARGEST:
        raise ValueError("no row has this number")
    return number

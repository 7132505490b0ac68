"""Which page of a list an address asks for."""

from __future__ import annotations

from typing import TypedDict

from flask import request

from keyferry.server.core.pages import Beside
from keyferry.server.core.row_numbers import row_number


class Turned(TypedDict):
    """The number of a page and, in a long list, the row beside which it begins."""

    number: int
    beside: Beside | None


def turned() -> Turned:
    """Read the address; what it says wrongly is taken as not said."""
    asked = request.args
    after, before = asked.get("after", None, row_number), asked.get("before", None, row_number)
    row = after if before is None else before
    beside = None if row is None else Beside(row, back=before is not None)
    return Turned(number=asked.get("page", 1, int), beside=beside)

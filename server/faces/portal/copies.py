"""Possible copies of computers, as a list and as a table for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import Blueprint, Response

from keyferry.server.core.licensing import copies
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import staff
from keyferry.server.faces.portal.tables import table
from keyferry.server.faces.portal.turning import turned
from keyferry.server.words.columns import COPIES, row_of

blueprint = Blueprint("copies", __name__)

_PIECE = 500


@blueprint.get("/possible-copies")
@staff.needs(Permission.SEE_LICENSES)
def listing() -> str:
    """Show who took a seat from an earlier state or without proof, the latest first."""
    with reading() as session:
        return staff.page("copies", found=copies.listed(session, number=turned()["number"]))


@blueprint.get("/possible-copies.csv", defaults={"form": "csv"})
@blueprint.get("/possible-copies.xlsx", defaults={"form": "xlsx"})
@staff.needs(Permission.SEE_LICENSES)
def export(form: str) -> Response:
    """Give all of them as a table, as CSV a piece at a time."""
    return table("possible-copies", form, tuple(COPIES), _table())


def _table() -> Iterator[list[Sequence[object]]]:
    last: int | None = None
    while True:
        with reading() as session:
            rows = copies.before(session, last, _PIECE)
        if not rows:
            return
        yield [row_of(COPIES, one) for one in rows]
        last = rows[-1].id

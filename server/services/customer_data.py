"""All that is stored about a customer as one file, for every face; the audit keeps who took it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from keyferry.server.core import audit
from keyferry.server.core.audit import By
from keyferry.server.core.customers import data, records
from keyferry.server.core.customers.data import Section, Whose
from keyferry.server.core.events import Event
from keyferry.server.core.licensing.file_names import customer_file_name
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.services.changing import changing
from keyferry.server.services.permission import permitted


@dataclass(frozen=True)
class Export:
    """A file of JSON, a piece at a time: a customer may hold a hundred thousand licenses."""

    name: str
    pieces: Iterator[str]


@permitted(Permission.CHANGE_CUSTOMERS)
def export(number: int, *, by: By) -> Export:
    """Return all that is stored about a customer; raises NotFound (unknown_customer)."""
    with changing(by) as (session, now):
        found = records.with_id(session, number)
        whose, own = data.whose(found), data.CUSTOMER.row(found)
        name = customer_file_name(found.name or found.email, now.date())
        detail = {"customer": number}
        audit.record(session, event=Event.CUSTOMER_DATA_EXPORTED, by=by, now=now, detail=detail)
    return Export(name, _pieces(whose, own, now))


def _pieces(whose: Whose, own: dict[str, object], now: datetime) -> Iterator[str]:
    yield f'{{\n"exported_at": {_json(now.isoformat(timespec="seconds"))},\n"customer": {_json(own)}'
    for section in data.SECTIONS:
        yield f",\n{_json(section.name)}: ["
        separator = "\n"
        for rows in _rows(section, whose):
            if rows:
                yield separator + ",\n".join(map(_json, rows))
                separator = ",\n"
        yield "\n]"
    yield "\n}\n"


def _rows(section: Section, whose: Whose) -> Iterator[list[dict[str, object]]]:
    for read in section.ways:
        place, goes_on = None, True
        while goes_on:
            # Each piece by itself: a slow download keeps no connection of the database.
            with reading() as session:
                found, place = read(session, whose, place)
                rows = [section.row(one) for one in found]
            yield rows
            goes_on = place is not None


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)

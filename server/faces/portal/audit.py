"""The audit, for who may see it: with filters, and as a table for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, request

from keyferry.protocol.sentences import Sentence
from keyferry.server.core import lists
from keyferry.server.core.events import Event
from keyferry.server.core.licensing import audited, listings
from keyferry.server.core.licensing.listings import AuditWanted
from keyferry.server.core.models import Listing
from keyferry.server.core.staff import saved_views
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import list_addresses, staff
from keyferry.server.faces.portal.tables import csv_file, workbook
from keyferry.server.faces.portal.telling import told
from keyferry.server.faces.portal.turning import turned
from keyferry.server.parts import parts
from keyferry.server.services import list_queries
from keyferry.server.words.columns import EVENTS, row_of

blueprint = Blueprint("audit", __name__)

_PIECE = 500
_VIEWS: dict[str, dict[str, str]] = {
    "all": {},
    "refused": {"refused": "1"},
    "forced": {"event": Event.RELEASED_FORCED.value},
    "settings": {"kind": "settings"},
}
_KINDS = {
    "activations": Sentence("Activations"),
    "releases": Sentence("Deactivations"),
    "licenses": Sentence("Licenses"),
    "customers": Sentence("Customers"),
    "products": Sentence("Products"),
    "mail": Sentence("Email"),
    "signing_in": Sentence("Signing in"),
    "settings": Sentence("Settings and staff"),
}


@blueprint.get("/audit")
@staff.needs(Permission.SEE_AUDIT)
def listing() -> str:
    """Show what happened, the latest first."""
    return list_page(request.args.to_dict())


def list_page(asked: dict[str, str], **context: Any) -> str:
    """Return the list that an address asks for, with what was wrong where something was."""
    at, today, operator = list_addresses.AUDIT, parts().clock().date(), staff.operator()
    said = at.said(asked)
    wanted = list_queries.audit_wanted(said, parts().clock())
    with reading() as session:
        found = listings.audit_events(session, wanted, **turned())
        named = audited.named(session, found.rows)
        return staff.page(
            "audit",
            found=found,
            wanted=wanted,
            telling=lambda event: told(event, named),
            days=[(day, list(events)) for day, events in groupby(found.rows, lambda event: event.at.date())],
            keys=named.keys,
            sizes=audited.sizes(session),
            most=lists.MOST,
            views=_VIEWS,
            kinds=_KINDS,
            events=dict(sorted(((one.value, one.words) for one in Event), key=lambda one: one[1])),
            periods=list_queries.PERIODS,
            today=today,
            is_filtered=wanted != AuditWanted(),
            asked=said,
            listed={"endpoint": at.endpoint, "args": said},
            own_views=saved_views.of_operator(session, operator, Listing.AUDIT),
            of_query=at.of_query,
            query=at.query(said),
            **context,
        )


@blueprint.get("/audit.csv")
@staff.needs(Permission.SEE_AUDIT)
def export() -> Response:
    """Give what is filtered as a table, a piece at a time: it may be years of it."""
    return csv_file(f"{_name()}.csv", tuple(EVENTS), _table(_wanted()))


@blueprint.get("/audit.xlsx")
@staff.needs(Permission.SEE_AUDIT)
def export_workbook() -> Response:
    """Give what is filtered as a workbook, the latest events of too many."""
    return workbook(f"{_name()}.xlsx", tuple(EVENTS), _table(_wanted()))


def _wanted() -> AuditWanted:
    return list_queries.audit_wanted(request.args, parts().clock())


def _name() -> str:
    return f"audit-{parts().clock().date().isoformat()}"


def _table(wanted: AuditWanted) -> Iterator[list[Sequence[object]]]:
    before: int | None = None
    while True:
        with reading() as session:
            rows = listings.audit_events_before(session, wanted, before=before, size=_PIECE)
        if not rows:
            return
        yield [row_of(EVENTS, event) for event in rows]
        before = rows[-1].id

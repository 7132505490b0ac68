"""What staff do to many licences at once, after a question that counts them; and their keys as a table."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from werkzeug.wrappers import Response as AnyResponse

from server.core import licenses
from server.core.errors import Malformed
from server.core.models import License
from server.core.roles import Permission
from server.db import reading
from server.faces.portal import staff, typed
from server.faces.portal.tables import csv_file
from server.forms import Refusal, posted
from server.guard import guarded
from server.parts import parts

blueprint = Blueprint("bulk", __name__)

_MOST = 1000
# Longer ones are of no row, and no database holds them.
_NUMBER = re.compile(r"[0-9]{1,9}")
_DONE = {"suspend": "suspended", "resume": "resumed", "renew": "renewed"}


@blueprint.post("/licenses/bulk")
@staff.needs(Permission.CHANGE_LICENSES)
def ask() -> str:
    """Ask whether to do it; nothing is done yet."""
    return ask_page()


@blueprint.post("/licenses/bulk/do")
@staff.needs(Permission.CHANGE_LICENSES)
def do() -> AnyResponse:
    """Do it to all of them or, where one refuses, to none."""
    values, now = posted(), parts().clock()
    action = _action(values)
    with guarded(event="change_refused", by=staff.by(), now=now) as session:
        chosen = _chosen(session)
        for license in chosen:
            _change(session, license, action, values, now)
    flash(f"{len(chosen)} {'licence' if len(chosen) == 1 else 'licences'} {_DONE[action]}.")
    return redirect(url_for("portal.licenses.listing"))


@blueprint.post("/licenses/export")
@staff.needs(Permission.SEE_LICENSES)
def export() -> Response:
    """Give the chosen licences as a table."""
    with reading() as session:
        rows = [_row(license) for license in _chosen(session)]
    return csv_file("licences.csv", _HEAD, rows)


def ask_page(**context: Any) -> str:
    """Return the question, with what was wrong where it was asked before."""
    with reading() as session:
        try:
            chosen, action = _chosen(session), _action(posted())
        except Malformed:
            if "refusal" not in context:
                raise
            chosen, action = [], ""
        values: dict[str, Any] = {"refusal": None, "values": posted()} | context
        return staff.page("bulk", chosen=chosen, action=action, done=_DONE, **values)


def _action(values: dict[str, str]) -> str:
    action = values.get("action", "")
    if action not in _DONE:
        raise Malformed("Choose what to do with them.", code="nothing_chosen")
    return action


def _chosen(session: Session) -> list[License]:
    """Return the licences that were ticked; raises Malformed (nothing_chosen)."""
    numbers = {int(text) for text in request.form.getlist("chosen") if _NUMBER.fullmatch(text)}
    if len(numbers) > _MOST:
        raise Malformed(f"Choose up to {_MOST} licences at once.", code="nothing_chosen")
    wanted = select(License).where(License.id.in_(numbers)).order_by(License.id)
    found = session.scalars(wanted.options(joinedload(License.product), joinedload(License.customer))).all()
    if not found:
        raise Malformed("Tick the licences first, then choose what to do.", code="nothing_chosen")
    return list(found)


def _change(session: Session, license: License, action: str, values: dict[str, str], now: datetime) -> None:
    if action == "suspend":
        licenses.suspend(session, license, by=staff.by(), now=now)
    elif action == "resume":
        licenses.resume(session, license, by=staff.by(), now=now)
    else:
        by_date = values.get("term") == "date"
        expires = typed.day_or_none(values, "expires") if by_date else None
        days = None if by_date else typed.number_or_none(values, "days", "malformed_terms")
        licenses.renew(session, license, expires=expires, days=days, by=staff.by(), now=now)


_HEAD = ("activation_key", "product", "customer", "seats", "seats_used", "expires", "days", "status")


def _row(license: License) -> tuple[object, ...]:
    return (
        license.activation_key,
        license.product.code,
        license.customer.email if license.customer else "",
        license.seats,
        license.seats_used,
        licenses.expiry(license) or "",
        license.days_from_first_activation or "",
        licenses.standing(license, parts().clock()).value,
    )


def page_refused(deed: str, refusal: Refusal) -> str:
    """Return the question again, or that nothing was ticked."""
    return ask_page(refusal=refusal)

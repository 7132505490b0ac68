"""What staff do to many licenses at once, after a question that counts them; and their keys as a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from werkzeug.wrappers import Response as AnyResponse

from keyferry.server.core import versions
from keyferry.server.core.errors import Malformed
from keyferry.server.core.events import Event
from keyferry.server.core.licensing import license_changes, licenses
from keyferry.server.core.models import License
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading
from keyferry.server.faces.portal import staff, typed
from keyferry.server.faces.portal.tables import csv_file
from keyferry.server.parts import parts
from keyferry.server.services.guard import guarded
from keyferry.server.web.forms import Refusal, posted

blueprint = Blueprint("bulk", __name__)

_MOST = 1000
# Longer ones are of no row, and no database holds them.
_NUMBER = re.compile(r"[0-9]{1,9}")
_DONE = {"suspend": "put on hold", "resume": "resumed", "renew": "renewed"}


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
    with guarded(event=Event.CHANGE_REFUSED, by=staff.by(), now=now) as session:
        chosen = _chosen(session, lock=True)
        versions.require(typed.version(), _version(chosen))
        changed = [_change(session, license, action, values, now) for license in chosen].count(True)
    flash(_told(changed, len(chosen), _DONE[action]))
    return redirect(url_for("portal.licenses.listing"))


@blueprint.post("/licenses/export")
@staff.needs(Permission.SEE_LICENSES)
def export() -> Response:
    """Give the chosen licenses as a table."""
    with reading() as session:
        rows = [_row(license) for license in _chosen(session)]
    return csv_file("licenses.csv", _HEAD, [rows])


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
        return staff.page("bulk", chosen=chosen, version=_version(chosen), action=action, **values)


def _action(values: dict[str, str]) -> str:
    action = values.get("action", "")
    if action not in _DONE:
        raise Malformed("Choose what to do with the licenses.", code="nothing_chosen")
    return action


def _chosen(session: Session, *, lock: bool = False) -> list[License]:
    """Return the licenses that were selected; raises Malformed (nothing_chosen)."""
    numbers = {int(text) for text in request.form.getlist("chosen") if _NUMBER.fullmatch(text)}
    if len(numbers) > _MOST:
        raise Malformed(f"Select up to {_MOST:,} licenses at a time.", code="nothing_chosen")
    wanted = select(License).where(License.id.in_(numbers)).order_by(License.id)
    if lock:
        wanted = wanted.with_for_update(of=License)
    found = session.scalars(wanted.options(joinedload(License.product), joinedload(License.customer))).all()
    if not found:
        raise Malformed("Select licenses first, then choose what to do.", code="nothing_chosen")
    return list(found)


def _change(session: Session, license: License, action: str, values: dict[str, str], now: datetime) -> bool:
    """Do it to one; returns whether it was not so before."""
    if action == "suspend":
        return licenses.suspend(session, license, by=staff.by(), now=now)
    if action == "resume":
        return licenses.resume(session, license, by=staff.by(), now=now)
    expires, days = typed.renewal(values)
    licenses.renew(session, license, expires=expires, days=days, by=staff.by(), now=now)
    return True


def _version(chosen: Sequence[License]) -> str:
    return versions.digest(*(license_changes.version(license) for license in chosen))


def _told(changed: int, asked: int, done: str) -> str:
    """Say how many were changed, and how many were so before."""
    told = f"{changed:,} {'license' if changed == 1 else 'licenses'} {done}."
    before = asked - changed
    return f"{told} No changes to {before:,}." if before else told


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


def page_refused(operation: str, refusal: Refusal) -> str:
    """Return the question again, or that nothing was selected."""
    return ask_page(refusal=refusal)

"""What needs somebody's attention, in rows that lead to where something can be done about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from keyferry.server.core import audit
from keyferry.server.core.events import Event
from keyferry.server.core.licensing.attention import Kind, Noticed
from keyferry.server.core.licensing.figures import DAYS
from keyferry.server.core.mail import delivery
from keyferry.server.core.models import Activation, OutboxMail
from keyferry.server.faces.portal import staff

# What a role has to be allowed to do, or to see, before it is told.
_FOR = {Kind.LOOK_UPS: "SEE_AUDIT", Kind.SIGN_INS: "SEE_AUDIT", Kind.MAIL: "SEND_MAIL_AGAIN"}
_EVENTS = {
    Kind.LOOK_UPS: Event.LOOK_UP_REFUSED,
    Kind.SIGN_INS: Event.SIGN_IN_REFUSED,
    Kind.FORCED: Event.RELEASED_FORCED,
    Kind.CLAIMED: Event.RELEASED_CLAIMED,
}


@dataclass(frozen=True)
class Notice:
    """One row: how many of a kind, since when or when last, where it leads, and the name of a single one."""

    kind: str
    count: int
    at: datetime
    href: str
    name: str = ""
    attempts: int = 0


def notices(session: Session, noticed: Iterable[Noticed], now: datetime) -> dict[str, Any]:
    """Return the rows for who is signed in, how many things they stand for, and how many before."""
    told = [one for one in noticed if one.kind not in _FOR or staff.may(_FOR[one.kind])]
    rows = [_notice(session, one, now) for one in told if one.count]
    rows.sort(key=lambda row: row.at, reverse=True)
    ahead, late = None, None
    if staff.may("SET_PROPERTIES"):
        ahead, late = audit.from_the_future(session, now), delivery.late(session, now)
    if late:
        rows.insert(0, Notice("late", late.count, late.since, url_for("portal.outbox.listing")))
    if ahead:
        rows.insert(0, Notice("clock", 1, ahead, url_for("portal.audit.listing")))
    count = sum(one.count for one in told) + bool(late) + bool(ahead)
    before = sum(one.before for one in told)
    return {"notices": rows, "noticed": count, "noticed_before": before, "ahead": ahead, "late": late}


def _notice(session: Session, one: Noticed, now: datetime) -> Notice:
    name = _name(session, one) if one.count == 1 else ""
    return Notice(one.kind, one.count, one.at or now, _address(one, bool(name), now), name, one.attempts)


def _name(session: Session, one: Noticed) -> str:
    """Return what a single computer or mail is called, "" where it is gone."""
    if one.number is None:
        return ""
    if one.kind is Kind.MAIL:
        mail = session.get(OutboxMail, one.number)
        return mail.recipient if mail else ""
    computer = session.get(Activation, one.number)
    return (computer.computer_name or computer.computer_id) if computer else ""


def _address(one: Noticed, is_named: bool, now: datetime) -> str:
    if one.kind is Kind.MAIL:
        return url_for("portal.outbox.listing")
    if is_named:
        return url_for("portal.computers.computer", number=one.number)
    if one.kind in (Kind.STALE, Kind.UNPROVEN):
        return url_for("portal.copies.listing")
    if not staff.may("SEE_AUDIT"):
        return url_for("portal.computers.listing", state="released")
    since = (now - timedelta(days=DAYS - 1)).date().isoformat()
    return url_for("portal.audit.listing", event=_EVENTS[one.kind].value, since=since)

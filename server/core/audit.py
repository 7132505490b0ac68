"""The record of what was done and what was refused: append-only, and without any key in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypedDict, Unpack

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from keyferry.server.core import peers, windows
from keyferry.server.core.events import Channel, Event
from keyferry.server.core.folding import folded
from keyferry.server.core.models import Activation, AuditEvent, AuditRepeat, License, Product, Role, table_of
from keyferry.server.core.prepared import Prepared, connection_of

WINDOW = timedelta(hours=1)
"""How long what a stranger repeats is counted, and not written again."""

# The clocks of servers that share a database may differ by so much.
_TOLERANCE = timedelta(minutes=5)
# A clock that was ahead and has been corrected is behind the audit, too. So many events later, that is past.
_LATEST = 1000


_COLUMNS = (
    *("at", "event", "channel", "who", "folded_who", "address", "product_number", "license_id"),
    *("activation_id", "activation_key_ending", "code", "detail"),
)
_EVENT = insert(table_of(AuditEvent))
_APPEND = Prepared(_EVENT, columns=_COLUMNS)


@dataclass(frozen=True)
class By:
    """Who does an operation: channel (phone, self_help, portal, console, command_line), person and address.

    The address is brought into its normal form here, before anything counts, keeps or shows it.
    """

    channel: Channel
    who: str | None = None
    address: str | None = None
    role: Role | None = None
    """What a member of the staff may do; customers have none."""

    def __post_init__(self) -> None:
        if self.address is not None:
            object.__setattr__(self, "address", peers.normal(self.address))


class About(TypedDict, total=False):
    """What an event is about; `code` is that of a refusal.

    A license brings its product and an activation its license, so naming the narrowest is enough.
    """

    product: Product | None
    license: License | None
    activation: Activation | None
    activation_key_ending: str | None
    code: str | None


def ending(activation_key: str) -> str:
    """Return the last group of an activation key: enough to recognize a license, too little to use it."""
    return activation_key[-5:]


def record(
    session: Session,
    *,
    event: Event,
    by: By,
    now: datetime,
    detail: dict[str, Any] | None = None,
    **about: Unpack[About],
) -> None:
    """Append an event; `detail` must hold no key, code or token."""
    # What the event is about gets its number first.
    session.flush()
    _append(session, {**_columns(event, by, about), "at": now, "detail": detail})


def columns_of(event: Event, by: By, now: datetime, **about: Unpack[About]) -> dict[str, Any]:
    """Return the columns of an event, for a statement that writes it together with what it is about."""
    return {**_columns(event, by, about), "at": now}


def record_issued(
    session: Session, issued: Iterable[tuple[int, str]], *, product_number: int, by: By, now: datetime
) -> None:
    """Append an event for each of many licenses, given by their IDs and activation keys."""
    same = {
        **_columns(Event.LICENSE_ISSUED, by, {}),
        "product_number": product_number,
        "at": now,
        "detail": None,
    }
    rows = [{**same, "license_id": number, "activation_key_ending": ending(key)} for number, key in issued]
    connection_of(session).execute(_EVENT, rows)


def record_once(session: Session, *, event: Event, by: By, now: datetime, **about: Unpack[About]) -> None:
    """Append an event that a stranger can repeat: the same from the same network once in an hour.

    What happens again is counted, and one more row says how often once the hour is over. Rows of the audit
    stay for ever, so nobody may write as many as they like.
    """
    close_windows(session, now)
    columns = _columns(event, by, about)
    if windows.counted(session, AuditRepeat, _bucket(columns), WINDOW, now, event=columns) == 1:
        _append(session, {**columns, "at": now, "detail": None})


def from_the_future(session: Session, now: datetime) -> datetime | None:
    """Return the latest time among the last events if the clock is behind it; None means that all is well.

    If it is behind, the clock was set back: it is wrong now, or it was wrong then.
    """
    last = select(AuditEvent.at).order_by(AuditEvent.id.desc()).limit(_LATEST).subquery()
    newest = session.scalar(select(func.max(last.c.at)))
    return newest if newest is not None and newest > now + _TOLERANCE else None


def close_windows(session: Session, now: datetime) -> None:
    """Append how often events were repeated whose hour is over."""
    for window in windows.take_over(session, AuditRepeat, now):
        if window.count > 1:
            _append(session, {**window.event, "at": now, "detail": {"repeated": window.count - 1}})


def _append(session: Session, columns: Mapping[str, Any]) -> None:
    _APPEND.run(session, columns)


def _columns(event: Event, by: By, about: About) -> dict[str, Any]:
    product, license, activation = about.get("product"), about.get("license"), about.get("activation")
    if license is None and activation is not None:
        license = activation.license
    key_ending = ending(license.activation_key) if license else about.get("activation_key_ending")
    return {
        "event": event,
        "channel": by.channel,
        "who": by.who,
        "folded_who": folded(by.who) if by.who is not None else None,
        "address": by.address,
        "product_number": license.product_number if license else product.number if product else None,
        "license_id": license.id if license else None,
        "activation_id": activation.id if activation else None,
        "activation_key_ending": key_ending,
        "code": about.get("code"),
    }


def _bucket(columns: Mapping[str, Any]) -> str:
    """Return a digest of what two events have in common that count as the same one."""
    named = {**columns, "address": peers.network_of(columns["address"])}
    return hashlib.sha256(f"keyferry repeat v1\0{json.dumps(named, sort_keys=True)}".encode()).hexdigest()

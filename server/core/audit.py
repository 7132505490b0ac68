"""The record of what was done and what was refused: append-only, and without any key in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from keyferry.server.core import peers, repeats
from keyferry.server.core.events import Channel, Event
from keyferry.server.core.models import Activation, AuditEvent, License, Product, Role


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


def ending(activation_key: str) -> str:
    """Return the last group of an activation key: enough to recognize a license, too little to use it."""
    return activation_key[-5:]


def record(
    session: Session,
    *,
    event: Event,
    by: By,
    now: datetime,
    product: Product | None = None,
    license: License | None = None,
    activation: Activation | None = None,
    activation_key_ending: str | None = None,
    code: str | None = None,
    detail: dict[str, Any] | None = None,
) -> AuditEvent:
    """Append an event; `code` is that of a refusal, and `detail` must hold no key, code or token.

    A license brings its product and an activation its license, so naming the narrowest is enough.
    """
    columns = _columns(event, by, product, license, activation, activation_key_ending, code)
    row = AuditEvent(at=now, detail=detail, **columns)
    session.add(row)
    return row


def record_once(
    session: Session,
    *,
    event: Event,
    by: By,
    now: datetime,
    product: Product | None = None,
    license: License | None = None,
    activation: Activation | None = None,
    activation_key_ending: str | None = None,
    code: str | None = None,
) -> None:
    """Append an event that a stranger can repeat: the same from the same network once in an hour.

    What happens again is counted, and one more row says how often once the hour is over. Rows of the audit
    stay for ever, so nobody may write as many as they like.
    """
    close_windows(session, now)
    columns = _columns(event, by, product, license, activation, activation_key_ending, code)
    if repeats.counted(session, _sameness(columns), columns, now) == 1:
        session.add(AuditEvent(at=now, **columns))


def close_windows(session: Session, now: datetime) -> None:
    """Append how often events were repeated whose hour is over."""
    for columns, count in repeats.taken(session, now):
        session.add(AuditEvent(at=now, detail={"repeated": count - 1}, **columns))


def _columns(
    event: Event,
    by: By,
    product: Product | None,
    license: License | None,
    activation: Activation | None,
    activation_key_ending: str | None,
    code: str | None,
) -> dict[str, Any]:
    if license is None and activation is not None:
        license = activation.license
    return {
        "event": event,
        "channel": by.channel,
        "who": by.who,
        "address": by.address,
        "product_number": license.product_number if license else product.number if product else None,
        "license_id": license.id if license else None,
        "activation_id": activation.id if activation else None,
        "activation_key_ending": ending(license.activation_key) if license else activation_key_ending,
        "code": code,
    }


def _sameness(columns: Mapping[str, Any]) -> str:
    """Return what two events have in common that count as the same one."""
    named = {**columns, "address": peers.network_of(columns["address"])}
    return json.dumps(named, sort_keys=True)

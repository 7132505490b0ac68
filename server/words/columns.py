"""The columns of tables for a spreadsheet, the same in every face."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from keyferry.server.core.audit import ending
from keyferry.server.core.imports.imports import Refused
from keyferry.server.core.imports.rows import OURS
from keyferry.server.core.licensing.licenses import expiry, standing
from keyferry.server.words.wording import (
    CHANNELS,
    DISPLACED,
    STATES,
    event_in_words,
    mail_in_words,
    reason_in_words,
)

Columns = Mapping[str, Callable[[Any], object]]

PRODUCTS = ("code", "name", "keys", "epoch", "computers", "added")
CUSTOMERS: Columns = {
    "email": lambda one: one.customer.email,
    "name": lambda one: one.customer.name,
    "licenses": lambda one: one.held.licenses,
    "seats": lambda one: one.held.seats,
    "seats_used": lambda one: one.held.seats_used,
    "next_end": lambda one: one.held.next_end,
    "added": lambda one: one.customer.created_at.date(),
    "last_event (UTC)": lambda one: one.held.last_event and _moment(one.held.last_event),
}
COMPUTERS: Columns = {
    "computer name": lambda one: one.computer_name,
    "computer ID": lambda one: one.computer_id,
    "product": lambda one: one.license.product.code,
    "customer": lambda one: one.license.customer and one.license.customer.email,
    "activation key ends in": lambda one: ending(one.license.activation_key),
    "status": lambda one: STATES[one.ended_how],
    "way": lambda one: CHANNELS[one.channel],
    "activated (UTC)": lambda one: _moment(one.activated_at),
    "latest key (UTC)": lambda one: _moment(one.refreshed_at),
    "key ends": lambda one: one.expires_on,
    "released (UTC)": lambda one: one.ended_at and _moment(one.ended_at),
    "released by": lambda one: one.ended_by,
    "reason": lambda one: one.reason,
}
COPIES: Columns = {
    "at (UTC)": lambda one: _moment(one.at),
    "what happened": lambda one: DISPLACED[one.how],
    "computer name": lambda one: one.activation and one.activation.computer_name,
    "earlier computer ID": lambda one: one.computer_id,
    "license": lambda one: one.license_id,
    "activation key ends in": lambda one: one.activation and ending(one.activation.license.activation_key),
    "counts": lambda one: "yes" if one.counted else "no",
}
OUTBOX: Columns = {
    "email": lambda one: one.recipient,
    "what": mail_in_words,
    "status": lambda one: "waiting" if one.next_try_at else "failed",
    "since (UTC)": lambda one: _moment(one.created_at),
    "next try (UTC)": lambda one: one.next_try_at and _moment(one.next_try_at),
    "kept until (UTC)": lambda one: one.kept_until and _moment(one.kept_until),
    "tries": lambda one: one.tries,
    "trouble": lambda one: one.trouble,
    "license": lambda one: one.license_id,
}
EVENTS: Columns = {
    "number": lambda event: event.id,
    "at (UTC)": lambda event: _moment(event.at),
    "event": lambda event: event.event,
    "what happened": event_in_words,
    "refused because": reason_in_words,
    "code": lambda event: event.code,
    "channel": lambda event: CHANNELS.get(event.channel, event.channel),
    "who": lambda event: event.who,
    "address": lambda event: event.address,
    "product number": lambda event: event.product_number,
    "license": lambda event: event.license_id,
    "activation key ends in": lambda event: event.activation_key_ending,
    "detail": lambda event: json.dumps(event.detail, ensure_ascii=False) if event.detail else None,
}


def staff_seen(seen: Mapping[int, datetime]) -> Columns:
    """Return the columns of a table of staff, by when each was seen last."""
    return {
        "name": lambda one: one.name,
        "role": lambda one: one.role,
        "signs in with": lambda one: "second factor" if one.totp_since else "password only",
        "added": lambda one: one.created_at.date(),
        "last seen (UTC)": lambda one: seen.get(one.id) and _moment(seen[one.id]),
        "status": lambda one: "disabled" if one.disabled_at else "active",
    }


def licenses_at(now: datetime) -> Columns:
    """Return the columns of a table of licenses, as they stand at a moment."""
    return {
        "activation_key": lambda one: one.activation_key,
        "product": lambda one: one.product.code,
        "customer": lambda one: one.customer.email if one.customer else "",
        "seats": lambda one: one.seats,
        "seats_used": lambda one: one.seats_used,
        "expires": expiry,
        "days": lambda one: one.days_from_first_activation,
        "status": lambda one: standing(one, now).value,
        "order": lambda one: one.order_reference,
        "issued": lambda one: one.created_at.date(),
    }


def refused_head(head: Sequence[str]) -> Sequence[str]:
    """Return the header of a table of rows that were not imported: what is wrong, and that of their file."""
    return (*OURS, *(title for title in head if title not in OURS))


def refused_row(head: Sequence[str], row: Refused, message: str) -> Sequence[object]:
    """Return a row that was not imported: its line, the code of the error, a sentence, and what it was."""
    # A file of refused rows that was corrected has our columns already.
    ours = {place for place, title in enumerate(head) if title in OURS}
    return (row.line, row.code, message, *(cell for place, cell in enumerate(row.cells) if place not in ours))


def row_of(columns: Columns, one: Any) -> Sequence[object]:
    """Return one row of a table."""
    return tuple(cell(one) for cell in columns.values())


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds").removesuffix("+00:00")

"""Activating a machine: the one entrance for phone, Self Help, portal, console and command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from keyferry.protocol.claims import Claims, has_ended
from keyferry.protocol.computer_key import Binding
from keyferry.server.core import audit, properties
from keyferry.server.core.audit import By
from keyferry.server.core.events import Event
from keyferry.server.core.licensing import activation_rows, continuity
from keyferry.server.core.licensing.activated import Activated, computer_key
from keyferry.server.core.licensing.activation_refusals import no_seat_left, renewal_needs_scan
from keyferry.server.core.licensing.claims import claims_now, claims_of
from keyferry.server.core.licensing.continuity import Outcome
from keyferry.server.core.licensing.judging import Judged, Request, judge
from keyferry.server.core.licensing.openings import Opened
from keyferry.server.core.models import Activation, License
from keyferry.server.core.secrets import Keyring

_MOST_FORMER = 20


@dataclass(frozen=True)
class Preview:
    """What an activation would do, for a person to agree to."""

    license: License
    outcome: Outcome
    expires: date | None


def preview(
    session: Session, request: Request, *, keyring: Keyring, now: datetime, opened: Opened | None = None
) -> Preview:
    """Tell what `activate` would do, and refuse what it would refuse; writes nothing."""
    found = judge(session, request, keyring=keyring, now=now, opened=opened)
    if found.outcome is Outcome.SAME_SEAT and found.past.live is not None:
        claims = _claims_again(session, found.past.live, now)
    else:
        claims = claims_now(found.license, None, now)
    return Preview(found.license, found.outcome, claims.expires)


def activate(
    session: Session,
    request: Request,
    *,
    keyring: Keyring,
    by: By,
    now: datetime,
    reason: str | None = None,
    opened: Opened | None = None,
    seen: Judged | None = None,
) -> Activated:
    """Give the computer key for a machine: on its own seat, a free one, or for its earlier computer ID.

    The same activation key and computer ID give the same key until the claims change. With a `reason` of
    staff, an earlier computer ID is replaced without proof. What was `seen` before is not judged
    again if it still holds; IntegrityError then says that the same machine was quicker. Raises Unread where
    the openings decide and are not `opened`, NotFound (unknown_activation_key, unknown_product),
    RetiredEpoch, ComputerIdMismatch, LicenseRefused (license_expired, license_suspended, no_seat_left,
    replacement_needs_vendor, renewal_needs_scan), ComputerIdBurnt (computer_id_released,
    computer_id_superseded), LimitReached (computer_looks_the_same, release_limit_reached,
    activation_limit_reached, too_many_attempts).
    """
    found, has_seat = seen, seen is not None and _takes_seen_seat(session, seen, now)
    if found is None or not has_seat:
        found = judge(session, request, keyring=keyring, now=now, lock=True, reason=reason, opened=opened)
    live, outcome, changed = found.past.live, found.outcome, True
    if outcome is Outcome.SAME_SEAT and live is not None:
        activation, changed = live, _refresh(session, live, found.request, now)
    else:
        if outcome is Outcome.NEW_SEAT and not (has_seat or _takes_seat(session, found, now)):
            raise no_seat_left(found.license)
        activation = _placed(session, found, by, now)
    _record(session, found, activation, changed, reason, by, now)
    return _activated(found, activation, keyring)


def activate_at_once(
    session: Session, seen: Judged, request: Request, *, keyring: Keyring, by: By, now: datetime
) -> Activated | None:
    """Give the computer key for a free seat that was `seen`, in one statement, which is its own transaction.

    Return None if that isn't possible, or if anything that decides has changed since. Raises IntegrityError
    as `activate` does.
    """
    if not activation_rows.knows_all_at_once(session):
        return None
    license = seen.license
    begins_today = license.first_activated_on is None and license.days_from_first_activation is not None
    if seen.outcome is not Outcome.NEW_SEAT or begins_today or seen.past.opened.levels:
        return None
    event = audit.columns_of(Event.of(f"activated_{seen.outcome}"), by, now, license=license)
    activation = activation_rows.add_all_at_once(
        session,
        license,
        now.date(),
        as_read=seen.epoch,
        values=_values(license, request, request.computer_name, by, now),
        event=event,
    )
    return None if activation is None else _activated(seen, activation, keyring)


def repeat(seen: Judged, *, keyring: Keyring, now: datetime) -> Activated | None:
    """Give the computer key of a seat that `activate` would leave as it is, else None."""
    live = seen.past.live
    if seen.outcome is not Outcome.SAME_SEAT or live is None:
        return None
    if _changes(live, claims_now(live.license, live, now), seen.request, now):
        return None
    return _activated(seen, live, keyring)


def _takes_seen_seat(session: Session, seen: Judged, now: datetime) -> bool:
    """Take the free seat that was seen; not if anything that decides about it has changed since."""
    is_free = seen.outcome is Outcome.NEW_SEAT
    return is_free and activation_rows.take_seat(session, seen.license, now.date(), as_read=seen.epoch)


def _takes_seat(session: Session, found: Judged, now: datetime) -> bool:
    return activation_rows.take_seat(session, found.license, now.date())


def _record(
    session: Session,
    found: Judged,
    activation: Activation,
    changed: bool,
    reason: str | None,
    by: By,
    now: datetime,
) -> None:
    outcome = found.outcome
    event = Event.of(f"activated_{outcome}")
    if by.who is not None or outcome is not Outcome.SAME_SEAT:
        is_replacement = outcome in (Outcome.REPLACEMENT, Outcome.STALE)
        detail = {"reason": reason} if reason and is_replacement else None
        audit.record(session, event=event, by=by, activation=activation, detail=detail, now=now)
    elif changed:
        # The same code scanned again and again is no event, and a name can be changed without end.
        audit.record_once(session, event=event, by=by, activation=activation, now=now)


def _changes(live: Activation, claims: Claims, request: Request, now: datetime) -> dict[str, Any]:
    """Return what is new about a live activation, by its columns."""
    name = _name(request, live)
    changes: dict[str, Any] = {} if name == live.computer_name else {"computer_name": name}
    if claims != claims_of(live):
        changes |= {"issued_on": claims.issued, "expires_on": claims.expires, "features": claims.features}
        changes["refreshed_at"] = now
    return changes


def _claims_again(session: Session, live: Activation, now: datetime) -> Claims:
    """Return the claims for a computer ID that is asked for again; raises LicenseRefused."""
    claims, present = claims_now(live.license, live, now), claims_of(live)
    if claims == present or live.license.lease_days is None:
        return claims
    if not properties.read(session)[properties.RENEW_BY_SCAN_ONLY]:
        return claims
    if present.expires is not None and has_ended(present.expires, now):
        raise renewal_needs_scan()
    return present


def _refresh(session: Session, live: Activation, request: Request, now: datetime) -> bool:
    """Bring a live activation up to date, and tell whether anything changed."""
    changes = _changes(live, _claims_again(session, live, now), request, now)
    if changes:
        activation_rows.change(session, live, **changes)
    return bool(changes)


def _name(request: Request, live: Activation) -> str | None:
    """Return the computer's name: a QR code on a small screen carries only the beginning of the one known."""
    name, known = request.computer_name, live.computer_name
    return known if name is None or (known or "").startswith(name) else name


def _placed(session: Session, found: Judged, by: By, now: datetime) -> Activation:
    """Put a computer ID on a seat: its machine's own, or one that was taken for it."""
    license, past, request = found.license, found.past, found.request
    live = past.live
    name = request.computer_name if live is None else _name(request, live)
    values = _values(license, request, name, by, now)
    if live is None:
        activation = activation_rows.add(session, license, values)
        continuity.seated(session, past, activation, now)
        return activation
    if found.outcome is Outcome.CONTINUED:
        return continuity.continued(session, past, live, values, now)
    return continuity.replaced(session, license, past, live, values, by)


def _values(license: License, request: Request, name: str | None, by: By, now: datetime) -> dict[str, Any]:
    claims = claims_now(license, None, now)
    return {
        "epoch": request.computer_id.epoch,
        "fingerprint": request.computer_id.fingerprint,
        "commitment": request.computer_id.commitment,
        "computer_id": request.computer_id.text,
        "computer_name": name,
        "issued_on": claims.issued,
        "expires_on": claims.expires,
        "features": claims.features,
        "channel": by.channel,
        "who": by.who,
        "activated_at": now,
        "refreshed_at": now,
        "unproven_before": False,
    }


def _activated(found: Judged, activation: Activation, keyring: Keyring) -> Activated:
    binding = Binding(found.license.product.code, found.request.activation_key, found.request.computer_id)
    return Activated(
        computer_key=computer_key(activation, binding, found.epoch, keyring),
        outcome=found.outcome,
        activation=activation,
        epoch=found.epoch,
        binding=binding,
        former=tuple(found.past.computer_ids_before(activation)[:_MOST_FORMER]),
    )

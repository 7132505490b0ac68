"""Activating a machine: the one entrance for phone, Self Help, portal, console and command line."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.computer_id import ComputerId, verify_computer_id
from keyferry.protocol.computer_key import Binding, Style, issue_short, issue_signed
from keyferry.protocol.license_file import LicenseFile, issue_license_file
from keyferry.protocol.request_token import ActivationRequest
from keyferry.server.core import audit
from keyferry.server.core.audit import By
from keyferry.server.core.errors import LicenseRefused, NotFound
from keyferry.server.core.events import Event
from keyferry.server.core.licensing import activation_rows, release_limits
from keyferry.server.core.licensing.activation_refusals import (
    burnt,
    no_seat_left,
    replacement_unconfirmed,
    require_good_standing,
)
from keyferry.server.core.licensing.activation_rows import Found
from keyferry.server.core.licensing.claims import claims_now, claims_of
from keyferry.server.core.licensing.licenses import unknown
from keyferry.server.core.licensing.products import (
    feature_names,
    find_epoch,
    find_product_by_number,
    keys_of,
    license_file_private,
    served,
    typed_key_private,
)
from keyferry.server.core.models import Activation, Ending, License, Product, ProductEpoch
from keyferry.server.core.secrets import Keyring

_MOST_FORMER = 20


class Outcome(StrEnum):
    """What an activation does to the seats of its license."""

    NEW_SEAT = "new_seat"
    SAME_SEAT = "same_seat"
    REPLACEMENT = "replacement"


class Request(Protocol):
    """What is asked for, scanned or typed: an activation key on a computer."""

    @property
    def activation_key(self) -> ActivationKey:
        """Which license."""

    @property
    def computer_id(self) -> ComputerId:
        """Which computer."""

    @property
    def computer_name(self) -> str | None:
        """What its owner calls it."""

    @property
    def product_number(self) -> int | None:
        """Which product, where the wizard named it."""


@dataclass(frozen=True)
class Preview:
    """What an activation would do, for a person to agree to."""

    license: License
    outcome: Outcome
    expires: date | None


@dataclass(frozen=True)
class Activated:
    """A computer key, what it took, what it is bound to, and the computer IDs that it makes void."""

    computer_key: str = field(repr=False)
    outcome: Outcome
    activation: Activation
    epoch: ProductEpoch
    binding: Binding
    former: tuple[str, ...]

    @property
    def license(self) -> License:
        """The license that was activated."""
        return self.activation.license

    @property
    def product(self) -> Product:
        """The product of the license."""
        return self.license.product


@dataclass(frozen=True)
class Judged:
    """What an activation finds: the license, its epoch, and what the machine had on it until now."""

    license: License
    epoch: ProductEpoch
    machine: Sequence[Activation]
    live: Activation | None
    outcome: Outcome


def preview(session: Session, request: Request, *, keyring: Keyring, now: datetime) -> Preview:
    """Tell what `activate` would do, and refuse what it would refuse; writes nothing."""
    found = judge(session, request, keyring=keyring, now=now)
    known = found.live if found.outcome is Outcome.SAME_SEAT else None
    return Preview(found.license, found.outcome, claims_now(found.license, known, now).expires)


def activate(
    session: Session,
    request: Request,
    *,
    keyring: Keyring,
    by: By,
    now: datetime,
    reason: str | None = None,
    seen: Judged | None = None,
) -> Activated:
    """Give the computer key for a machine: on its own seat, a free one, or for its earlier computer ID.

    The same activation key and computer ID give the same key until the claims change. With a `reason` of
    staff, codes that were typed replace an earlier computer ID, too. What was `seen` before is not judged
    again if it still holds; IntegrityError then says that the same machine was quicker. Raises NotFound
    (unknown_activation_key, unknown_product), RetiredEpoch, ComputerIdMismatch, LicenseRefused
    (license_expired, license_suspended, no_seat_left, replacement_needs_vendor), ComputerIdBurnt
    (computer_id_released, computer_id_superseded), LimitReached (computer_looks_the_same,
    release_limit_reached, activation_limit_reached).
    """
    found, has_seat = seen, seen is not None and _takes_seen_seat(session, seen, now)
    if found is None or not has_seat:
        found = judge(session, request, keyring=keyring, now=now, lock=True, reason=reason)
    live, outcome, changed = found.live, found.outcome, True
    if outcome is Outcome.SAME_SEAT and live is not None:
        activation, changed = live, _refresh(session, live, request, now)
    elif live is not None:
        activation = _replace(session, found, live, request, by, now)
    else:
        if not has_seat and not activation_rows.take_seat(session, found.license, now.date()):
            raise no_seat_left(found.license)
        activation = _add(session, found.license, request, request.computer_name, by, now)
    event = Event.of(f"activated_{outcome}")
    if by.who is not None or outcome is not Outcome.SAME_SEAT:
        detail = {"reason": reason} if reason and outcome is Outcome.REPLACEMENT else None
        audit.record(session, event=event, by=by, activation=activation, detail=detail, now=now)
    elif changed:
        # The same code scanned again and again is no event, and a name can be changed without end.
        audit.record_once(session, event=event, by=by, activation=activation, now=now)
    return _activated(found, activation, request, keyring)


def activate_at_once(
    session: Session, seen: Judged, request: Request, *, keyring: Keyring, by: By, now: datetime
) -> Activated | None:
    """Give the computer key for a free seat that was `seen`, in one statement, which is its own transaction.

    Return None if that isn't possible, or if anything that decides has changed since. Raises IntegrityError
    as `activate` does.
    """
    license = seen.license
    begins_today = license.first_activated_on is None and license.days_from_first_activation is not None
    if seen.outcome is not Outcome.NEW_SEAT or begins_today:
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
    return None if activation is None else _activated(seen, activation, request, keyring)


def repeat(seen: Judged, request: Request, *, keyring: Keyring, now: datetime) -> Activated | None:
    """Give the computer key of a seat that `activate` would leave as it is, else None."""
    live = seen.live
    if seen.outcome is not Outcome.SAME_SEAT or live is None or _changes(live, request, now):
        return None
    return _activated(seen, live, request, keyring)


def license_file(done: Activated, *, keyring: Keyring) -> str:
    """Return the license file of an activation: it says what the computer key says."""
    live = done.activation
    content = LicenseFile(
        activation_id=str(live.id),
        issued_at=live.refreshed_at,
        claims=claims_of(live),
        computer_name=live.computer_name,
        features=tuple(feature_names(done.product, live.features)),
    )
    return issue_license_file(content, done.binding, license_file_private(done.epoch, keyring))


def activation_of(session: Session, license: License, computer_id: ComputerId) -> Activation | None:
    """Return the activation that a computer ID stands for on a license, ended or not."""
    wanted = select(Activation).where(
        Activation.license_id == license.id, Activation.computer_id == computer_id.text
    )
    return session.scalar(wanted)


def require_same_product(license: License, request: Request) -> None:
    """Raise NotFound (unknown_activation_key) where the wizard of another product asks."""
    if request.product_number not in (None, license.product_number):
        raise NotFound(
            "This activation key is for another product. In the License Wizard, type the activation key "
            "for this product.",
            code="unknown_activation_key",
        )


def judge(
    session: Session,
    request: Request,
    *,
    keyring: Keyring,
    now: datetime,
    lock: bool = False,
    reason: str | None = None,
) -> Judged:
    """Find the license and what the machine has on it, and decide; every refusal is raised here.

    Raises as `activate`; writes nothing.
    """
    found = _find(session, request, lock=lock)
    license, epoch, machine = found.license, served(found.epoch), found.machine
    verify_computer_id(request.computer_id, keys_of(epoch, keyring), request.activation_key)
    require_good_standing(license, now)
    same = next((one for one in machine if one.computer_id == request.computer_id.text), None)
    if same is not None and same.ended_at is not None:
        raise burnt(same)
    live = next((one for one in machine if one.ended_at is None), None)
    if same is not None:
        return Judged(license, epoch, machine, live, Outcome.SAME_SEAT)
    release_limits.check_activation(session, len(machine))
    if live is None:
        if license.seats_used >= license.seats:
            raise no_seat_left(license)
        return Judged(license, epoch, machine, live, Outcome.NEW_SEAT)
    if reason is None and not isinstance(request, ActivationRequest):
        raise replacement_unconfirmed()
    judged = Judged(license, epoch, machine, live, Outcome.REPLACEMENT)
    if not _is_upgrade(judged, live, request.computer_id.epoch):
        release_limits.check_replacement(session, license, live.fingerprint, now)
    return judged


def _find(session: Session, request: Request, *, lock: bool) -> Found:
    key, computer_id = request.activation_key, request.computer_id
    try:
        found = activation_rows.find(session, key, computer_id, lock=lock)
        if found is None:
            raise unknown(session, key)
        require_same_product(found.license, request)
    except (NotFound, LicenseRefused):
        # Who has the secret of a retired epoch learns of no activation key with it.
        if request.product_number is not None:
            with suppress(NotFound):
                find_epoch(find_product_by_number(session, request.product_number), computer_id.epoch)
        raise
    return found


def _takes_seen_seat(session: Session, seen: Judged, now: datetime) -> bool:
    """Take the free seat that was seen; not if anything that decides about it has changed since."""
    is_free = seen.outcome is Outcome.NEW_SEAT
    return is_free and activation_rows.take_seat(session, seen.license, now.date(), as_read=seen.epoch)


def _is_upgrade(found: Judged, live: Activation, epoch: int) -> bool:
    """Whether a new computer ID comes with a newer application or activation key, not with a lost state.

    Newer is only what this machine never had: two wizards that take turns upgrade nothing.
    """
    replaced = found.license.key_replaced_at
    newest = max(one.epoch for one in found.machine)
    return epoch > newest or (replaced is not None and live.activated_at < replaced)


def _changes(live: Activation, request: Request, now: datetime) -> dict[str, Any]:
    """Return what is new about a live activation, by its columns."""
    claims, name = claims_now(live.license, live, now), _name(request, live)
    changes: dict[str, Any] = {} if name == live.computer_name else {"computer_name": name}
    if claims != claims_of(live):
        changes |= {"issued_on": claims.issued, "expires_on": claims.expires, "features": claims.features}
        changes["refreshed_at"] = now
    return changes


def _refresh(session: Session, live: Activation, request: Request, now: datetime) -> bool:
    """Bring a live activation up to date, and tell whether anything changed."""
    changes = _changes(live, request, now)
    if changes:
        activation_rows.change(session, live, **changes)
    return bool(changes)


def _name(request: Request, live: Activation) -> str | None:
    """Return the computer's name: a QR code on a small screen carries only the beginning of the one known."""
    name, known = request.computer_name, live.computer_name
    return known if name is None or (known or "").startswith(name) else name


def _replace(
    session: Session, found: Judged, live: Activation, request: Request, by: By, now: datetime
) -> Activation:
    """Put a new computer ID on the seat of the machine's earlier one, which is burnt."""
    unproven = live.unproven_before or not _is_upgrade(found, live, request.computer_id.epoch)
    # The old row ends first: the database lets a machine have one live activation only.
    ended = {"ended_at": now, "ended_how": Ending.SUPERSEDED.value, "ended_by": by.who}
    activation_rows.change(session, live, **ended)
    name = _name(request, live)
    activation = _add(session, found.license, request, name, by, now, unproven_before=unproven)
    activation_rows.change(session, live, replaced_by=activation.id)
    return activation


def _add(
    session: Session,
    license: License,
    request: Request,
    name: str | None,
    by: By,
    now: datetime,
    *,
    unproven_before: bool = False,
) -> Activation:
    values = _values(license, request, name, by, now)
    return activation_rows.add(session, license, {**values, "unproven_before": unproven_before})


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


def _activated(found: Judged, activation: Activation, request: Request, keyring: Keyring) -> Activated:
    binding = Binding(found.license.product.code, request.activation_key, request.computer_id)
    ended = sorted((one for one in found.machine if one.ended_at is not None), key=_ended_at, reverse=True)
    return Activated(
        computer_key=_computer_key(found, activation, binding, keyring),
        outcome=found.outcome,
        activation=activation,
        epoch=found.epoch,
        binding=binding,
        former=tuple(one.computer_id for one in ended[:_MOST_FORMER]),
    )


def _ended_at(activation: Activation) -> datetime:
    return activation.ended_at or activation.activated_at


def _computer_key(found: Judged, activation: Activation, binding: Binding, keyring: Keyring) -> str:
    claims = claims_of(activation)
    if found.license.product.key_style == Style.SHORT:
        return issue_short(binding, claims, keys_of(found.epoch, keyring).short_computer_key)
    return issue_signed(binding, claims, typed_key_private(found.epoch, keyring))

"""Activating a machine: the one entrance for phone, Self Help, portal, console and command line."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.claims import Claims
from keyferry.protocol.computer_id import ComputerId, verify_computer_id
from keyferry.protocol.computer_key import Binding, Style, issue_short, issue_signed
from keyferry.protocol.license_file import LicenseFile, issue_license_file
from keyferry.protocol.request_token import ActivationRequest
from keyferry.server.core import audit
from keyferry.server.core.audit import By
from keyferry.server.core.errors import ComputerIdBurnt, LicenseRefused, NotFound
from keyferry.server.core.events import Event
from keyferry.server.core.licensing import release_limits
from keyferry.server.core.licensing.claims import claims_now, claims_of
from keyferry.server.core.licensing.licenses import Standing, expiry, find, standing
from keyferry.server.core.licensing.products import (
    epoch_keys,
    feature_names,
    find_epoch,
    license_file_private,
    typed_key_private,
)
from keyferry.server.core.models import Activation, Ending, License, Product
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
    """A computer key, what it took, and what it is bound to."""

    computer_key: str = field(repr=False)
    outcome: Outcome
    activation: Activation
    binding: Binding

    @property
    def license(self) -> License:
        """The license that was activated."""
        return self.activation.license

    @property
    def product(self) -> Product:
        """The product of the license."""
        return self.license.product


def preview(session: Session, request: Request, *, keyring: Keyring, now: datetime) -> Preview:
    """Tell what `activate` would do, and refuse what it would refuse; writes nothing."""
    license, live, outcome = _judge(session, request, keyring, now, lock=False)
    known = live if outcome is Outcome.SAME_SEAT else None
    return Preview(license, outcome, claims_now(license, known, now).expires)


def activate(
    session: Session, request: Request, *, keyring: Keyring, by: By, now: datetime, reason: str | None = None
) -> Activated:
    """Give the computer key for a machine: on its own seat, a free one, or for its earlier computer ID.

    The same activation key and computer ID give the same key until the claims change. With a `reason` of
    staff, codes that were typed replace an earlier computer ID, too. Raises NotFound
    (unknown_activation_key, unknown_product), RetiredEpoch, ComputerIdMismatch, LicenseRefused
    (license_expired, license_suspended, no_seat_left, replacement_needs_vendor), ComputerIdBurnt
    (computer_id_released, computer_id_superseded), LimitReached (release_limit_reached,
    activation_limit_reached).
    """
    license, live, outcome = _judge(session, request, keyring, now, lock=True, reason=reason)
    license.first_activated_on = license.first_activated_on or now.date()
    changed = True
    if outcome is Outcome.SAME_SEAT and live is not None:
        activation, changed = live, _refresh(live, request, claims_now(license, live, now), now)
    elif live is not None:
        activation = _replace(session, live, request, by, now)
    else:
        _take_seat(session, license)
        activation = _add(session, license, request, request.computer_name, by, now)
    event = Event.of(f"activated_{outcome}")
    if by.who is not None or outcome is not Outcome.SAME_SEAT:
        detail = {"reason": reason} if reason and outcome is Outcome.REPLACEMENT else None
        audit.record(session, event=event, by=by, activation=activation, detail=detail, now=now)
    elif changed:
        # The same code scanned again and again is no event, and a name can be changed without end.
        audit.record_once(session, event=event, by=by, activation=activation, now=now)
    binding = Binding(license.product.code, request.activation_key, request.computer_id)
    return Activated(_computer_key(activation, binding, keyring), outcome, activation, binding)


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
    epoch = find_epoch(done.product, live.epoch)
    return issue_license_file(content, done.binding, license_file_private(epoch, keyring))


def activation_of(session: Session, license: License, computer_id: ComputerId) -> Activation | None:
    """Return the activation that a computer ID stands for on a license, ended or not."""
    wanted = select(Activation).where(
        Activation.license_id == license.id, Activation.computer_id == computer_id.text
    )
    return session.scalar(wanted)


def former_computer_ids(session: Session, activation: Activation) -> list[str]:
    """Return the computer IDs of the same machine on the same license that no longer count, latest first."""
    ended = select(Activation.computer_id).where(
        Activation.license_id == activation.license_id,
        Activation.fingerprint == activation.fingerprint,
        Activation.ended_at.is_not(None),
    )
    return list(session.scalars(ended.order_by(Activation.ended_at.desc()).limit(_MOST_FORMER)))


def require_same_product(license: License, request: Request) -> None:
    """Raise NotFound (unknown_activation_key) where the wizard of another product asks."""
    if request.product_number not in (None, license.product_number):
        raise NotFound(
            "This activation key is for another product. In the License Wizard, type the activation key "
            "for this product.",
            code="unknown_activation_key",
        )


def _burnt(activation: Activation) -> ComputerIdBurnt:
    """Return the error for the computer ID of an activation that has ended."""
    # A wizard that holds a key goes on showing its computer ID: it does not know what happened here.
    if activation.ended_how == Ending.SUPERSEDED:
        return ComputerIdBurnt(
            "This computer ID is no longer valid: the computer was activated again with a newer one. "
            "Scan the QR code that the License Wizard shows now. If it’s still this one, make a new "
            "request in the License Wizard, or deactivate the computer there and activate it again.",
            code="computer_id_superseded",
        )
    return ComputerIdBurnt(
        "This computer ID is no longer valid: it was deactivated. Activate the computer again in the "
        "License Wizard and scan the new QR code. If it’s still this one, make a new request in the "
        "License Wizard, or deactivate the computer there and activate it again."
    )


def _judge(
    session: Session,
    request: Request,
    keyring: Keyring,
    now: datetime,
    *,
    lock: bool,
    reason: str | None = None,
) -> tuple[License, Activation | None, Outcome]:
    """Find the license and the machine's live activation, and decide; every refusal is raised here."""
    license = find(session, request.activation_key, lock=lock)
    require_same_product(license, request)
    keys = epoch_keys(license.product, request.computer_id.epoch, keyring)
    verify_computer_id(request.computer_id, keys, request.activation_key)
    _require_good_standing(license, now)
    same = activation_of(session, license, request.computer_id)
    if same is not None and same.ended_at is not None:
        raise _burnt(same)
    live = _live_on_machine(session, license, request.computer_id)
    replaces = reason is not None or isinstance(request, ActivationRequest)
    return license, live, _outcome(session, license, request, live, now, replaces=replaces)


def _outcome(
    session: Session,
    license: License,
    request: Request,
    live: Activation | None,
    now: datetime,
    *,
    replaces: bool,
) -> Outcome:
    if live is not None and live.computer_id == request.computer_id.text:
        return Outcome.SAME_SEAT
    release_limits.check_activation(session, license, request.computer_id.fingerprint)
    if live is None:
        if license.seats_used >= license.seats:
            raise _no_seat_left(license)
        return Outcome.NEW_SEAT
    if not replaces:
        raise _replacement_unconfirmed()
    if not _is_upgrade(session, live, request.computer_id.epoch):
        release_limits.check_replacement(session, license, live.fingerprint, now)
    return Outcome.REPLACEMENT


def _is_upgrade(session: Session, live: Activation, epoch: int) -> bool:
    """Whether a new computer ID comes with a newer application or activation key, not with a lost state.

    Newer is only what this machine never had: two wizards that take turns upgrade nothing.
    """
    replaced = live.license.key_replaced_at
    newest = select(func.max(Activation.epoch)).where(
        Activation.license_id == live.license_id, Activation.fingerprint == live.fingerprint
    )
    return epoch > session.scalars(newest).one() or (replaced is not None and live.activated_at < replaced)


def _require_good_standing(license: License, now: datetime) -> None:
    present = standing(license, now)
    if present is Standing.SUSPENDED:
        raise LicenseRefused("This license is on hold. Ask the vendor why.", code="license_suspended")
    if present is Standing.EXPIRED:
        raise LicenseRefused(
            "This license expired on {day}. Ask the vendor to renew it, then scan again.",
            code="license_expired",
            day=expiry(license),
        )


def _live_on_machine(session: Session, license: License, computer_id: ComputerId) -> Activation | None:
    wanted = select(Activation).where(
        Activation.license_id == license.id,
        Activation.fingerprint == computer_id.fingerprint,
        Activation.ended_at.is_(None),
    )
    return session.scalar(wanted)


def _refresh(live: Activation, request: Request, claims: Claims, now: datetime) -> bool:
    """Bring a live activation up to date, and tell whether anything changed."""
    name = _name(request, live)
    if (claims, name) == (claims_of(live), live.computer_name):
        return False
    live.computer_name = name
    if claims != claims_of(live):
        live.issued_on, live.expires_on, live.features = claims.issued, claims.expires, claims.features
        live.refreshed_at = now
    return True


def _name(request: Request, live: Activation) -> str | None:
    """Return the computer's name: a QR code on a small screen carries only the beginning of the one known."""
    name, known = request.computer_name, live.computer_name
    return known if name is None or (known or "").startswith(name) else name


def _replace(session: Session, live: Activation, request: Request, by: By, now: datetime) -> Activation:
    """Put a new computer ID on the seat of the machine's earlier one, which is burnt."""
    unproven = live.unproven_before or not _is_upgrade(session, live, request.computer_id.epoch)
    # The old row ends first: the database lets a machine have one live activation only.
    live.ended_at, live.ended_how, live.ended_by = now, Ending.SUPERSEDED.value, by.who
    session.flush()
    activation = _add(session, live.license, request, _name(request, live), by, now)
    activation.unproven_before = unproven
    live.replaced_by = activation.id
    return activation


def _add(
    session: Session, license: License, request: Request, name: str | None, by: By, now: datetime
) -> Activation:
    claims = claims_now(license, None, now)
    activation = Activation(
        license=license,
        epoch=request.computer_id.epoch,
        fingerprint=request.computer_id.fingerprint,
        commitment=request.computer_id.commitment,
        computer_id=request.computer_id.text,
        computer_name=name,
        issued_on=claims.issued,
        expires_on=claims.expires,
        features=claims.features,
        channel=by.channel,
        who=by.who,
        activated_at=now,
        refreshed_at=now,
    )
    session.add(activation)
    session.flush()
    return activation


def _take_seat(session: Session, license: License) -> None:
    """Count one more seat, if there is one: the database judges, whatever was read before."""
    taken = session.execute(
        update(License)
        .where(License.id == license.id, License.seats_used < License.seats)
        .values(seats_used=License.seats_used + 1)
        .returning(License.seats_used)
    )
    if taken.scalar() is None:
        raise _no_seat_left(license)


def _replacement_unconfirmed() -> LicenseRefused:
    # A typed computer ID shows 15 bits, which can be guessed, and the seat that it takes is somebody's.
    return LicenseRefused(
        "This computer already has a seat, with an earlier computer ID. Typed codes can’t replace it: scan "
        "the QR code that the License Wizard shows, or ask the vendor.",
        code="replacement_needs_vendor",
    )


def _no_seat_left(license: License) -> LicenseRefused:
    if license.seats == 1:
        return LicenseRefused(
            "The only seat of this license is in use. Deactivate a computer you no longer use, or ask the "
            "vendor for more seats. Was this computer reinstalled or replaced? Ask the vendor to release its "
            "old seat.",
            code="no_seat_left",
        )
    return LicenseRefused(
        "All {seats} seats are in use. Deactivate a computer you no longer use, or ask the vendor for more "
        "seats. Was this computer reinstalled or replaced? Ask the vendor to release its old seat.",
        code="no_seat_left",
        seats=license.seats,
    )


def _computer_key(activation: Activation, binding: Binding, keyring: Keyring) -> str:
    product, claims = activation.license.product, claims_of(activation)
    if product.key_style == Style.SHORT:
        return issue_short(binding, claims, epoch_keys(product, activation.epoch, keyring).short_computer_key)
    epoch = find_epoch(product, activation.epoch)
    return issue_signed(binding, claims, typed_key_private(epoch, keyring))

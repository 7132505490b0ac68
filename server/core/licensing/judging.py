"""Deciding about an activation: whose license, what the machine has on it, and what becomes of that."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.computer_id import ComputerId, read_computer_id, verify_computer_id
from keyferry.protocol.errors import ComputerIdMismatch
from keyferry.protocol.openings import Opening
from keyferry.protocol.request_token import ActivationRequest
from keyferry.server.core.errors import LicenseRefused, NotFound
from keyferry.server.core.licensing import activation_rows, continuity, former_ids, release_limits
from keyferry.server.core.licensing.activation_refusals import (
    no_seat_left,
    not_the_demo_machine,
    released,
    replacement_unconfirmed,
    require_good_standing,
    superseded,
)
from keyferry.server.core.licensing.activation_rows import Found
from keyferry.server.core.licensing.continuity import Outcome, Past
from keyferry.server.core.licensing.licenses import former_keys, unknown
from keyferry.server.core.licensing.openings import NOTHING, Opened, Unread
from keyferry.server.core.licensing.products import find_epoch, find_product_by_number, keys_of, served
from keyferry.server.core.models import Activation, Displaced, License, ProductEpoch
from keyferry.server.core.secrets import Keyring


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
class Judged:
    """What an activation finds: the license, its epoch, and what the machine had on it until now.

    `request` is what is answered: of a former computer ID, the one that took its place.
    """

    license: License
    epoch: ProductEpoch
    past: Past
    outcome: Outcome
    request: Request


@dataclass(frozen=True)
class _Successor:
    """What stands for a request whose computer ID is a former one: the ID that is live now."""

    activation_key: ActivationKey
    computer_id: ComputerId
    product_number: int | None
    computer_name: None = None


def judge(
    session: Session,
    request: Request,
    *,
    keyring: Keyring,
    now: datetime,
    lock: bool = False,
    reason: str | None = None,
    opened: Opened | None = None,
) -> Judged:
    """Find the license and what the machine has on it, and decide; every refusal is raised here.

    Raises as `activate`; writes nothing.
    """
    found = _find(session, request, lock=lock)
    license, epoch, machine = found.license, served(found.epoch), found.machine
    verify_computer_id(request.computer_id, keys_of(epoch, keyring), request.activation_key)
    if license.demo_fingerprint not in (None, request.computer_id.fingerprint):
        raise not_the_demo_machine()
    require_good_standing(license, now)
    live = next((one for one in machine if one.ended_at is None), None)
    past = Past(machine, live, live_id=live.computer_id if live else None)
    judged = Judged(license, epoch, past, Outcome.SAME_SEAT, request)
    if live is not None and live.computer_id == request.computer_id.text:
        return judged
    if found.is_former or live is not None or _openings(request):
        judged = replace(judged, past=replace(judged.past, former=_former(session, judged)))
    successor = _successor(judged)
    if successor is not None:
        return judge(session, successor, keyring=keyring, now=now, lock=lock)
    judged = replace(judged, past=replace(judged.past, opened=_opened(session, judged, opened)))
    return _allowed(session, judged, reason, now)


def _former(session: Session, found: Judged) -> former_ids.Former:
    return former_ids.of_machine(session, found.license, found.request.computer_id.fingerprint)


def _successor(found: Judged) -> _Successor | None:
    """Return what answers for a former computer ID, None if it is none; raises ComputerIdBurnt."""
    request, past = found.request, found.past
    former = next((one for one in past.former if one.commitment == request.computer_id.commitment), None)
    same = [one for one in past.machine if one.computer_id == request.computer_id.text]
    if former is None and (not same or (same[-1].reopens and past.live is None)):
        return None
    live = past.live
    if live is None or former is None or former.activation_id != live.id:
        raise released()
    if former.how not in (Displaced.PROVEN, Displaced.COMPANION):
        raise superseded()
    successor = read_computer_id(live.computer_id)
    return _Successor(request.activation_key, successor, request.product_number)


def _opened(session: Session, found: Judged, opened: Opened | None) -> Opened:
    """Return what the openings of a request open; raises Unread where nobody has read them."""
    openings = _openings(found.request)
    if not openings:
        return NOTHING
    if opened is None:
        past = found.past
        known = {one.commitment for one in past.of_live} | ({past.live.commitment} if past.live else set())
        raise Unread(
            openings,
            product_code=found.license.product.code,
            keys=_keys(session, found),
            fingerprint=found.request.computer_id.fingerprint,
            known=known,
        )
    return opened


def _openings(request: Request) -> tuple[Opening, ...]:
    return request.openings if isinstance(request, ActivationRequest) else ()


def _keys(session: Session, found: Judged) -> list[ActivationKey]:
    """Return the activation keys under which openings are tried: a former one may have made what is live."""
    live, replaced_at = found.past.live, found.license.key_replaced_at
    if live is None or replaced_at is None or live.activated_at >= replaced_at:
        return [found.request.activation_key]
    return [found.request.activation_key, *former_keys(session, found.license, live.activated_at)]


def _allowed(session: Session, found: Judged, reason: str | None, now: datetime) -> Judged:
    """Return the decision about a computer ID that the machine never had; raises what limits refuse."""
    past, license = found.past, found.license
    found = replace(found, outcome=continuity.outcome_of(past))
    if past.live is not None and past.live.commitment == found.request.computer_id.commitment:
        # The ID of another epoch with the commitment of this one: no wizard makes that.
        raise ComputerIdMismatch("This computer ID belongs to another version of the application.")
    if found.outcome is Outcome.CONTINUED:
        release_limits.check_continuing(past.former, now)
        return found
    release_limits.check_activation(session, len(past.machine))
    if past.live is None:
        if license.seats_used >= license.seats:
            raise no_seat_left(license)
        return found
    if reason is not None:
        return found
    if not isinstance(found.request, ActivationRequest):
        raise replacement_unconfirmed()
    shows = found.outcome is Outcome.STALE or bool(past.opened.levels)
    counts = release_limits.check_replacement(session, license, past.live.fingerprint, now, shows=shows)
    return replace(found, past=replace(past, counts=counts))


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


def activation_of(session: Session, license: License, computer_id: ComputerId) -> Activation | None:
    """Return the latest activation that has or had a computer ID as its last, ended or not."""
    wanted = select(Activation).where(
        Activation.license_id == license.id,
        Activation.fingerprint == computer_id.fingerprint,
        Activation.computer_id == computer_id.text,
    )
    return session.scalar(wanted.order_by(Activation.id.desc()).limit(1))


def require_same_product(license: License, request: Request) -> None:
    """Raise NotFound (unknown_activation_key) where the wizard of another product asks."""
    if request.product_number not in (None, license.product_number):
        raise NotFound(
            "This activation key is for another product. In the License Wizard, type the activation key "
            "for this product.",
            code="unknown_activation_key",
        )

"""What a computer ID that is given back stands for: the seat that it holds, or that it may still free."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.computer_id import ComputerId, verify_computer_id
from keyferry.protocol.errors import ComputerIdMismatch
from keyferry.protocol.keys import EpochKeys
from keyferry.protocol.openings import Opening, commitment
from keyferry.server.core.errors import NotFound
from keyferry.server.core.licensing import former_ids
from keyferry.server.core.licensing.judging import Request, require_same_product
from keyferry.server.core.licensing.licenses import find, former_keys
from keyferry.server.core.licensing.openings import TURNS
from keyferry.server.core.licensing.products import find_epoch, keys_of
from keyferry.server.core.models import Activation, Displaced, FormerComputerId, License
from keyferry.server.core.secrets import Keyring

# The seat went on from these: whoever shows one of them speaks of the wizard that holds it.
_OF_THE_SAME_WIZARD = (Displaced.PROVEN, Displaced.COMPANION)


@dataclass(frozen=True)
class Target:
    """What a computer ID stands for on a license.

    `activation` holds its seat, or held it last; None where the server never saw the ID used. `former` is
    there unless it is the last ID of that activation. `key` is the activation key that the ID was made with.
    """

    license: License
    key: ActivationKey
    keys: EpochKeys
    activation: Activation | None
    former: FormerComputerId | None

    @property
    def holds_seat(self) -> bool:
        """Whether its activation holds a seat, under this ID or another."""
        return self.activation is not None and self.activation.ended_at is None

    def is_freed(self, *, by_code: bool, by_staff: bool) -> bool:
        """Return whether the seat is freed by the code of this ID, by staff, or by the word of somebody."""
        if not self.holds_seat or self.former is None:
            return self.holds_seat
        if by_staff:
            return self.former.how in _OF_THE_SAME_WIZARD
        return self.former.frees and (by_code or self.former.how in _OF_THE_SAME_WIZARD)


@dataclass(frozen=True)
class Another:
    """A further computer ID of the machine of a request, known by its code alone."""

    product_number: int | None
    activation_key: ActivationKey
    computer_id: ComputerId
    computer_name: str | None = None


@dataclass(frozen=True)
class Holder:
    """Whose codes a request shows: from them follow the computer IDs."""

    request: Request
    keys: EpochKeys
    key: ActivationKey

    def another(self, code: Opening) -> Another:
        """Return the computer ID that a code opens; raises Busy (server_busy)."""
        request, fingerprint = self.request, self.request.computer_id.fingerprint
        with TURNS.turn():
            opened = commitment(
                code, product_code=self.keys.product_code, activation_key=self.key, fingerprint=fingerprint
            )
        made = ComputerId.make(self.keys, self.key, fingerprint=fingerprint, commitment=opened)
        return Another(request.product_number, request.activation_key, made, request.computer_name)


def look_up(session: Session, request: Request, keyring: Keyring, *, lock: bool) -> Target:
    """Return what a computer ID stands for.

    Raises NotFound (unknown_activation_key), ComputerIdMismatch.
    """
    # A key that leaked and was replaced still gives back what was activated with it.
    license = find(session, request.activation_key, lock=lock, former_too=True)
    require_same_product(license, request)
    epoch = find_epoch(license.product, request.computer_id.epoch, retired_too=True)
    keys = keys_of(epoch, keyring)
    key = _key_of(session, license, request, keys)
    computer_id = request.computer_id
    live = _of_machine(session, license, computer_id, is_live=True)
    if live is not None:
        return Target(license, key, keys, live, None)
    former = former_ids.find(session, license, computer_id.fingerprint, computer_id.commitment)
    if former is not None:
        return Target(license, key, keys, former.activation, former)
    return Target(license, key, keys, _of_machine(session, license, computer_id), None)


def with_id_itself(session: Session, target: Target, computer_id: ComputerId) -> Activation | None:
    """Return the activation that ended with this very computer ID, if one did."""
    return _of_machine(session, target.license, computer_id)


def never_activated() -> NotFound:
    """Return the error for a computer ID that never held a seat."""
    return NotFound(
        "This computer ID was never activated with this activation key, so it has no seat. To use the "
        "software on the computer, activate it in the License Wizard.",
        code="not_activated",
    )


def _key_of(session: Session, license: License, request: Request, keys: EpochKeys) -> ActivationKey:
    """Return the activation key that a computer ID was made with; raises ComputerIdMismatch."""
    try:
        verify_computer_id(request.computer_id, keys, request.activation_key)
        return request.activation_key
    except ComputerIdMismatch:
        # Staff and customers know the new key; who knows only one that leaked reaches nothing new with it.
        if request.activation_key.text == license.activation_key:
            for key in former_keys(session, license, license.created_at):
                if _fits(request.computer_id, keys, key):
                    return key
        raise


def _fits(computer_id: ComputerId, keys: EpochKeys, key: ActivationKey) -> bool:
    try:
        verify_computer_id(computer_id, keys, key)
    except ComputerIdMismatch:
        return False
    return True


def _of_machine(
    session: Session, license: License, computer_id: ComputerId, *, is_live: bool = False
) -> Activation | None:
    wanted = select(Activation).where(
        Activation.license_id == license.id,
        Activation.fingerprint == computer_id.fingerprint,
        Activation.commitment == computer_id.commitment,
    )
    if is_live:
        wanted = wanted.where(Activation.ended_at.is_(None))
    return session.scalar(wanted.order_by(Activation.id.desc()).limit(1))

"""Releasing a seat: proven by a deactivation verification code, claimed, or forced by staff with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import update
from sqlalchemy.orm import Session

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.computer_id import verify_computer_id
from keyferry.protocol.deactivation import DeactivationCode, verify_deactivation_code
from keyferry.server.core import audit
from keyferry.server.core.audit import By
from keyferry.server.core.errors import NotFound
from keyferry.server.core.events import Channel, Event
from keyferry.server.core.licensing import release_limits
from keyferry.server.core.licensing.activation import Request, activation_of, require_same_product
from keyferry.server.core.licensing.computers import activation_key_of
from keyferry.server.core.licensing.licenses import find
from keyferry.server.core.licensing.notes import checked_reason
from keyferry.server.core.licensing.products import find_epoch, keys_of
from keyferry.server.core.models import Activation, Ending, License, Product
from keyferry.server.core.secrets import Keyring
from keyferry.server.core.turns import Turns

# Each scrypt takes 16 MiB and a core for some 40 ms: a flood of guesses waits here instead of filling memory.
TURNS = Turns(2, wait_seconds=10)
"""Whose turn it is to check a code."""


class Outcome(StrEnum):
    """What a deactivation did."""

    RELEASED = "released"
    ALREADY_RELEASED = "already_released"


@dataclass(frozen=True)
class Code:
    """The proof that a wizard gave the license up."""

    code: DeactivationCode


@dataclass(frozen=True)
class Claimed:
    """No proof, where the vendor allows that."""


@dataclass(frozen=True)
class Forced:
    """A decision of the vendor's staff, for a reason that is kept."""

    reason: str


Proof = Code | Claimed | Forced


@dataclass(frozen=True)
class Released:
    """A released seat; `recorded` is proven, claimed or forced, or superseded where no seat was held."""

    outcome: Outcome
    license: License
    activation: Activation

    @property
    def recorded(self) -> Ending:
        """How the release stands in the books."""
        return Ending(str(self.activation.ended_how))

    @property
    def already_released(self) -> bool:
        """Whether there was nothing left to do."""
        return self.outcome is Outcome.ALREADY_RELEASED

    @property
    def superseded(self) -> bool:
        """Whether a later activation of the same computer had taken the seat over."""
        return self.recorded is Ending.SUPERSEDED


@dataclass(frozen=True)
class Checked:
    """A proof that `check` has found right for a request; `done` where the seat was free already."""

    request: Request
    proof: Proof
    done: Released | None = None


@dataclass(frozen=True)
class Preview:
    """What a deactivation would do, for a person to agree to."""

    license: License
    activation: Activation

    @property
    def already_released(self) -> bool:
        """Whether there is nothing left to do."""
        return self.activation.ended_at is not None

    @property
    def superseded(self) -> bool:
        """Whether a later activation of the same computer has taken the seat over."""
        return self.activation.ended_how == Ending.SUPERSEDED


def preview(session: Session, request: Request, proof: Proof, *, keyring: Keyring, now: datetime) -> Preview:
    """Tell what `deactivate` would do, and refuse what it would refuse but for the code; writes nothing.

    Of a computer that was activated again since, only the right code learns anything.
    """
    license, activation, key = _look_up(session, request, keyring, lock=False)
    if activation.ended_at is None:
        release_limits.check_release(session, license, activation.fingerprint, now)
    if activation.ended_how == Ending.SUPERSEDED:
        _check_code(proof, request, key, license.product)
    return Preview(license, activation)


def check(
    session: Session, request: Request, proof: Proof, *, keyring: Keyring, by: By, now: datetime
) -> Checked:
    """Judge a release before anything is locked or written: a code takes 40 ms of scrypt.

    Raises NotFound (unknown_activation_key, not_activated), ComputerIdMismatch, WrongDeactivationCode,
    LimitReached (release_limit_reached, deactivation_too_early), Malformed (malformed_reason), Busy
    (server_busy).
    """
    license, activation, key = _look_up(session, request, keyring, lock=False)
    if activation.ended_at is None:
        _check_limits(session, license, activation, proof, by, now)
    _check_code(proof, request, key, license.product)
    if activation.ended_at is not None:
        return Checked(request, proof, Released(Outcome.ALREADY_RELEASED, license, activation))
    if isinstance(proof, Forced):
        checked_reason(proof.reason)
    return Checked(request, proof)


def deactivate(session: Session, checked: Checked, *, keyring: Keyring, by: By, now: datetime) -> Released:
    """Free a seat and burn its computer ID; where it is free already, say so and change nothing.

    A code counts as proven only if no replacement without proof came before on this seat. An epoch that was
    retired still releases: that only ever frees a seat. Raises as `check`, for what happened since.
    """
    proof = checked.proof
    license, activation, _ = _look_up(session, checked.request, keyring, lock=True)
    if activation.ended_at is not None:
        return Released(Outcome.ALREADY_RELEASED, license, activation)
    _check_limits(session, license, activation, proof, by, now)
    _end(session, activation, proof, by, now)
    event = Event.of(f"released_{activation.ended_how}")
    audit.record(session, event=event, by=by, activation=activation, detail=_detail(proof), now=now)
    return Released(Outcome.RELEASED, license, activation)


def _look_up(
    session: Session, request: Request, keyring: Keyring, *, lock: bool
) -> tuple[License, Activation, ActivationKey]:
    """Return the license, the activation, and the activation key that its computer ID was made with."""
    # A key that leaked and was replaced still gives back what was activated with it.
    license = find(session, request.activation_key, lock=lock, former_too=True)
    require_same_product(license, request)
    activation = activation_of(session, license, request.computer_id)
    key = request.activation_key
    # Staff and customers know the new key; who knows only the one that leaked reaches nothing new with it.
    if activation is not None and key.text == license.activation_key:
        key = ActivationKey.from_text(activation_key_of(session, activation))
    epoch = find_epoch(license.product, request.computer_id.epoch, retired_too=True)
    verify_computer_id(request.computer_id, keys_of(epoch, keyring), key)
    if activation is None:
        raise NotFound(
            "This computer was never activated with this activation key, so it has no seat. To use the "
            "software on it, activate it in the License Wizard.",
            code="not_activated",
        )
    return license, activation, key


def _check_limits(
    session: Session, license: License, activation: Activation, proof: Proof, by: By, now: datetime
) -> None:
    # Staff are who is asked when the limit is reached; what they force counts towards it all the same.
    if isinstance(proof, Forced):
        return
    release_limits.check_release(session, license, activation.fingerprint, now)
    # The property is one of the Self Help page by its name: who brings a code by phone need not wait.
    if by.channel is Channel.SELF_HELP:
        release_limits.check_period(session, activation, now)
    if isinstance(proof, Claimed):
        release_limits.check_claim(session, license, activation.fingerprint, now)


def _check_code(proof: Proof, request: Request, key: ActivationKey, product: Product) -> None:
    if isinstance(proof, Code):
        with TURNS.turn():
            verify_deactivation_code(
                proof.code,
                product_code=product.code,
                activation_key=key,
                computer_id=request.computer_id,
            )


def _end(session: Session, activation: Activation, proof: Proof, by: By, now: datetime) -> None:
    activation.ended_at, activation.ended_by = now, by.who
    activation.ended_how = _how(proof, activation).value
    activation.reason = proof.reason.strip() if isinstance(proof, Forced) else None
    session.execute(
        update(License).where(License.id == activation.license_id).values(seats_used=License.seats_used - 1)
    )


def _how(proof: Proof, activation: Activation) -> Ending:
    if isinstance(proof, Forced):
        return Ending.FORCED
    if isinstance(proof, Code) and not activation.unproven_before:
        return Ending.PROVEN
    return Ending.CLAIMED


def _detail(proof: Proof) -> dict[str, str] | None:
    return {"reason": proof.reason.strip()} if isinstance(proof, Forced) else None

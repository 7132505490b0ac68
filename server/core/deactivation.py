"""Releasing a seat: proven by a deactivation verification code, claimed, or forced by staff with a reason."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import update
from sqlalchemy.orm import Session

from protocol.computer_id import verify_computer_id
from protocol.deactivation import DeactivationCode, verify_deactivation_code
from server.core import audit, release_limits
from server.core.activation import Request, activation_of, burnt, not_activated, require_same_product
from server.core.audit import By
from server.core.errors import Malformed
from server.core.licenses import find
from server.core.models import Activation, Ending, License, Product
from server.core.products import find_epoch, keys_of
from server.core.secrets import Keyring

MAX_REASON = 500

# Each scrypt takes 16 MiB and a core for some 40 ms: a flood of guesses waits here instead of filling memory.
_SCRYPT_AT_ONCE = threading.BoundedSemaphore(2)


class Outcome(StrEnum):
    """What a deactivation did."""

    RELEASED = "released"
    ALREADY_RELEASED = "already_released"


@dataclass(frozen=True)
class Code:
    """The proof that a wizard gave the licence up."""

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
    """A released seat; `recorded` is proven, claimed or forced."""

    outcome: Outcome
    license: License
    activation: Activation

    @property
    def recorded(self) -> Ending:
        """How the release stands in the books."""
        return Ending(str(self.activation.ended_how))

    @property
    def product(self) -> Product:
        """The product of the licence."""
        return self.license.product


@dataclass(frozen=True)
class Preview:
    """What a deactivation would do, for a person to agree to."""

    license: License
    activation: Activation

    @property
    def already_released(self) -> bool:
        """Whether there is nothing left to do."""
        return self.activation.ended_at is not None


def preview(session: Session, request: Request, *, keyring: Keyring, now: datetime) -> Preview:
    """Tell what `deactivate` would do, and refuse what it would refuse but for the code; writes nothing."""
    license, activation = _look_up(session, request, keyring, lock=False)
    if activation.ended_at is None:
        release_limits.check_release(session, license, activation.fingerprint, now)
    return Preview(license, activation)


def deactivate(
    session: Session, request: Request, proof: Proof, *, keyring: Keyring, by: By, now: datetime
) -> Released:
    """Free a seat and burn its computer ID; with the right code once more: says so and changes nothing.

    A code counts as proven only if no replacement without proof came before on this seat. An epoch that was
    retired still releases: that only ever frees a seat. Raises NotFound (unknown_activation_key,
    not_activated), ComputerIdMismatch, ComputerIdBurnt, WrongDeactivationCode, LimitReached
    (release_limit_reached, deactivation_too_early), Malformed (malformed_reason).
    """
    license, activation = _look_up(session, request, keyring, lock=True)
    # Staff are who is asked when the limit is reached; what they force counts towards it all the same.
    if activation.ended_at is None and not isinstance(proof, Forced):
        release_limits.check_release(session, license, activation.fingerprint, now)
        # The property is one of the Self Help page by its name: who brings a code by phone need not wait.
        if by.way == "self_help":
            release_limits.check_period(session, activation, now)
        if isinstance(proof, Claimed):
            release_limits.check_claim(session, license, activation.fingerprint, now)
    _check_proof(proof, request, activation)
    if activation.ended_at is not None:
        return Released(Outcome.ALREADY_RELEASED, license, activation)
    _end(session, activation, proof, by, now)
    event = f"released_{activation.ended_how}"
    audit.record(session, event=event, by=by, activation=activation, detail=_detail(proof), now=now)
    return Released(Outcome.RELEASED, license, activation)


def _look_up(
    session: Session, request: Request, keyring: Keyring, *, lock: bool
) -> tuple[License, Activation]:
    # A key that leaked and was replaced still gives back what was activated with it.
    license = find(session, request.activation_key, lock=lock, former_too=True)
    require_same_product(license, request)
    epoch = find_epoch(license.product, request.computer_id.epoch, retired_too=True)
    verify_computer_id(request.computer_id, keys_of(epoch, keyring), request.activation_key)
    activation = activation_of(session, license, request.computer_id)
    if activation is None:
        raise not_activated()
    if activation.ended_how == Ending.SUPERSEDED:
        raise burnt(activation)
    return license, activation


def _check_proof(proof: Proof, request: Request, activation: Activation) -> None:
    if isinstance(proof, Code):
        with _SCRYPT_AT_ONCE:
            verify_deactivation_code(
                proof.code,
                product_code=activation.license.product.code,
                activation_key=request.activation_key,
                computer_id=request.computer_id,
            )
    elif activation.ended_at is not None:
        raise burnt(activation)
    elif isinstance(proof, Forced):
        _check_reason(proof.reason)


def _check_reason(reason: str) -> None:
    if not reason.strip() or len(reason) > MAX_REASON or not reason.isprintable():
        raise Malformed(
            f"Give the reason for the forced release in up to {MAX_REASON} visible characters: it is kept.",
            code="malformed_reason",
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

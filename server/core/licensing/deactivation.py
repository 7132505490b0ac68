"""Releasing a seat: proven by a deactivation verification code, claimed, or forced by staff with a reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import update
from sqlalchemy.orm import Session

from keyferry.protocol.deactivation import DeactivationCode, verify_deactivation_code
from keyferry.protocol.openings import Level
from keyferry.server.core import audit
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel, Event
from keyferry.server.core.licensing import former_ids, release_limits
from keyferry.server.core.licensing.judging import Request
from keyferry.server.core.licensing.notes import checked_reason
from keyferry.server.core.licensing.openings import TURNS
from keyferry.server.core.licensing.releasing import (
    Holder,
    Target,
    look_up,
    never_activated,
    with_id_itself,
)
from keyferry.server.core.models import Activation, Ending, License
from keyferry.server.core.secrets import Keyring


class Outcome(StrEnum):
    """What a deactivation did."""

    RELEASED = "released"
    ALREADY_RELEASED = "already_released"


@dataclass(frozen=True)
class Code:
    """The proof that a wizard gave the license up."""

    code: DeactivationCode


@dataclass(frozen=True)
class Opened:
    """A code that was found by the computer ID that it opens, and how much it says."""

    level: Level


@dataclass(frozen=True)
class Claimed:
    """No proof, where the vendor allows that."""


@dataclass(frozen=True)
class Forced:
    """A decision of the vendor's staff, for a reason that is kept."""

    reason: str


Proof = Code | Opened | Claimed | Forced


@dataclass(frozen=True)
class Released:
    """A released seat; `recorded` is proven, claimed or forced, or superseded where no seat was held.

    `computer_id` is what was asked for; another one may have held the seat. `others` are what further codes
    of the same request did.
    """

    outcome: Outcome
    license: License
    activation: Activation
    computer_id: str
    superseded: bool = False
    """Whether a later computer ID of the same computer had taken the seat over, which it keeps."""
    others: tuple[Released, ...] = ()

    @property
    def recorded(self) -> Ending:
        """How the release stands in the books."""
        return Ending.SUPERSEDED if self.superseded else Ending(str(self.activation.ended_how))

    @property
    def already_released(self) -> bool:
        """Whether there was nothing left to do."""
        return self.outcome is Outcome.ALREADY_RELEASED


@dataclass(frozen=True)
class Checked:
    """A proof that `check` has found right for a request; `done` where the seat was free already.

    `level` is what a code says. With `burns`, the computer ID was never used, and is not to be any more.
    """

    request: Request
    proof: Proof
    level: Level | None = None
    done: Released | None = None
    burns: bool = False


@dataclass(frozen=True)
class Preview:
    """What a deactivation would do, for a person to agree to."""

    license: License
    activation: Activation
    computer_id: str
    already_released: bool
    superseded: bool


def holder(session: Session, request: Request, *, keyring: Keyring) -> Holder:
    """Return whose codes a request shows; raises as `check` for the computer ID."""
    target = look_up(session, request, keyring, lock=False)
    return Holder(request, target.keys, target.key)


def preview(session: Session, request: Request, proof: Proof, *, keyring: Keyring, now: datetime) -> Preview:
    """Tell what `deactivate` would do, and refuse what it would refuse but for the code; writes nothing.

    Of a computer that was activated again since, only the right code learns anything.
    """
    target = look_up(session, request, keyring, lock=False)
    activation, frees = target.activation, _frees(target, proof)
    if activation is None:
        raise never_activated()
    if frees:
        release_limits.check_release(session, target.license, activation.fingerprint, now)
    if target.former is not None:
        _check_code(proof, request, target)
    done = _nothing_done(session, target, activation, request)
    return Preview(
        target.license,
        activation if frees else done.activation,
        request.computer_id.text,
        already_released=not frees,
        superseded=not frees and done.superseded,
    )


def check(
    session: Session, request: Request, proof: Proof, *, keyring: Keyring, by: By, now: datetime
) -> Checked:
    """Judge a release before anything is locked or written: a code takes 40 ms of scrypt.

    Raises NotFound (unknown_activation_key, not_activated), ComputerIdMismatch, WrongDeactivationCode,
    LimitReached (release_limit_reached, deactivation_too_early), Malformed (malformed_reason), Busy
    (server_busy).
    """
    target = look_up(session, request, keyring, lock=False)
    activation, frees = target.activation, _frees(target, proof)
    if activation is None and not isinstance(proof, Code | Opened):
        raise never_activated()
    if activation is not None and frees:
        _check_limits(session, target.license, activation, proof, by, now)
    level = _check_code(proof, request, target)
    checked = Checked(request, proof, level)
    if activation is None:
        if target.former is None:
            release_limits.check_burning(session, target.license, now)
        return replace(checked, burns=True)
    if not frees and not _is_to_be_noted(target, level):
        return replace(checked, done=_nothing_done(session, target, activation, request))
    if frees and _is_claim(checked):
        release_limits.check_claim(session, target.license, activation.fingerprint, now)
    if isinstance(proof, Forced):
        checked_reason(proof.reason)
    return checked


def deactivate(session: Session, checked: Checked, *, keyring: Keyring, by: By, now: datetime) -> Released:
    """Free a seat and burn its computer ID; where it is free already, say so.

    A strong code counts as proven only if no replacement without proof came before on this seat. An epoch
    that was retired still releases: that only ever frees a seat. Raises as `check`, for what happened since.
    """
    proof, request = checked.proof, checked.request
    target = look_up(session, request, keyring, lock=True)
    activation = target.activation
    if activation is None:
        raise never_activated()
    if not _frees(target, proof):
        if _is_to_be_noted(target, checked.level):
            # Its own code was given now: it takes no seat again.
            activation.reopens = False
        return _nothing_done(session, target, activation, request)
    _check_limits(session, target.license, activation, proof, by, now)
    if _is_claim(checked):
        release_limits.check_claim(session, target.license, activation.fingerprint, now)
    _end(session, activation, checked, by, now)
    if target.former is not None:
        activation.reopens = True
    event = Event.of(f"released_{activation.ended_how}")
    audit.record(session, event=event, by=by, activation=activation, detail=_detail(proof), now=now)
    return Released(Outcome.RELEASED, target.license, activation, request.computer_id.text)


def burn(session: Session, checked: Checked, *, keyring: Keyring, now: datetime) -> None:
    """Keep a computer ID from being activated whose code was given before; raises as `check`."""
    target, computer_id = look_up(session, checked.request, keyring, lock=True), checked.request.computer_id
    if target.activation is None and target.former is None:
        former_ids.burn(session, target.license, computer_id.fingerprint, computer_id.commitment, now)


def _frees(target: Target, proof: Proof) -> bool:
    return target.is_freed(by_code=isinstance(proof, Code | Opened), by_staff=isinstance(proof, Forced))


def _is_to_be_noted(target: Target, level: Level | None) -> bool:
    """Whether a code is given whose own computer ID might take a seat again."""
    activation = target.activation
    return level is not None and target.former is None and activation is not None and bool(activation.reopens)


def _nothing_done(session: Session, target: Target, activation: Activation, request: Request) -> Released:
    is_superseded = target.former is not None and target.holds_seat
    shown = with_id_itself(session, target, request.computer_id) if is_superseded else None
    return Released(
        Outcome.ALREADY_RELEASED,
        target.license,
        shown or activation,
        request.computer_id.text,
        is_superseded,
    )


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


def _check_code(proof: Proof, request: Request, target: Target) -> Level | None:
    """Return what a code says, None without one; raises WrongDeactivationCode."""
    if isinstance(proof, Opened):
        return proof.level
    if not isinstance(proof, Code):
        return None
    with TURNS.turn():
        return verify_deactivation_code(
            proof.code,
            product_code=target.license.product.code,
            activation_key=target.key,
            computer_id=request.computer_id,
        )


def _is_claim(checked: Checked) -> bool:
    return isinstance(checked.proof, Claimed) or checked.level is Level.CLAIM


def _end(session: Session, activation: Activation, checked: Checked, by: By, now: datetime) -> None:
    proof = checked.proof
    activation.ended_at, activation.ended_by = now, by.who
    activation.ended_how = _how(checked, activation).value
    activation.is_claim = _is_claim(checked) or None
    activation.reason = proof.reason.strip() if isinstance(proof, Forced) else None
    session.execute(
        update(License).where(License.id == activation.license_id).values(seats_used=License.seats_used - 1)
    )


def _how(checked: Checked, activation: Activation) -> Ending:
    if isinstance(checked.proof, Forced):
        return Ending.FORCED
    if checked.level is Level.PROOF and not activation.unproven_before:
        return Ending.PROVEN
    return Ending.CLAIMED


def _detail(proof: Proof) -> dict[str, str] | None:
    return {"reason": proof.reason.strip()} if isinstance(proof, Forced) else None

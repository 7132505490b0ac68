"""How a face runs an operation: count the attempt, do it, and write down what was refused.

A counted attempt and the record of a refusal outlive the refusal: each has a transaction of its own. What
cannot be a guess is not counted: an activation that a phone scanned carries a signature and a tag. So it
writes nothing but itself, and nobody who guesses shuts its owner out.

Guesses have one count for every face, so that nobody tries again through another door. Strangers are counted
by their address and by the license they name, what is typed apart from what is scanned. Staff are counted by
their name and by the license, apart from strangers: who guesses at a customer's key must not keep the vendor
from helping.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.errors import ProtocolError
from keyferry.server.core import attempts, audit
from keyferry.server.core.attempts import bucket
from keyferry.server.core.audit import By
from keyferry.server.core.errors import Busy, CoreError, NotFound
from keyferry.server.core.events import Channel, Event
from keyferry.server.core.licensing import licenses
from keyferry.server.core.models import License, Product
from keyferry.server.core.peers import network_of
from keyferry.server.core.volume import Volume
from keyferry.server.db import reading, transaction
from keyferry.server.words.codes import is_guess

PER_ADDRESS = 100
PER_LICENSE = 20
# However many seats a license has: a tag of 15 bits has to stay out of reach.
MOST_PER_LICENSE = 200
PERIOD = timedelta(hours=1)
REFUSALS_A_MINUTE = 60

REFUSALS = Volume(REFUSALS_A_MINUTE, timedelta(minutes=1))
"""What was refused and no guess, by who asked for which license."""


@dataclass(frozen=True)
class Limit:
    """At most `count` failures in `per`, counted in a bucket that `attempts.bucket` names."""

    bucket: str
    count: int
    per: timedelta


def counted_as(by: By) -> str:
    """Return who is counted as one: a member of the staff, or everybody at one address."""
    return f"operator {by.who}" if by.who is not None else network_of(by.address)


def address_limit(by: By) -> Limit:
    """Return the limit of whoever asks."""
    return Limit(bucket("address", counted_as(by)), PER_ADDRESS, PERIOD)


def typed_limits(by: By, key: ActivationKey) -> tuple[Limit, ...]:
    """Return the limits of who types codes; the command line is root's, who reads the database anyway."""
    return _limits(by, key, "license" if by.who is None else "license, by staff")


def scanned_limits(by: By, key: ActivationKey) -> tuple[Limit, ...]:
    """Return the limits of who brings a deactivation token, whose code may be a guess."""
    return _limits(by, key, "license, by token")


def opening_limits(by: By, key: ActivationKey) -> tuple[Limit, ...]:
    """Return the limits of who brings openings, each of which may be a guess."""
    return _limits(by, key, "license, by opening")


def _limits(by: By, key: ActivationKey, purpose: str) -> tuple[Limit, ...]:
    if by.channel is Channel.COMMAND_LINE:
        return ()
    with reading() as session:
        license = _license(session, key)
    if license is None:
        return (address_limit(by),)
    # A whole office types the codes of one license: a few in a hundred are read as another computer's.
    count = max(PER_LICENSE, min(license.seats, MOST_PER_LICENSE))
    return (address_limit(by), Limit(bucket(purpose, str(license.id)), count, PERIOD))


@contextmanager
def guarded(
    *,
    event: Event,
    by: By,
    now: datetime,
    limits: Sequence[Limit] = (),
    product: Product | None = None,
    activation_key: ActivationKey | None = None,
) -> Iterator[Session]:
    """Count an attempt, open its transaction, and record a refusal in it as `recorded` does.

    Raises LimitReached (too_many_attempts) before the operation.
    """
    with (
        counted(limits, now),
        recorded(event=event, by=by, now=now, limits=limits, product=product, activation_key=activation_key),
        transaction() as session,
    ):
        yield session
        forgive(session, limits, now)


@contextmanager
def recorded(
    *,
    event: Event,
    by: By,
    now: datetime,
    limits: Sequence[Limit] = (),
    after: Sequence[Limit] = (),
    product: Product | None = None,
    activation_key: ActivationKey | None = None,
) -> Iterator[None]:
    """Record a refusal of what is done here as `event` with its code, and raise it on.

    Only guesses use up limits: neither success, nor a refusal such as `no_seat_left`, which says nothing of a
    secret. `limits` were counted before; `after` are counted once a guess was refused. Call it only for what
    was verified before, a token's signature for instance: whoever can fail here writes, though no more than
    `REFUSALS_A_MINUTE` times where nothing was counted.
    """
    try:
        yield
    except Busy:
        raise
    except (CoreError, ProtocolError) as refusal:
        if not (limits or is_guess(refusal.code) or _is_to_be_written(by, activation_key, now)):
            raise
        with transaction() as session:
            if is_guess(refusal.code):
                _admit(session, after, now)
            else:
                forgive(session, limits, now)
            _record(session, refusal.code, event, by, now, product, activation_key)
        raise


@contextmanager
def counted(limits: Sequence[Limit], now: datetime) -> Iterator[None]:
    """Count an attempt, and take it back where server or database were too busy to judge it.

    Raises LimitReached (too_many_attempts) before anything is tried.
    """
    if not limits:
        yield
        return
    count(limits, now)
    try:
        yield
    except (Busy, SQLAlchemyError):
        with transaction() as session:
            forgive(session, limits, now)
        raise


def count(limits: Sequence[Limit], now: datetime) -> None:
    """Count in all buckets or in none: who is over one limit must not use up another's.

    Raises LimitReached (too_many_attempts).
    """
    if limits:
        with transaction() as session:
            _admit(session, limits, now)


def _admit(session: Session, limits: Sequence[Limit], now: datetime) -> None:
    for limit in _in_order(limits):
        attempts.admit(session, limit.bucket, limit.count, limit.per, now)


def forgive(session: Session, limits: Sequence[Limit], now: datetime) -> None:
    """Take an attempt back in all buckets."""
    for limit in _in_order(limits):
        attempts.forgive(session, limit.bucket, now)


def _is_to_be_written(by: By, activation_key: ActivationKey | None, now: datetime) -> bool:
    """Whether a refusal that says nothing of a secret is still worth a write: it can be repeated."""
    name = bucket("refused", f"{counted_as(by)} {activation_key.text if activation_key else ''}")
    if REFUSALS.is_used_up(name, now):
        return False
    REFUSALS.add(name, now)
    return True


def _in_order(limits: Sequence[Limit]) -> list[Limit]:
    """Operations that count in the same buckets lock them in the same order, and never wait in a ring."""
    return sorted(limits, key=lambda limit: limit.bucket)


def _record(
    session: Session,
    code: str,
    event: Event,
    by: By,
    now: datetime,
    product: Product | None,
    activation_key: ActivationKey | None,
) -> None:
    audit.record_once(
        session,
        event=event,
        by=by,
        now=now,
        product=product,
        license=_license(session, activation_key),
        activation_key_ending=activation_key.last_group if activation_key else None,
        code=code,
    )


def _license(session: Session, activation_key: ActivationKey | None) -> License | None:
    if activation_key is None:
        return None
    try:
        return licenses.find(session, activation_key, former_too=True)
    except NotFound:
        return None

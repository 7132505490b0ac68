"""Signing in, for portal and console: counted, slow for whoever guesses, and never shut by a stranger.

Guesses are counted for each pair of name and address, for each address, and for each name. The last limit is
what stops many addresses from guessing together; it does not hold for an address from which the operator
signed in lately, or a stranger could keep the operator out by guessing on.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.core import attempts, operators, passwords, sessions
from server.core.attempts import bucket, network_of
from server.core.audit import By
from server.core.errors import NotAllowed
from server.core.models import Operator, OperatorSession
from server.core.sessions import SignedIn
from server.db import reading
from server.guard import Limit, count, guarded

_PERIOD = timedelta(minutes=15)
_PER_NAME_AND_ADDRESS, _PER_ADDRESS, _PER_NAME = 5, 50, 100
_LATELY = timedelta(days=90)


def sign_in(name: str, password: str, *, by: By, device: str | None, now: datetime) -> SignedIn:
    """Open a session in a transaction of its own.

    Raises LimitReached (too_many_attempts), and NotAllowed (wrong_sign_in), which does not tell an unknown
    name, a wrong password and a disabled operator apart, neither in words nor in time.
    """
    with reading() as session:
        known = operators.known(session, name)
        limits = _limits(session, known, name, by.address, now)
    count(limits, now)
    fits = passwords.fits(password, known.password_hash if known else None)
    whom = By(by.way, known.name if known else None, by.address)
    with guarded(event="sign_in_refused", by=whom, now=now) as session:
        operator = session.get(Operator, known.id) if known and fits else None
        # Read again: disabled or given a new password in the meantime, the old one no longer opens.
        if (
            operator is None
            or operator.disabled_at
            or operator.password_hash != (known and known.password_hash)
        ):
            raise NotAllowed(
                "This name and password do not fit. Check both; an administrator can reset the password.",
                code="wrong_sign_in",
            )
        for limit in limits:
            attempts.forgive(session, limit.bucket, now)
        return sessions.begin(session, operator, by=whom, device=device, now=now)


def _unchanged(session: Session, known: Operator) -> Operator | None:
    """Read an operator again: who was disabled or got a new password in the meantime does not get in."""
    wanted = select(Operator).where(
        Operator.id == known.id,
        Operator.password_hash == known.password_hash,
        Operator.disabled_at.is_(None),
    )
    return session.scalar(wanted)


def _limits(
    session: Session, known: Operator | None, name: str, address: str | None, now: datetime
) -> tuple[Limit, ...]:
    folded, network = " ".join(name.split()).casefold(), network_of(address)
    limits = (
        Limit(bucket("sign-in pair", f"{network}\0{folded}"), _PER_NAME_AND_ADDRESS, _PERIOD),
        Limit(bucket("sign-in address", network), _PER_ADDRESS, _PERIOD),
    )
    if known is not None and _was_here_lately(session, known, network, now):
        return limits
    return (*limits, Limit(bucket("sign-in name", folded), _PER_NAME, _PERIOD))


def _was_here_lately(session: Session, operator: Operator, network: str, now: datetime) -> bool:
    wanted = (
        select(OperatorSession.address)
        .where(OperatorSession.operator_id == operator.id, OperatorSession.created_at > now - _LATELY)
        .distinct()
    )
    return network in {network_of(address) for address in session.scalars(wanted)}

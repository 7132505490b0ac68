"""Signing in, for portal and console: counted, slow for whoever guesses, and never shut by a stranger.

Guesses are counted for each pair of name and address, for each address, and for each name. The last limit is
what stops many addresses from guessing together. A stranger can use all of these up, so a browser in which
the operator signed in before has a count of its own instead; and so has the console, whose door is SSH.

Codes of the second factor are counted for each operator, wherever they come from: who may try one has shown
the password, and so is no stranger.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from keyferry.server.core.attempts import bucket
from keyferry.server.core.audit import By
from keyferry.server.core.errors import NotAllowed
from keyferry.server.core.events import Event
from keyferry.server.core.models import Operator
from keyferry.server.core.peers import network_of
from keyferry.server.core.staff import devices, operators, passwords, second_factor, sessions
from keyferry.server.core.staff.sessions import SignedIn
from keyferry.server.core.turns import Turns
from keyferry.server.db import reading
from keyferry.server.parts import parts
from keyferry.server.services.guard import Limit, counted, forgive, guarded

_PERIOD = timedelta(minutes=15)
_PER_DEVICE, _PER_NAME_AND_ADDRESS, _PER_ADDRESS, _PER_NAME = 5, 5, 50, 100
# Three codes of a million fit at a time: who has the password finds one in about 1400 days.
_CODES, _CODES_PERIOD = 10, timedelta(hours=1)
_OWN_PASSWORDS = 5

# Passwords are checked one after the other, and of a server's eight threads some must stay free for others.
PLACES = Turns(5, wait_seconds=0)
"""Where those wait whose password is checked; whoever comes when all are taken is told to come again."""


@dataclass(frozen=True)
class Shown:
    """An operator who has shown the password and nothing else yet; `stamp` changes with the password."""

    operator_id: int
    stamp: str
    needs_code: bool


def sign_in(
    name: str, password: str, *, by: By, device: str | None, now: datetime, code: str | None = None
) -> SignedIn:
    """Open a session, in one step, for a place that cannot set up a second factor.

    Raises what `show_password` and `enter` raise.
    """
    return enter(show_password(name, password, by=by, now=now), code, by=by, device=device, now=now)


def show_password(name: str, password: str, *, by: By, now: datetime, cookies: Iterable[str] = ()) -> Shown:
    """Check name and password, which opens nothing yet; one of the cookies may be that of a device.

    Raises LimitReached (too_many_attempts), Busy (server_busy), and NotAllowed (wrong_sign_in), which does
    not tell an unknown name, a wrong password and a disabled operator apart, neither in words nor in time.
    """
    with reading() as session:
        known = operators.known(session, name)
    device = devices.known(known, cookies, keyring=parts().keyring, now=now) if known else None
    limits = _limits(name, by) if device is None else (_device_limit(device),)
    whom = By(by.channel, known.name if known else None, by.address)
    with counted(limits, now):
        fits = _fits(password, known)
        with guarded(event=Event.SIGN_IN_REFUSED, by=whom, now=now) as session:
            shown = Shown(known.id, _stamp(known), False) if known and fits else None
            operator = _unchanged(session, shown) if shown else None
            if operator is None:
                raise _wrong_sign_in()
            forgive(session, limits, now)
            return Shown(operator.id, _stamp(operator), second_factor.is_on(operator))


def enter(
    shown: Shown, code: str | None, *, by: By, device: str | None, now: datetime, sets_up: bool = False
) -> SignedIn:
    """Open a session for who has shown the password, with a code where there is a second factor.

    With `sets_up`, who must have one and has none gets in too: `admission` lets them do nothing before it is
    set up. Raises LimitReached (too_many_attempts) and NotAllowed (wrong_sign_in, second_factor_needed,
    wrong_second_factor, second_factor_missing).
    """
    with reading() as session:
        known = _unchanged(session, shown)
    needs_code = known is not None and second_factor.is_on(known)
    if needs_code and code is None:
        raise NotAllowed(
            "Enter the code from your authenticator app, or a recovery code.",
            code="second_factor_needed",
        )
    limits = [_code_limit(shown)] if needs_code else []
    whom = By(by.channel, known.name if known else None, by.address)
    with guarded(event=Event.SIGN_IN_REFUSED, by=whom, now=now, limits=limits) as session:
        # Read again: disabled or given a new password in the meantime, the old one no longer opens.
        operator = _unchanged(session, shown)
        if operator is None:
            raise _wrong_sign_in()
        if second_factor.is_on(operator):
            keyring = parts().keyring
            second_factor.check(session, operator, code or "", keyring=keyring, by=whom, now=now)
        elif not sets_up and second_factor.is_missing(session, operator):
            raise NotAllowed(
                "Your role needs a second factor. Sign in to the portal once to set it up, then sign in "
                "here.",
                code="second_factor_missing",
            )
        return sessions.begin(session, operator, by=whom, device=device, now=now)


def show_own_password(operator: Operator, password: str, *, event: Event, by: By, now: datetime) -> None:
    """Check the password of who is signed in already, before what an unwatched screen must not allow.

    A refusal is recorded as `event`. Raises LimitReached (too_many_attempts), Busy (server_busy), NotAllowed
    (wrong_password).
    """
    limits = [Limit(bucket("own password", str(operator.id)), _OWN_PASSWORDS, _PERIOD)]
    with counted(limits, now):
        fits = _fits(password, operator)
        with guarded(event=event, by=by, now=now) as session:
            if not fits:
                raise NotAllowed(
                    "That isn’t your password. Type the one you signed in with.", code="wrong_password"
                )
            forgive(session, limits, now)


def _fits(password: str, operator: Operator | None) -> bool:
    with PLACES.turn():
        return passwords.fits(password, operator.password_hash if operator else None)


def _wrong_sign_in() -> NotAllowed:
    return NotAllowed(
        "This name and password don’t match. Check both, or ask an administrator.",
        code="wrong_sign_in",
    )


def _unchanged(session: Session, shown: Shown) -> Operator | None:
    """Read an operator again: who was disabled or got a new password in the meantime does not get in."""
    operator = session.get(Operator, shown.operator_id)
    if operator is None or operator.disabled_at is not None or _stamp(operator) != shown.stamp:
        return None
    return operator


def _stamp(operator: Operator) -> str:
    """Return a digest of the password's salted hash, which tells nobody anything."""
    return hashlib.sha256(f"keyferry password stamp v1\0{operator.password_hash}".encode()).hexdigest()


def _code_limit(shown: Shown) -> Limit:
    # A new password begins a new count: guesses of who had the old one do not keep its owner out.
    return Limit(bucket("sign-in code", f"{shown.operator_id}\0{shown.stamp}"), _CODES, _CODES_PERIOD)


def _device_limit(device: str) -> Limit:
    return Limit(bucket("sign-in device", device), _PER_DEVICE, _PERIOD)


def _limits(name: str, by: By) -> tuple[Limit, ...]:
    folded, network = operators.folded_name(name), network_of(by.address)
    return (
        Limit(bucket(f"{by.channel} sign-in pair", f"{network}\0{folded}"), _PER_NAME_AND_ADDRESS, _PERIOD),
        Limit(bucket(f"{by.channel} sign-in address", network), _PER_ADDRESS, _PERIOD),
        Limit(bucket(f"{by.channel} sign-in name", folded), _PER_NAME, _PERIOD),
    )

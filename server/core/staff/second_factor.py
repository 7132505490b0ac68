"""The second factor of operators: codes of an authenticator app (TOTP, RFC 6238), and recovery codes.

A secret is kept sealed, and counts once a first code has shown that the operator's device has it. Of recovery
codes only digests are kept. Each code is taken once: the database judges, so two servers cannot both take it.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.constant_time import bytes_eq
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session

from keyferry.protocol.alphabet import SYMBOLS, value_of
from keyferry.server.core import audit, properties
from keyferry.server.core.audit import By
from keyferry.server.core.errors import Conflict, NotAllowed
from keyferry.server.core.events import Event
from keyferry.server.core.models import Operator, OperatorSession, RecoveryCode
from keyferry.server.core.sealed import Place
from keyferry.server.core.secrets import Keyring
from keyferry.server.core.staff import sessions

STEP = 30
RECOVERY_CODES = 10
ISSUER = "Keyferry"

# What every authenticator app can do: SHA-1, which is sound in an HMAC, and six digits (RFC 4226, RFC 6238).
_SECRET_BYTES, _DIGITS, _HASH = 20, 6, hashes.SHA1()  # noqa: S303
# The clock of a device may be half a minute behind or ahead.
_LEEWAY = (-1, 0, 1)
# A code taken so many steps after the present one was taken before the server's clock was set back.
_TOO_LATE = 10
# 80 bits each: the digests could be read off a stolen database and tried, but never all.
_RECOVERY_SYMBOLS, _RECOVERY_GROUP = 16, 4
_LONGEST_TYPED = 64
_COUNTS = Operator.totp_since.is_not(None)


@dataclass(frozen=True)
class Enrolment:
    """What an authenticator app needs: `uri` for its camera, `secret` in base32 to type."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


def is_on(operator: Operator) -> bool:
    """Return whether an operator has a second factor that counts."""
    return operator.totp_since is not None


def is_required(session: Session, operator: Operator) -> bool:
    """Return whether the operator's role must have a second factor."""
    return _is_required(properties.read(session), operator)


def is_missing(session: Session, operator: Operator) -> bool:
    """Return whether an operator must have a second factor and has none yet."""
    return not is_on(operator) and is_required(session, operator)


def is_missing_by(values: Mapping[str, Any], operator: Operator) -> bool:
    """Return the same by the values of the properties."""
    return not is_on(operator) and _is_required(values, operator)


def _is_required(values: Mapping[str, Any], operator: Operator) -> bool:
    return bool(values[properties.second_factor_required(operator.role)])


def begin(session: Session, operator: Operator, *, keyring: Keyring) -> None:
    """Make a fresh secret, in the place of one that no code has confirmed.

    Raises Conflict (second_factor_on).
    """
    sealed = keyring.seal(secrets.token_bytes(_SECRET_BYTES), _context(operator))
    _write(session, operator, ~_COUNTS, totp_secret=sealed, totp_last_step=None)


def pending(operator: Operator, *, keyring: Keyring, vendor: str = "") -> Enrolment | None:
    """Return what the device is to be given, None where nothing was begun or it counts already."""
    if operator.totp_secret is None or is_on(operator):
        return None
    secret = keyring.open(operator.totp_secret, _context(operator))
    # A colon would part the issuer from the name.
    issuer = vendor.replace(":", " ").strip() or ISSUER
    uri = _totp(secret).get_provisioning_uri(operator.name, issuer)
    return Enrolment(base64.b32encode(secret).decode(), uri)


def confirm(
    session: Session,
    operator: Operator,
    code: str,
    *,
    here: OperatorSession | None,
    keyring: Keyring,
    by: By,
    now: datetime,
) -> tuple[str, ...]:
    """Have the second factor count, and return the recovery codes, which are kept nowhere else.

    Other sessions than `here` were opened without it, and end. Raises Conflict (second_factor_not_begun) and
    NotAllowed (wrong_first_code).
    """
    sealed = _held(session, operator)
    if sealed is None or is_on(operator):
        raise Conflict(
            "There’s no setup waiting for a code. Start setting up the second factor again.",
            code="second_factor_not_begun",
        )
    step = _step_of(code, keyring.open(sealed, _context(operator)), now)
    if step is None:
        raise NotAllowed(
            "This code isn’t right. Type the six digits that the app shows now. If they never work, "
            "check your device’s clock.",
            code="wrong_first_code",
        )
    _write(session, operator, ~_COUNTS, totp_since=now, totp_last_step=step)
    sessions.end_all(session, operator, now=now, but=here)
    audit.record(session, event=Event.SECOND_FACTOR_SET_UP, by=by, detail=_detail(operator), now=now)
    return _new_recovery_codes(session, operator)


def check(
    session: Session, operator: Operator, code: str, *, keyring: Keyring, by: By, now: datetime
) -> None:
    """Take a code of the app, or a recovery code; raises NotAllowed (wrong_second_factor)."""
    typed = "".join(code.split())
    taken = False
    if typed.isascii() and typed.isdigit() and len(typed) == _DIGITS:
        taken = _take_step(session, operator, typed, keyring, now)
    elif len(typed) <= _LONGEST_TYPED:
        taken = _take_recovery_code(session, operator, typed, by, now)
    if not taken:
        raise NotAllowed(
            "This code isn’t right. Each code works once: wait for the app’s next one, check your "
            "device’s clock, or use a recovery code.",
            code="wrong_second_factor",
        )


def end(session: Session, operator: Operator, *, by: By, now: datetime) -> None:
    """Take the second factor away, with what was begun and the recovery codes; there may be none."""
    had = is_on(operator)
    _write(session, operator, None, totp_secret=None, totp_since=None, totp_last_step=None)
    session.execute(delete(RecoveryCode).where(RecoveryCode.operator_id == operator.id))
    if had:
        audit.record(session, event=Event.SECOND_FACTOR_ENDED, by=by, detail=_detail(operator), now=now)


def renew_recovery_codes(session: Session, operator: Operator, *, by: By, now: datetime) -> tuple[str, ...]:
    """Return new recovery codes in the place of all earlier ones; raises Conflict (second_factor_off)."""
    if not is_on(operator):
        raise Conflict(
            "Set up the second factor first. Recovery codes belong to it.", code="second_factor_off"
        )
    audit.record(session, event=Event.RECOVERY_CODES_MADE, by=by, detail=_detail(operator), now=now)
    return _new_recovery_codes(session, operator)


def recovery_codes_left(session: Session, operator: Operator) -> int:
    """Return how many recovery codes an operator has not used yet."""
    left = RecoveryCode.used_at.is_(None)
    wanted = select(func.count()).where(RecoveryCode.operator_id == operator.id, left)
    return session.scalars(wanted).one()


def _step_of(typed: str, secret: bytes, now: datetime) -> int | None:
    """Return the time step whose code was typed; every one is compared, and each in the same time."""
    digits, totp = "".join(typed.split()).encode(errors="replace"), _totp(secret)
    present = int(now.timestamp()) // STEP
    found = None
    for step in (present + ahead for ahead in _LEEWAY):
        if bytes_eq(totp.generate(step * STEP), digits):
            found = step
    return found


def _take_step(session: Session, operator: Operator, typed: str, keyring: Keyring, now: datetime) -> bool:
    sealed = _held(session, operator)
    step = None if sealed is None else _step_of(typed, keyring.open(sealed, _context(operator)), now)
    if step is None:
        return False
    taken = session.execute(
        update(Operator)
        .where(
            Operator.id == operator.id,
            _COUNTS,
            or_(
                Operator.totp_last_step.is_(None),
                Operator.totp_last_step < step,
                Operator.totp_last_step > step + _TOO_LATE,
            ),
        )
        .values(totp_last_step=step)
        .returning(Operator.id)
        .execution_options(synchronize_session=False)
    )
    return taken.scalar() is not None


def _held(session: Session, operator: Operator) -> str | None:
    """Return the sealed secret as it is now; until the end nobody else replaces it, or seals it anew."""
    held = select(Operator.totp_secret).where(Operator.id == operator.id).with_for_update()
    return session.scalar(held)


def _take_recovery_code(session: Session, operator: Operator, typed: str, by: By, now: datetime) -> bool:
    used = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.operator_id == operator.id,
            RecoveryCode.digest == _digest(operator, typed),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
    )
    if used.scalar() is None:
        return False
    left = recovery_codes_left(session, operator)
    detail = _detail(operator) | {"left": left}
    audit.record(session, event=Event.RECOVERY_CODE_USED, by=by, detail=detail, now=now)
    return True


def _new_recovery_codes(session: Session, operator: Operator) -> tuple[str, ...]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.operator_id == operator.id))
    codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
    session.add_all(RecoveryCode(operator_id=operator.id, digest=_digest(operator, code)) for code in codes)
    return codes


def _recovery_code() -> str:
    symbols = "".join(secrets.choice(SYMBOLS) for _ in range(_RECOVERY_SYMBOLS))
    starts = range(0, _RECOVERY_SYMBOLS, _RECOVERY_GROUP)
    return "-".join(symbols[start : start + _RECOVERY_GROUP] for start in starts)


def _digest(operator: Operator, typed: str) -> str:
    """Return what is kept of a recovery code, in whatever case and with whatever dashes it was typed."""
    values = [value_of(character) for character in typed]
    symbols = "".join(SYMBOLS[value] for value in values if value is not None)
    return hashlib.sha256(f"keyferry recovery code v1\0{operator.id}\0{symbols}".encode()).hexdigest()


def _write(
    session: Session, operator: Operator, condition: ColumnElement[bool] | None, **values: object
) -> None:
    wanted = update(Operator).where(Operator.id == operator.id)
    if condition is not None:
        wanted = wanted.where(condition)
    written = session.execute(
        wanted.values(**values).returning(Operator.id).execution_options(synchronize_session=False)
    )
    if written.scalar() is None:
        raise Conflict(
            "The second factor is already set up. Turn it off first to move to another device.",
            code="second_factor_on",
        )
    session.refresh(operator)


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, _DIGITS, _HASH, STEP)


def _context(operator: Operator) -> str:
    return f"operator {operator.id} totp"


def _detail(operator: Operator) -> dict[str, object]:
    return {"operator": operator.name}


SEALED = Place(Operator, "totp_secret", _context)

"""How a face runs a deed: count the attempt, do it, and write down what was refused.

Three transactions, since a counted attempt and the record of a refusal must outlive the refusal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from protocol.activation_key import ActivationKey
from protocol.errors import ProtocolError
from server.core import attempts, audit, licenses
from server.core.audit import By
from server.core.errors import CoreError, LimitReached, NotFound
from server.core.models import License, Product
from server.db import transaction


@dataclass(frozen=True)
class Limit:
    """At most `count` failures in `per`, counted in a bucket that `attempts.bucket` names."""

    bucket: str
    count: int
    per: timedelta


@contextmanager
def guarded(
    *,
    event: str,
    by: By,
    now: datetime,
    limits: Sequence[Limit] = (),
    product: Product | None = None,
    activation_key: ActivationKey | None = None,
) -> Iterator[Session]:
    """Open the transaction of a deed; a refusal in it is recorded as `event` with its code, and raised on.

    Call it only for what was verified before, a token's signature for instance: whoever can fail here writes.
    Raises LimitReached (too_many_attempts) before the deed; a deed that succeeds does not use up its limits.
    """
    _count(limits, now)
    try:
        with transaction() as session:
            yield session
            for limit in _in_order(limits):
                attempts.forgive(session, limit.bucket, now)
    except (CoreError, ProtocolError) as refusal:
        _record(refusal.code, event, by, now, product, activation_key)
        raise


def _count(limits: Sequence[Limit], now: datetime) -> None:
    refusal: LimitReached | None = None
    if limits:
        with transaction() as session:
            for limit in _in_order(limits):
                try:
                    attempts.admit(session, limit.bucket, limit.count, limit.per, now)
                except LimitReached as reached:
                    refusal = reached
    if refusal is not None:
        raise refusal


def _in_order(limits: Sequence[Limit]) -> list[Limit]:
    """Deeds that count in the same buckets lock them in the same order, and never wait in a ring."""
    return sorted(limits, key=lambda limit: limit.bucket)


def _record(
    code: str,
    event: str,
    by: By,
    now: datetime,
    product: Product | None,
    activation_key: ActivationKey | None,
) -> None:
    with transaction() as session:
        audit.record(
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
        return licenses.find(session, activation_key)
    except NotFound:
        return None

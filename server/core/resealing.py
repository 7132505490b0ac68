"""Sealing every secret under the newest master key, so that an older one can be thrown away.

A few secrets at a time, each in the same place as before: what is done stays done, so whoever is stopped in
the middle begins again and finds only what is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, inspect, select
from sqlalchemy.orm import Session

from keyferry.server.core import audit
from keyferry.server.core.audit import By
from keyferry.server.core.errors import SecretUnreadable
from keyferry.server.core.events import Event
from keyferry.server.core.licensing import demo_machine, products
from keyferry.server.core.mail import outbox
from keyferry.server.core.sealed import Place
from keyferry.server.core.secrets import Keyring, key_id_of
from keyferry.server.core.staff import kept_forms, second_factor

PLACES = (
    *products.SEALED,
    demo_machine.SEALED,
    second_factor.SEALED,
    kept_forms.SEALED,
    outbox.SEALED,
)

# A key ID has up to 32 characters, between the version and a colon.
_BEGINNING = 40


def older(session: Session, place: Place, keyring: Keyring, *, after: int, most: int) -> Sequence[int]:
    """Return the numbers of rows whose secret another master key sealed than the newest, in their order."""
    number = _number(place)
    wanted = select(number).where(number > after, _is_older(place, keyring)).order_by(number).limit(most)
    return session.scalars(wanted).all()


def reseal(session: Session, place: Place, numbers: Iterable[int], keyring: Keyring) -> int:
    """Seal the secrets of these rows under the newest master key, and return how many.

    What changed meanwhile or doesn't open is left alone.
    """
    wanted = select(place.model).where(_number(place).in_(numbers), _is_older(place, keyring))
    done = 0
    for row in session.scalars(wanted.order_by(_number(place)).with_for_update()):
        context = place.context(row)
        try:
            secret = keyring.open(getattr(row, place.column), context)
        except SecretUnreadable:
            # One that is lost must not keep the others under a key that leaked.
            continue
        setattr(row, place.column, keyring.seal(secret, context))
        done += 1
    session.flush()
    return done


def record(session: Session, keyring: Keyring, *, by: By, now: datetime) -> None:
    """Record that secrets are being sealed under the newest master key."""
    detail = {"master_key": keyring.current}
    audit.record(session, event=Event.SECRETS_RESEALED, by=by, now=now, detail=detail)


def left(session: Session, keyring: Keyring) -> Counter[str]:
    """Return how many secrets each other master key than the newest still seals, by its id."""
    found: Counter[str] = Counter()
    for place in PLACES:
        beginning = func.substr(_column(place), 1, _BEGINNING)
        found.update(map(key_id_of, session.scalars(select(beginning).where(_is_older(place, keyring)))))
    return found


def _is_older(place: Place, keyring: Keyring) -> ColumnElement[bool]:
    # Not LIKE: on SQLite it takes both cases for the same, and a key ID may have an underscore.
    return func.substr(_column(place), 1, len(keyring.mark)) != keyring.mark


def _column(place: Place) -> Any:
    return getattr(place.model, place.column)


def _number(place: Place) -> Any:
    return getattr(place.model, inspect(place.model).primary_key[0].key or "")

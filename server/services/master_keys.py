"""Sealing the secrets of the database under the newest master key, while others serve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from keyferry.server.core import resealing
from keyferry.server.core.audit import By
from keyferry.server.core.sealed import Place
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading, transaction
from keyferry.server.parts import parts
from keyferry.server.services.permission import permitted

# Whoever serves waits for so many at most: some milliseconds.
_AT_ONCE = 100


@dataclass(frozen=True)
class Resealed:
    """How many secrets were sealed anew, and how many each older master key still seals, by its id."""

    count: int
    left: Mapping[str, int]


@permitted(Permission.CHANGE_PRODUCTS)
def reseal(*, by: By) -> Resealed:
    """Seal every secret under the newest master key, in pieces that are committed one by one."""
    count = 0
    for place in resealing.PLACES:
        count = _of_a_place(place, count, by)
    with reading() as session:
        return Resealed(count, resealing.left(session, parts().keyring))


def _of_a_place(place: Place, count: int, by: By) -> int:
    keyring, after = parts().keyring, 0
    while True:
        # Looked for before anybody has to wait: most rows may have nothing that is sealed.
        with reading() as session:
            numbers = resealing.older(session, place, keyring, after=after, most=_AT_ONCE)
        if not numbers:
            return count
        with transaction() as session:
            done = resealing.reseal(session, place, numbers, keyring)
            if done and not count:
                resealing.record(session, keyring, by=by, now=parts().clock())
        after, count = numbers[-1], count + done

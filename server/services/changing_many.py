"""Changing all licenses of a list, for every face: in chunks between which others have a turn.

Whoever asked goes on with it, request by request, until it is done, as with licenses that are issued.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from keyferry.server.core import audit, versions
from keyferry.server.core.audit import By
from keyferry.server.core.events import Event
from keyferry.server.core.licensing import licenses, listings, many
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.licensing.listings import Wanted
from keyferry.server.core.models import ChangeOfMany, License
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading, transaction
from keyferry.server.parts import parts
from keyferry.server.services.changing import changing
from keyferry.server.services.issuing import CHUNK_SECONDS, SPELL_SECONDS
from keyferry.server.services.permission import permitted

MOST_EXPORTED = 10_000_000
_PIECE = 1000

T = TypeVar("T")


@dataclass(frozen=True)
class Progress:
    """How far a change of many licenses has come."""

    number: int
    action: str
    wanted: int
    done: int
    changed: int
    refused: int

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to be changed."""
        return self.done >= self.wanted


def meant(wanted: Wanted, *, most: int = many.MOST) -> Sequence[int]:
    """Return the numbers of all licenses of a list, of more than `most` one more."""
    with reading() as session:
        return listings.numbers(session, wanted, now=parts().clock(), most=most)


def version(numbers: Sequence[int]) -> str:
    """Return the digest of which licenses are meant, see `core.versions`."""
    return versions.digest(sorted(numbers))


@permitted(Permission.CHANGE_LICENSES)
def begin(numbers: Sequence[int], action: str, terms: Terms, mark: str, *, by: By, seen: str) -> Progress:
    """Begin to change these licenses; asked for again with the same mark, return the same change.

    `seen` is the version of those that the question was about. Raises what `core.licensing.many.check`
    raises, and Conflict (changed_meanwhile).
    """
    with changing(by) as (session, now):
        change = many.with_mark(session, mark)
        if change is None:
            many.check(action, terms, len(numbers))
            versions.require(seen, version(numbers))
            change = many.ask(session, mark, action, terms, numbers, now=now)
        return _progress(change)


@permitted(Permission.CHANGE_LICENSES)
def go_on(number: int, *, by: By, seconds: float = SPELL_SECONDS) -> Progress:
    """Change chunk after chunk until all are done or the time is up; raises NotFound (unknown_change)."""
    with reading() as session:
        change = many.find(session, number)
        progress, numbers = _progress(change), change.numbers
    ends = time.monotonic() + seconds
    while not progress.is_done:
        with changing(by) as (session, now):
            change = many.locked(session, number)
            many.go_on(session, change, numbers, by=by, now=now, until=_time_is_up())
            progress = _progress(change)
        if time.monotonic() >= ends:
            break
    return progress


@permitted(Permission.SEE_LICENSES)
def progress_of(number: int, *, by: By) -> Progress:
    """Return how far a change has come; raises NotFound (unknown_change)."""
    with reading() as session:
        return _progress(many.find(session, number))


@permitted(Permission.SEE_LICENSES)
def export(
    wanted: Wanted, *, by: By, show: Callable[[License], T], most: int = MOST_EXPORTED
) -> Iterator[list[T]]:
    """Return what `show` makes of each license of a list, in its order; the audit records who took the keys.

    Raises Malformed (nothing_chosen), and (too_many_chosen) where there are more than `most`.
    """
    numbers = meant(wanted, most=most)
    if len(numbers) > most:
        raise many.too_many(most)
    if not numbers:
        raise many.nothing()
    with transaction() as session:
        detail = {"licenses": len(numbers)}
        audit.record(session, event=Event.LICENSES_EXPORTED, by=by, detail=detail, now=parts().clock())
    return _pieces(numbers, show)


def _pieces(numbers: Sequence[int], show: Callable[[License], T]) -> Iterator[list[T]]:
    for first in range(0, len(numbers), _PIECE):
        piece = numbers[first : first + _PIECE]
        # Whoever reads slowly keeps no transaction open.
        with reading() as session:
            found = {license.id: show(license) for license in licenses.with_ids(session, piece)}
        yield [found[number] for number in piece if number in found]


def _time_is_up() -> Callable[[], bool]:
    ends = time.monotonic() + CHUNK_SECONDS
    return lambda: time.monotonic() >= ends


def _progress(change: ChangeOfMany) -> Progress:
    return Progress(change.id, change.action, change.wanted, change.done, change.changed, change.refused)

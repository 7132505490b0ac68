"""One change of many licenses, up to 100,000: piece by piece, and each license once.

A change is a row that says which licenses are meant and how many of them are done. A piece locks that row,
changes the next licenses, and counts them in the same transaction. So whoever continues, after a crash or at
the same moment as others, continues where the last piece ended.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from keyferry.server.core.audit import By
from keyferry.server.core.errors import Conflict, Malformed, NotFound
from keyferry.server.core.licensing import licenses
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.models import ChangeOfMany, License

MOST = 100_000
"""How many licenses one change has at most, as many as can be issued at once."""

# Locked at once, between two looks at the time.
_AT_ONCE = 10


def check(action: str, terms: Terms, count: int) -> None:
    """Raise Malformed (nothing_chosen, too_many_chosen) and what `licenses.check_renewal` raises."""
    if not count:
        raise nothing()
    if count > MOST:
        raise too_many(MOST)
    if action == "renew":
        licenses.check_renewal(terms.expires, terms.days)


def ask(
    session: Session, mark: str, action: str, terms: Terms, numbers: Sequence[int], *, now: datetime
) -> ChangeOfMany:
    """Return the change that a mark stands for; nothing is done yet.

    Raises what `check` raises.
    """
    check(action, terms, len(numbers))
    try:
        with session.begin_nested():
            change = ChangeOfMany(
                mark=mark,
                action=action,
                expires_on=terms.expires,
                days=terms.days,
                numbers=sorted(numbers),
                wanted=len(numbers),
                created_at=now,
            )
            session.add(change)
    except IntegrityError:
        return session.scalars(select(ChangeOfMany).where(ChangeOfMany.mark == mark)).one()
    return change


def with_mark(session: Session, mark: str) -> ChangeOfMany | None:
    """Return the change that was asked for under a mark, None where none was."""
    return session.scalar(select(ChangeOfMany).where(ChangeOfMany.mark == mark))


def go_on(
    session: Session,
    change: ChangeOfMany,
    numbers: Sequence[int],
    *,
    by: By,
    now: datetime,
    until: Callable[[], bool],
) -> None:
    """Change the next licenses of a `locked` change until all are done or `until` says so.

    `numbers` are those of the change. A license that can't be changed so is counted, and left as it is.
    """
    while change.done < change.wanted:
        piece = numbers[change.done : change.done + _AT_ONCE]
        rows = select(License).where(License.id.in_(piece)).order_by(License.id).with_for_update(of=License)
        for license in session.scalars(rows.options(joinedload(License.product, innerjoin=True))).all():
            try:
                change.changed += _done(session, change, license, by, now)
            except (Malformed, Conflict):
                change.refused += 1
        change.done += len(piece)
        if until():
            return


def find(session: Session, number: int) -> ChangeOfMany:
    """Return a change; raises NotFound (unknown_change)."""
    change = session.get(ChangeOfMany, number)
    if change is None:
        raise _unknown()
    return change


def locked(session: Session, number: int) -> ChangeOfMany:
    """Return a change, locked until the transaction ends; raises NotFound (unknown_change)."""
    change = session.get(ChangeOfMany, number, with_for_update=True, populate_existing=True)
    if change is None:
        raise _unknown()
    return change


def nothing() -> Malformed:
    """Return the error for a list that has no license any more."""
    return Malformed("Select licenses first, then choose what to do.", code="nothing_chosen")


def too_many(most: int) -> Malformed:
    """Return the error for more licenses than can be taken at once."""
    return Malformed(
        "That’s more than {most:,} licenses. Narrow the list with filters, and do it in parts.",
        code="too_many_chosen",
        most=most,
    )


def _done(session: Session, change: ChangeOfMany, license: License, by: By, now: datetime) -> int:
    if change.action == "suspend":
        return licenses.suspend(session, license, by=by, now=now)
    if change.action == "resume":
        return licenses.resume(session, license, by=by, now=now)
    licenses.renew(session, license, expires=change.expires_on, days=change.days, by=by, now=now)
    return 1


def _unknown() -> NotFound:
    return NotFound("There’s no such change. Look at the licenses in their list.", code="unknown_change")

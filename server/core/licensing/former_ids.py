"""Former computer IDs: those that a request displaced, that came along as proof, or that were burnt unused.

They are known by machine and commitment, whatever the activation key: a commitment depends on that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.orm import Session

from keyferry.server.core.models import Activation, Displaced, FormerComputerId, License

WITHOUT_PROOF = (Displaced.STALE.value, Displaced.UNPROVEN.value)
"""How staff are shown it, and limits count it."""

Former = Sequence[FormerComputerId]


def of_machine(session: Session, license: License, fingerprint: int) -> Former:
    """Return what one machine had on a license, the earliest first."""
    rows = select(FormerComputerId).where(
        FormerComputerId.license_id == license.id, FormerComputerId.fingerprint == fingerprint
    )
    return session.scalars(rows.order_by(FormerComputerId.id)).all()


def find(session: Session, license: License, fingerprint: int, commitment: int) -> FormerComputerId | None:
    """Return a former computer ID, None where it is none."""
    return session.scalar(
        select(FormerComputerId).where(
            FormerComputerId.license_id == license.id,
            FormerComputerId.fingerprint == fingerprint,
            FormerComputerId.commitment == commitment,
        )
    )


def displace(
    session: Session, before: Activation, holder: Activation, how: Displaced, now: datetime, **facts: bool
) -> None:
    """Keep the ID that was live on a seat as a former one of who holds it now; `facts` are columns."""
    # It may have been given up, unseen until then, at the very moment when it was activated.
    session.execute(
        delete(FormerComputerId).where(
            FormerComputerId.license_id == before.license_id,
            FormerComputerId.fingerprint == before.fingerprint,
            FormerComputerId.commitment == before.commitment,
        )
    )
    _add(session, holder, [before.commitment], how, now, {**facts, "computer_id": before.computer_id})


def keep(
    session: Session,
    activation: Activation,
    commitments: Collection[int],
    freeing: Collection[int],
    now: datetime,
) -> None:
    """Keep IDs that came with a request as proof and were never live; codes of `freeing` free its seat."""
    for frees in (True, False):
        kept = [one for one in commitments if (one in freeing) is frees]
        _add(session, activation, kept, Displaced.COMPANION, now, {"frees": frees})


def burn(session: Session, license: License, fingerprint: int, commitment: int, now: datetime) -> None:
    """Keep an ID that was given up before it was ever activated."""
    values = _values(license.id, fingerprint, commitment, Displaced.BURNT, now)
    session.execute(insert(FormerComputerId), [values])


def hand_over(session: Session, before: Activation, after: Activation) -> None:
    """Let all former IDs of an activation belong to the one that replaced it."""
    theirs = update(FormerComputerId).where(FormerComputerId.activation_id == before.id)
    session.execute(theirs.values(activation_id=after.id))


def set_freeing(session: Session, activation: Activation, commitments: Collection[int]) -> None:
    """Let the codes of these former IDs free the seat, and those of no others; nothing is to be settled."""
    theirs = update(FormerComputerId).where(FormerComputerId.activation_id == activation.id)
    session.execute(theirs.values(frees=FormerComputerId.commitment.in_(commitments), settles=False))


def settle(session: Session, former: Iterable[FormerComputerId]) -> None:
    """Count IDs as proven that were displaced without proof."""
    numbers = [one.id for one in former]
    settled = update(FormerComputerId).where(FormerComputerId.id.in_(numbers))
    session.execute(settled.values(how=Displaced.PROVEN.value, settles=False, counted=False))


def counted(
    session: Session, license: License, now: datetime, days: int, *, fingerprint: int | None = None
) -> int:
    """Return how many replacements without proof count, on a license or for one machine of it."""
    hows = FormerComputerId.how.in_(WITHOUT_PROOF)
    rows = _recent(license, now, days).where(hows, FormerComputerId.counted)
    if fingerprint is not None:
        rows = rows.where(FormerComputerId.fingerprint == fingerprint)
    return session.scalars(rows).one()


def burnt(session: Session, license: License, now: datetime, days: int) -> int:
    """Return how many IDs of a license were burnt unused."""
    return session.scalars(
        _recent(license, now, days).where(FormerComputerId.how == Displaced.BURNT.value)
    ).one()


def _recent(license: License, now: datetime, days: int) -> Select[int]:
    period = timedelta(days=days)
    return select(func.count(FormerComputerId.id)).where(
        FormerComputerId.license_id == license.id,
        # What is later than now came before the clock was set back: it counts as long, and no longer.
        FormerComputerId.at > now - period,
        FormerComputerId.at < now + period,
    )


def _add(
    session: Session,
    activation: Activation,
    commitments: Iterable[int],
    how: Displaced,
    now: datetime,
    facts: Mapping[str, object],
) -> None:
    rows = [
        {
            **_values(activation.license_id, activation.fingerprint, one, how, now),
            "activation_id": activation.id,
            **facts,
        }
        for one in commitments
    ]
    if rows:
        session.execute(insert(FormerComputerId), rows)


def _values(
    license_id: int, fingerprint: int, commitment: int, how: Displaced, now: datetime
) -> dict[str, object]:
    return {
        "license_id": license_id,
        "fingerprint": fingerprint,
        "commitment": commitment,
        "computer_id": None,
        "activation_id": None,
        "how": how.value,
        "at": now,
        "frees": False,
        "settles": False,
        "was_unproven": False,
        "counted": False,
    }

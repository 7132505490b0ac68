"""Possible copies: seats that were taken from an earlier state of a computer, or without any proof."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager

from keyferry.server.core.licensing.former_ids import WITHOUT_PROOF
from keyferry.server.core.models import Activation, FormerComputerId, License
from keyferry.server.core.pages import PAGE_SIZE, Page, page

_MOST_OF_MACHINE = 20
_MOST_COUNTED = 100


def listed(session: Session, *, number: int, size: int = PAGE_SIZE) -> Page[FormerComputerId]:
    """Return a page of them, the latest first, with the activation that came then and its license."""
    count = select(func.count(FormerComputerId.id)).where(FormerComputerId.how.in_(WITHOUT_PROOF))
    return page(session, _latest_first(), count, number, size)


def before(session: Session, number: int | None, size: int) -> Sequence[FormerComputerId]:
    """Return those that come after one of a number in the list, from the first one without it."""
    rows = _latest_first()
    if number is not None:
        rows = rows.where(FormerComputerId.id < number)
    return session.scalars(rows.limit(size)).all()


def of_machine(session: Session, activation: Activation) -> Sequence[FormerComputerId]:
    """Return those of one machine on a license, the latest first."""
    rows = _latest_first().where(
        FormerComputerId.license_id == activation.license_id,
        FormerComputerId.fingerprint == activation.fingerprint,
    )
    return session.scalars(rows.limit(_MOST_OF_MACHINE)).all()


def count_of_license(session: Session, license: License) -> int:
    """Return how many there are on a license; of very many, the first ones count."""
    of_license = FormerComputerId.license_id == license.id
    known = select(FormerComputerId.id).where(of_license, FormerComputerId.how.in_(WITHOUT_PROOF))
    return session.scalars(select(func.count()).select_from(known.limit(_MOST_COUNTED).subquery())).one()


def _latest_first() -> Select[FormerComputerId]:
    rows = (
        select(FormerComputerId)
        .join(FormerComputerId.activation)
        .join(Activation.license)
        .options(contains_eager(FormerComputerId.activation).contains_eager(Activation.license))
    )
    return rows.where(FormerComputerId.how.in_(WITHOUT_PROOF)).order_by(FormerComputerId.id.desc())

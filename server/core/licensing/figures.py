"""What staff want to see first: activations by day, product and channel, seats, and what ends soon."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, select, true
from sqlalchemy.orm import Session, joinedload

from keyferry.server.core.days import utc_day
from keyferry.server.core.licensing import attention, demo_machine
from keyferry.server.core.licensing.attention import Noticed
from keyferry.server.core.models import Activation, License, LicenseStatus

DAYS = 30
"""How long a period is; each is compared with the one before."""
WEEK = 7
MONTHS = 12

Counts = dict[int, dict[str, list[int]]]
"""By product number and channel: one count for each day, or month, the last of which runs."""


@dataclass(frozen=True)
class Sold:
    """Licenses and their seats."""

    licenses: int
    seats: int
    seats_used: int


@dataclass(frozen=True)
class Figures:
    """The figures of a day: of two periods up to it, of the months, and of the moment when they were counted.

    `ended` is how many computers gave up their seats in the last period.
    """

    day: date
    days: Counts
    months: Counts
    sold: dict[int, Sold]
    ending_soon: int
    ending_this_week: int
    ended: int
    noticed: list[Noticed]

    @property
    def total(self) -> Sold:
        """What was sold of all products."""
        every = self.sold.values()
        return Sold(
            sum(one.licenses for one in every),
            sum(one.seats for one in every),
            sum(one.seats_used for one in every),
        )

    @property
    def gained(self) -> int:
        """How many more seats are in use than a period ago."""
        return self.activated() - self.ended

    def activated(self, product: int | None = None, *, before: bool = False) -> int:
        """Return the activations of the last period, or the one before, of one product or all."""
        here = slice(0, DAYS) if before else slice(DAYS, 2 * DAYS)
        return sum(sum(counts[here]) for counts in _chosen(self.days, product))

    def ever(self) -> bool:
        """Return whether anything was activated in these months."""
        return any(any(counts) for counts in _chosen(self.months, None))


def sold(session: Session) -> Sold:
    """Return what was sold until now; every license is looked at."""
    return Sold(*session.execute(select(*_SOLD).where(_is_sold())).one())


def of_views(session: Session, *, now: datetime) -> dict[str, int]:
    """Return how many licenses each view of the list has; every license is looked at."""
    soon = License.last_day.between(now.date(), now.date() + timedelta(days=DAYS))
    conditions = {
        "all": true(),
        "soon": soon,
        "full": License.seats_used >= License.seats,
        "on_hold": License.status == LicenseStatus.SUSPENDED.value,
        "unused": License.seats_used == 0,
    }
    counts = [func.count(case((one, 1))) for one in conditions.values()]
    return dict(zip(conditions, session.execute(select(*counts)).one(), strict=True))


def figures(session: Session, *, now: datetime) -> Figures:
    """Count the figures as they are now, which takes as long as the tables are large."""
    start = _midnight(now.date() - timedelta(days=DAYS - 1))
    days, months = _activations(session, now.date())
    return Figures(
        day=now.date(),
        days=days,
        months=months,
        sold={number: Sold(*counts) for number, *counts in session.execute(_by_product())},
        ending_soon=_ending(session, now, DAYS),
        ending_this_week=_ending(session, now, WEEK),
        ended=session.scalars(select(func.count()).where(*_ended(start))).one(),
        noticed=attention.noticed(session, since=start, before=start - timedelta(days=DAYS)),
    )


def ending_next(session: Session, now: datetime, *, most: int) -> Sequence[License]:
    """Return the licenses that end next within a period, with their customers and products."""
    rows = select(License).where(_ends_within(now, DAYS)).order_by(License.last_day, License.id)
    rows = rows.options(joinedload(License.product, innerjoin=True), joinedload(License.customer))
    return session.scalars(rows.limit(most)).all()


def as_values(found: Figures) -> dict[str, Any]:
    """Return figures as they are kept."""
    noticed = [attention.as_values(one) for one in found.noticed]
    return {**asdict(found), "day": found.day.isoformat(), "noticed": noticed}


def of_values(values: dict[str, Any]) -> Figures:
    """Return figures that were kept; the numbers of products came back as text."""
    numbered = {
        name: {int(number): counts for number, counts in values[name].items()} for name in ("days", "months")
    }
    sold_of = {int(number): Sold(**counts) for number, counts in values["sold"].items()}
    noticed = [attention.of_values(one) for one in values["noticed"]]
    day = date.fromisoformat(values["day"])
    return Figures(**{**values, **numbered, "day": day, "sold": sold_of, "noticed": noticed})


_SOLD = (
    func.count(),
    func.coalesce(func.sum(License.seats), 0),
    func.coalesce(func.sum(License.seats_used), 0),
)


def _by_product() -> Any:
    return select(License.product_number, *_SOLD).where(_is_sold()).group_by(License.product_number)


def _ended(since: datetime) -> tuple[ColumnElement[bool], ...]:
    return Activation.ended_at >= since, demo_machine.counts(Activation.license_id)


def _is_sold() -> ColumnElement[bool]:
    return demo_machine.counts(License.id)


def _ends_within(now: datetime, days: int) -> ColumnElement[bool]:
    soon = License.last_day.between(now.date(), now.date() + timedelta(days=days))
    return soon & _is_sold()


def _ending(session: Session, now: datetime, days: int) -> int:
    return session.scalars(select(func.count()).select_from(License).where(_ends_within(now, days))).one()


def _activations(session: Session, today: date) -> tuple[Counts, Counts]:
    """Return the activations of the days of two periods, and of the months, this one included."""
    first_day = today - timedelta(days=2 * DAYS - 1)
    days: Counts = {}
    months: Counts = {}
    for text, product, channel, count in _counted(session, _first_of_months(today)):
        day = date.fromisoformat(str(text))
        _add(days, product, channel, (day - first_day).days, 2 * DAYS, count)
        _add(months, product, channel, MONTHS - 1 - _months_between(day, today), MONTHS, count)
    return days, months


def _counted(session: Session, first: date) -> Iterable[Any]:
    day = utc_day(session, Activation.activated_at)
    return session.execute(
        select(day, License.product_number, Activation.channel, func.count())
        .join(License, Activation.license_id == License.id)
        .where(Activation.activated_at >= _midnight(first), _is_sold())
        .group_by(day, License.product_number, Activation.channel)
    )


def _add(counts: Counts, product: int, channel: str, place: int, size: int, count: int) -> None:
    """Add to one place; what a clock that was ahead has written lies behind the last."""
    if 0 <= place < size:
        counts.setdefault(product, {}).setdefault(channel, [0] * size)[place] += count


def _chosen(counts: Counts, product: int | None) -> Iterable[list[int]]:
    chosen = counts.values() if product is None else [counts.get(product, {})]
    return (one for by_channel in chosen for one in by_channel.values())


def _first_of_months(today: date) -> date:
    month = today.year * 12 + today.month - MONTHS
    return date(month // 12, month % 12 + 1, 1)


def _months_between(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)

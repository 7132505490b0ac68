"""Long lists, a page at a time, in a time that does not grow with them.

What is found is counted and sorted up to `MOST` rows. Of more, a page is taken from where an index has them
sorted, and the next one begins beside its last row; how many there are is then not counted. Where filters
leave out nearly everything, a page ends once enough rows were looked at, with what it has.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    FromClause,
    ScalarSelect,
    Select,
    and_,
    case,
    func,
    select,
    true,
)
from sqlalchemy.orm import Session

from keyferry.server.core.filters import Filter, Listing
from keyferry.server.core.pages import Beside, Page, Row, Sort, asked, is_short, last_page
from keyferry.server.core.walks import Walk

MOST = 10_000
"""How many rows are counted, and sorted by themselves."""
WORTH_WALKING = 5_000
"""Of how many rows of another table the first page is walked to, if that fills it soon."""
_PAGES = 10**6
# A plan for just any text or filter goes through whole tables for some of them. And where reading here and
# there counts as expensive, PostgreSQL first gathers all that an index finds, of which a part was asked for.
_PLANNED = {"plan_cache_mode": "force_custom_plan", "random_page_cost": "1.1"}
# How many rows are looked at for that, where they lie beside each other.
_SOON = 4_000
# How many times more rows are sorted where walking meets too few of them.
_MOST_AT_WORST = 3


@dataclass(frozen=True)
class _Few:
    """What a filter finds: how many rows, how many of them all filters let through, and those of a page."""

    candidates: int
    found: int
    number: int
    shown: Sequence[int]


def listed(
    session: Session,
    rows: Select[Row],
    listing: Listing,
    *,
    number: int,
    size: int,
    beside: Beside | None = None,
) -> Page[Row]:
    """Return a page of `rows`, one beyond the last is the last; `beside` has it begin at a row."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(*(func.set_config(*one, True) for one in _PLANNED.items())))
    number = max(1, min(number, _PAGES))
    short, at_least = _short(session, listing, number, size)
    if short is not None:
        return short.of(_loaded(session, rows, listing, short.rows))
    page = _walked(session, listing, number, size, beside)
    if page.ends_early:
        page = _found_otherwise(session, listing, number, size, beside) or page
    loaded, shown = _loaded(session, rows, listing, page.rows), len(page.rows)
    if not page.more:
        return page.of(loaded)
    if beside is None and page.after is None:
        # All of it is on this page.
        return Page(loaded, shown, 1, size)
    if at_least is None:
        at_least = _at_least(session, listing)
    return replace(page.of(loaded), total=max(min(at_least, MOST), shown))


def _short(session: Session, listing: Listing, number: int, size: int) -> tuple[Page[int] | None, int | None]:
    """Return a page of what a filter finds few enough of, or None and at least how many there are."""
    at_least, is_alone = None, len(listing.filters) == 1 and not listing.without
    for one in _narrowing(listing):
        if not one.costly and (one.is_own or not is_alone) and _is_long(session, one):
            continue
        if number == 1 and is_alone and not one.is_own and not one.costly and listing.sort.by is not None:
            few = _first_of_many(session, listing, one, size)
        else:
            few = _few(session, listing, one, number, size, MOST)
        if few.candidates <= MOST:
            return Page(few.shown, few.found, few.number, size), None
        at_least = few.found
    return None, at_least


def _first_of_many(session: Session, listing: Listing, by: Filter, size: int) -> _Few:
    """Return the first page of what another table leads to: of thousands, by a walk where that soon fills it.

    Looking each of them up, only to sort them, takes longer.
    """
    few = _few(session, listing, by, 1, size, WORTH_WALKING)
    if few.candidates <= WORTH_WALKING:
        return few
    some = _numbers(by, MOST).subquery()
    counts = select(func.count(), func.count(some.c[0].distinct())).select_from(some)
    candidates, found = session.execute(counts).one()
    if candidates > MOST:
        return _Few(candidates, found, 1, ())
    walk = Walk(listing, size, back=False, most=_SOON)
    walk.go(session, None)
    if len(walk.shown) < size:
        return _few(session, listing, by, 1, size, MOST)
    return _Few(candidates, found, 1, walk.shown)


def _narrowing(listing: Listing) -> Sequence[Filter]:
    """Return the filters that have an index; of all rows where none has."""
    found = [one for one in listing.filters if one.numbers is not None]
    return found or [Filter(true(), select(listing.sort.key), is_own=True)]


def _is_long(session: Session, one: Filter) -> bool:
    return session.scalars(_count(_numbers(one, MOST).subquery())).one() > MOST


def _numbers(one: Filter, most: int) -> Select[int] | CompoundSelect[int]:
    if one.numbers is None:
        raise ValueError("only a filter with an index is counted by itself")
    return one.numbers.limit(most + 1)


def _candidates(one: Filter, most: int) -> CTE:
    return _alone(_numbers(one, most))


def _alone(rows: Select[Any] | CompoundSelect[Any]) -> CTE:
    # By itself, and before anything else: PostgreSQL might join it to all that another filter finds.
    return rows.cte("candidates").prefix_with("MATERIALIZED", dialect="postgresql")


def _own_candidates(listing: Listing, by: Filter, others: Sequence[ColumnElement[bool]], most: int) -> CTE:
    """Select rows with what sorts them, and whether all filters let them through: in one look at each."""
    sorts: list[ColumnElement[Any]] = [] if listing.sort.by is None else [listing.sort.by.label("sorted_by")]
    rows = listing.rows.add_columns(*sorts, and_(true(), *others).label("fits"))
    return _alone(rows.where(by.condition).limit(most + 1))


def _few(session: Session, listing: Listing, by: Filter, number: int, size: int, most: int) -> _Few:
    """Hold what a filter finds, to count and to sort it: else a search would look at everything twice."""
    sort = listing.sort
    others = [one.in_a_walk for one in listing.filters if one is not by] + listing.shown(sort.key)
    # What is costly to sort by is looked up for what all filters let through, and for nothing else.
    if by.is_own and not (others and isinstance(sort.by, ScalarSelect)):
        candidates = _own_candidates(listing, by, others, most)
        wanted = select(*candidates.c[:-1]).where(candidates.c.fits)
        passed = _count(candidates).where(candidates.c.fits)
    else:
        candidates = _candidates(by, most)
        # Of too many, some say how many at least: looking at all of these would take longer than the page.
        some = select(candidates.c[0]).limit(most // listing.cost).subquery() if others else candidates
        wanted, passed = _wanted(listing, candidates, others), _passed(listing, some, others)
    counted = _count(candidates).cte("counted")
    candidate_count = select(counted.c[0]).scalar_subquery()
    # Of too many, none is looked at to be sorted.
    are_few = candidate_count <= most
    found = wanted.where(are_few).cte("found")
    row, by_column = found.c[sort.key.key], found.c.sorted_by if sort.by is not None else None
    count = case((are_few, _count(found).scalar_subquery()), else_=passed.scalar_subquery())
    counts = select(candidate_count, count).subquery()

    def page(number: int) -> Sequence[Any]:
        shown = select(found).order_by(*sort.order(row, by_column))
        shown_here = shown.limit(size).offset((number - 1) * size).subquery("shown")
        shown_row = shown_here.c[sort.key.key]
        shown_by = None if sort.by is None else shown_here.c.sorted_by
        both = select(counts, shown_row).select_from(counts.outerjoin(shown_here, true()))
        return session.execute(both.order_by(*sort.order(shown_row, shown_by))).all()

    turned = page(number)
    [candidate_number, found_number, first] = turned[0]
    if first is None and number > 1 and found_number and candidate_number <= most:
        number = last_page(found_number, size)
        turned = page(number)
    shown = [row for *_, row in turned if row is not None]
    return _Few(candidate_number, found_number, number if shown else 1, shown)


def _wanted(listing: Listing, candidates: FromClause, others: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """Select what all filters let through of the candidates, with what it is sorted by."""
    sort, number_of = listing.sort, candidates.c[0]
    if not others and sort.by is None:
        # All that the list has of these rows is their numbers.
        return select(number_of.label(sort.key.key)).distinct()
    rows = listing.rows if sort.by is None else listing.rows.add_columns(sort.by.label("sorted_by"))
    return rows.where(sort.key.in_(select(number_of)), *others)


def _at_least(session: Session, listing: Listing) -> int:
    """Count what all filters let through of what the first one finds, as far as that is looked at."""
    if listing.cost > 1:
        # Looking at so much only to say this takes longer than the page, which says it, too.
        return 0
    by, key = _narrowing(listing)[0], listing.sort.key
    others = [one.in_a_walk for one in listing.filters if one is not by] + listing.shown(key)
    if not by.is_own:
        return session.scalars(_passed(listing, _candidates(by, MOST), others)).one()
    if not others:
        # Nothing is left out of more than that.
        return MOST
    candidates = _own_candidates(replace(listing, rows=select(key), sort=Sort(key)), by, others, MOST)
    return session.scalars(_count(candidates).where(candidates.c.fits)).one()


def _passed(listing: Listing, candidates: FromClause, others: Sequence[ColumnElement[bool]]) -> Select[int]:
    """Return how many different rows of the candidates the other filters let through."""
    number_of, key = candidates.c[0], listing.sort.key
    if not others:
        return select(func.count(number_of.distinct())).select_from(candidates)
    return select(func.count(key)).where(key.in_(select(number_of)), *others)


def _count(rows: FromClause) -> Select[int]:
    return select(func.count()).select_from(rows)


def _loaded(session: Session, rows: Select[Row], listing: Listing, shown: Sequence[int]) -> Sequence[Row]:
    """Load the rows of a page: sorting their numbers alone is much cheaper than sorting whole rows."""
    place = {one: index for index, one in enumerate(shown)}
    loaded = session.scalars(rows.where(listing.sort.key.in_(shown))).unique().all()
    return sorted(loaded, key=lambda row: place[getattr(row, listing.sort.key.key)])


def _walked(session: Session, listing: Listing, number: int, size: int, beside: Beside | None) -> Page[int]:
    """Return the numbers of a page from where an index has them sorted; without `beside`, of the first."""
    if beside is None:
        walk = Walk(listing, size, back=False)
        walk.go(session, None)
        return Page(walk.shown, 0, 1, size, more=True, after=walk.goes_on_at)
    walk = Walk(listing, size, back=beside.back)
    walk.go(session, beside.row)
    if beside.back:
        if walk.goes_on_at is None:
            # The first page is a whole one.
            return _walked(session, listing, 1, size, None)
        shown = walk.shown[::-1]
        after = shown[-1] if shown else beside.row
        return Page(shown, 0, number, size, more=True, before=walk.goes_on_at, after=after)
    before = walk.shown[0] if walk.shown else beside.row
    return Page(walk.shown, 0, number, size, more=True, before=before, after=walk.goes_on_at)


def _found_otherwise(
    session: Session, listing: Listing, number: int, size: int, beside: Beside | None
) -> Page[int] | None:
    """Return a page by the index of the only filter, where a walk meets too little of it; None without help.

    Sorting all that it finds takes longer, but that may all lie at the other end.
    """
    if len(listing.filters) > 1 or (beside is not None and beside.back):
        return None
    [one] = listing.filters
    if one.numbers is None or one.costly:
        return None
    if len(listing.stretches) == 1 and listing.sort.by is None:
        return _gathered(session, listing, one.numbers, number, size, beside)
    if beside is None:
        most = _MOST_AT_WORST * MOST
        few = _few(session, listing, one, number, size, most)
        if few.candidates <= most:
            return Page(few.shown, few.found, few.number, size)
    return None


def _gathered(
    session: Session,
    listing: Listing,
    numbers: Select[int] | CompoundSelect[int],
    number: int,
    size: int,
    beside: Beside | None,
) -> Page[int]:
    row = numbers.subquery().c[0]
    in_order = row.desc() if listing.sort.descending else row.asc()
    wanted = select(row).where(*listing.shown(row)).order_by(in_order)
    if beside is not None:
        wanted = wanted.where(row < beside.row if listing.sort.descending else row > beside.row)
    shown = session.scalars(wanted.limit(size + 1)).all()
    after, shown = shown[size - 1] if len(shown) > size else None, shown[:size]
    before = None if beside is None else shown[0] if shown else beside.row
    return Page(shown, 0, 1 if beside is None else number, size, more=True, before=before, after=after)


def searched(
    search: str, page: Callable[[Sequence[Filter]], Page[Row]], filter_of: Callable[..., Filter]
) -> Page[Row]:
    """Return a page of what begins with a text; where nothing does, or a * is before it, of what holds it.

    `page` makes it of the filters of a search, and `filter_of` those of a text.
    """
    wanted, anywhere = asked(search)
    if not wanted:
        return page(())
    if not anywhere:
        found = page((filter_of(wanted, anywhere=False),))
        if found.total or found.more or is_short(wanted):
            return replace(found, beginnings=not is_short(wanted))
    return page((filter_of(wanted, anywhere=True),))

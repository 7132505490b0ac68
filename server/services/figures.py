"""Figures for staff: counted for each page while that is quick, otherwise kept for some minutes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, current_app
from sqlalchemy.orm import Session

from keyferry.server.core import kept_figures
from keyferry.server.core.customers import listing
from keyferry.server.core.customers.listing import Count, View
from keyferry.server.core.licensing import figures, product_figures, products
from keyferry.server.core.licensing.figures import Figures
from keyferry.server.core.licensing.product_figures import SoldOfProduct
from keyferry.server.core.models import Product
from keyferry.server.db import one_at_a_time, reading, transaction
from keyferry.server.parts import parts

FRESH = timedelta(minutes=10)
"""How long kept figures are shown as they are; older ones are counted anew behind their page."""

Values = dict[str, Any]
_Count = Callable[[Session, datetime], Values]
_COUNTING = threading.Lock()
_ALL = "all"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Counted:
    """Values, and when they were counted; None means just now."""

    values: Values
    at: datetime | None


def of_the_start_page() -> tuple[Figures, datetime | None]:
    """Return the figures of the start page, and when they were counted; None means just now."""
    counted = _counted("start", lambda session, now: figures.as_values(figures.figures(session, now=now)))
    return figures.of_values(counted.values), counted.at


def of_the_views() -> tuple[dict[str, int], datetime | None]:
    """Return how many licenses each view of their list has, and when that was counted; None: just now."""
    counted = _counted("license views", lambda session, now: figures.of_views(session, now=now))
    return counted.values, counted.at


def of_the_customer_views() -> tuple[dict[View | None, Count], datetime | None]:
    """Return how many customers each view of their list has, and when that was counted; None: just now."""

    def count(session: Session, now: datetime) -> Values:
        return {view or _ALL: [*vars(one).values()] for view, one in listing.counts(session, now).items()}

    counted = _counted("views of customers", count)
    return {view: Count(*counted.values[view or _ALL]) for view in (None, *View)}, counted.at


def live_computers(product: Product) -> tuple[dict[int, int], datetime | None]:
    """Return how many computers hold a seat under each epoch, and when they were counted; None: just now."""
    with reading() as session:
        if not kept_figures.are_needed(session):
            return products.live_computers(session, product), None
    counted = _counted("live computers", lambda session, now: products.all_live_computers(session))
    by_epoch = counted.values.get(str(product.number), {})
    return {int(epoch): count for epoch, count in by_epoch.items()}, counted.at


def sold_of_products(every: Iterable[Product]) -> tuple[dict[str, SoldOfProduct], datetime | None]:
    """Return what was sold of each product, by its code, and when it was counted; None: just now."""
    counted = _counted("sold of products", lambda session, now: product_figures.counted(session))
    return {one.code: product_figures.sold_of(one, counted.values) for one in every}, counted.at


def live_of_products(every: Iterable[Product]) -> dict[str, int]:
    """Return how many computers hold a seat under any epoch of each product, by its code."""
    counted = _counted("live computers", lambda session, now: products.all_live_computers(session))
    return {one.code: sum(counted.values.get(str(one.number), {}).values()) for one in every}


def _counted(name: str, count: _Count) -> Counted:
    now = parts().clock()
    with reading() as session:
        if not kept_figures.are_needed(session):
            return Counted(count(session, now), None)
        kept = kept_figures.read(session, name)
    if kept is None:
        return Counted(_count(name, count, now), now)
    # At a million licenses counting takes seconds, and whoever looks after a weekend would wait for it. What
    # is of the future was counted by a clock that was ahead.
    if not timedelta() <= now - kept.counted_at < FRESH and _COUNTING.acquire(blocking=False):
        _begin_to_count_anew(name, count)
    return Counted(kept.value, kept.counted_at)


def _begin_to_count_anew(name: str, count: _Count) -> None:
    """Count behind the page; where the system has no thread left, the next page tries again."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    counting = threading.Thread(
        target=_count_anew, args=(app, name, count), name="keyferry-figures", daemon=True
    )
    try:
        counting.start()
    except RuntimeError:
        _COUNTING.release()
        logger.warning("Figures stay as they are: the thread that counts them anew could not be started.")


def _count_anew(app: Flask, name: str, count: _Count) -> None:
    try:
        with app.app_context():
            _count(name, count, parts().clock())
    finally:
        _COUNTING.release()


def _count(name: str, count: _Count, now: datetime) -> Values:
    # Not in the transaction that keeps them: on SQLite nobody else could write meanwhile.
    with reading() as session:
        values = count(session, now)
    with transaction() as session:
        one_at_a_time(session, "figures")
        kept_figures.keep(session, name, values, now)
    return values

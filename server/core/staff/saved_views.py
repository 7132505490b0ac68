"""Lists that an operator has named to come back to, and the columns of licenses that they chose to see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from keyferry.server.core.errors import Conflict, Malformed, NotFound
from keyferry.server.core.models import Listing, Operator, SavedView

MOST = 20
"""How many views of one list an operator has."""

MAX_NAME = 40
_MAX_QUERY = 600


def of_operator(session: Session, operator: Operator, listing: Listing) -> Sequence[SavedView]:
    """Return the views that an operator has of a list, in the order in which they were saved."""
    own = select(SavedView).where(*_own(operator, listing)).order_by(SavedView.id)
    return session.scalars(own.limit(MOST)).all()


def save(
    session: Session, operator: Operator, listing: Listing, name: str, query: str, *, now: datetime
) -> SavedView:
    """Save a view of a list; one of the same name is replaced.

    Raises Malformed (malformed_view_name, malformed_view) and Conflict (too_many_views).
    """
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise Malformed(
            "Use up to {most} visible characters for the view’s name.",
            code="malformed_view_name",
            most=MAX_NAME,
        )
    if len(query) > _MAX_QUERY or not query.isprintable():
        raise Malformed("This list’s filters are too long to be saved. Use fewer.", code="malformed_view")
    # Whoever saves two at once waits: the limit counts what the other saved.
    session.get_one(Operator, operator.id, with_for_update=True)
    own = _own(operator, listing)
    view = session.scalar(select(SavedView).where(*own, SavedView.name == name))
    if view is not None:
        view.query = query
        return view
    if session.scalars(select(func.count()).select_from(SavedView).where(*own)).one() >= MOST:
        raise Conflict("You have {most} saved views. Remove one first.", code="too_many_views", most=MOST)
    view = SavedView(operator_id=operator.id, listing=listing, name=name, query=query, created_at=now)
    session.add(view)
    return view


def remove(session: Session, operator: Operator, number: int) -> str:
    """Remove a view of an operator, and return its name; raises NotFound (unknown_view)."""
    view = session.get(SavedView, number)
    if view is None or view.operator_id != operator.id:
        raise NotFound("This view was removed already.", code="unknown_view")
    session.delete(view)
    return view.name


def choose_columns(session: Session, operator: Operator, columns: Sequence[str] | None) -> None:
    """Keep which columns of the list of licenses an operator sees; None for the usual ones."""
    session.get_one(Operator, operator.id).license_columns = None if columns is None else list(columns)


def _own(operator: Operator, listing: Listing) -> tuple[ColumnElement[bool], ...]:
    return SavedView.operator_id == operator.id, SavedView.listing == listing

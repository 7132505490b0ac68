"""The number of a product, by which rows refer to it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from keyferry.server.core.models import Product

_OF_NONE = 0


def number_of(session: Session, code: str) -> int:
    """Return the number of the product with a code, in any case, or one that none has.

    Lists ask for it first: to PostgreSQL, a product yet to be looked up has as many licenses as any.
    """
    numbers = select(Product.number).where(Product.folded_code == code.lower())
    return session.scalars(numbers).one_or_none() or _OF_NONE

"""How much of each product was sold: licenses, seats, and which features they grant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keyferry.server.core.models import License, Product


@dataclass(frozen=True)
class SoldOfProduct:
    """The licenses of a product, their seats, and how many licenses grant each feature, in its order."""

    licenses: int = 0
    seats: int = 0
    seats_used: int = 0
    features: tuple[int, ...] = ()


def counted(session: Session) -> dict[str, Any]:
    """Count the licenses of every product by the features that they grant, but for those of demo machines.

    Every license is looked at.
    """
    of_each = select(
        *(License.product_number, License.features, func.count()),
        *(func.sum(License.seats), func.sum(License.seats_used)),
    ).where(License.demo_fingerprint.is_(None))
    of_each = of_each.group_by(License.product_number, License.features)
    found: dict[str, Any] = {}
    for number, features, *sums in session.execute(of_each):
        found.setdefault(str(number), []).append([features, *map(int, sums)])
    return found


def sold_of(product: Product, values: Mapping[str, Any]) -> SoldOfProduct:
    """Return of what `counted` returned what is about one product."""
    rows = values.get(str(product.number), ())
    licenses, seats, used = (sum(row[place] for row in rows) for place in (1, 2, 3))
    features = tuple(
        sum(row[1] for row in rows if row[0] >> place & 1) for place in range(len(product.features))
    )
    return SoldOfProduct(licenses, seats, used, features)

"""A row of a file that is imported: which customer it names, and which license, in columns by name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.errors import ProtocolError
from keyferry.server.core.customers.contacts import normalized_email
from keyferry.server.core.customers.records import checked_name
from keyferry.server.core.errors import Malformed, NotFound
from keyferry.server.core.licensing import licenses
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.licensing.notes import checked_notes
from keyferry.server.core.licensing.orders import checked_order
from keyferry.server.core.licensing.products import feature_mask
from keyferry.server.core.models import Product

COLUMNS: Mapping[str, Sequence[str]] = {
    "email": ("email", "e mail", "customer", "customer email", "mail"),
    "name": ("name", "customer name", "company"),
    "product": ("product", "product code"),
    "activation_key": ("activation key", "key", "license key"),
    "seats": ("seats",),
    "expires": ("expires", "ends", "end", "end date", "expires on", "expiration date", "valid until"),
    "days": ("days",),
    "features": ("features", "edition"),
    "order": ("order", "order number", "order reference"),
    "notes": ("notes", "note", "comment"),
    "status": ("status",),
}
"""What is read of a file, and the column names under which it is found, in any case."""
OURS = ("line", "error_code", "error")
"""What a file of refused rows has in addition: it can be corrected and imported as it is."""

_OF_A_LICENSE = ("activation_key", "seats", "expires", "days", "features", "status")
_ON_HOLD, _ACTIVE = {"suspended", "on hold"}, {"", "active"}
_NEVER = {"", "never", "none", "-"}
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ]00:00(?::00)?)?", re.ASCII)


@dataclass(frozen=True)
class Row:
    """What a row means; without a product it is a customer alone. A key that is None is made afresh."""

    email: str | None
    name: str | None
    product: Product | None
    activation_key: str | None = field(default=None, repr=False)
    seats: int = 1
    terms: Terms = field(default_factory=Terms)
    features: int = 0
    order: str | None = None
    notes: str | None = None
    is_on_hold: bool = False


def places_of(head: Sequence[str]) -> dict[str, int]:
    """Return where each known column is. Raises Malformed (unknown_columns)."""
    places: dict[str, int] = {}
    for place, title in enumerate(head):
        name = _column(title)
        if name is None:
            continue
        if name in places:
            raise Malformed(
                "Two columns are for the same: “{first}” and “{second}”. Remove one of them.",
                code="unknown_columns",
                first=head[places[name]],
                second=title,
            )
        places[name] = place
    if not places.keys() & {"email", "product", "activation_key"}:
        raise Malformed(
            "The first line must name the columns, such as email, product, and seats. Add it, and try again.",
            code="unknown_columns",
        )
    return places


def left_out(head: Sequence[str]) -> list[str]:
    """Return the names of the columns that nothing is read of."""
    return [title for title in head if title and _column(title) is None and title not in OURS]


def read(
    cells: Sequence[str],
    width: int,
    places: Mapping[str, int],
    products: Mapping[str, Product],
    usual: Product | None,
    now: datetime,
) -> Row:
    """Return what a row below a header of that `width` means; `usual` is for a license that names no product.

    `products` are by their codes in lower case. Raises Malformed (malformed_csv, malformed_email,
    malformed_customer_name, foreign_activation_key, malformed_status, unknown_feature, malformed_order,
    malformed_notes and what `licenses.check_new` raises) and NotFound (unknown_product).
    """
    given = _given(cells, width, places)
    product = _product(given, products, usual)
    name, email = checked_name(given.get("name", "")), None
    if "email" in given or product is None or name:
        email = normalized_email(given.get("email", ""))
    if product is None:
        return Row(email, name, None, notes=checked_notes(given.get("notes")))
    seats, terms = _number(given, "seats", "malformed_seats") if "seats" in given else 1, _terms(given)
    licenses.check_new(seats, terms, 1, now)
    return Row(
        email=email,
        name=name,
        product=product,
        activation_key=_activation_key(given.get("activation_key")),
        seats=seats,
        terms=terms,
        features=feature_mask(product, filter(None, re.split(r"[,;|+]\s*", given.get("features", "")))),
        order=checked_order(given.get("order")),
        notes=checked_notes(given.get("notes")),
        is_on_hold=_is_on_hold(given.get("status", "")),
    )


def _given(cells: Sequence[str], width: int, places: Mapping[str, int]) -> dict[str, str]:
    """Return the cells that are not empty by what they are."""
    if len(cells) > width:
        raise Malformed(
            "This row has more cells than the first line has columns. Put a cell that holds the separator in "
            "quotation marks.",
            code="malformed_csv",
        )
    return {name: cells[place] for name, place in places.items() if place < len(cells) and cells[place]}


def _column(title: str) -> str | None:
    plain = _plain(title)
    return next((name for name, titles in COLUMNS.items() if plain in titles), None)


def _plain(title: str) -> str:
    return " ".join(re.sub(r"[_\-]", " ", title.casefold()).split())


def _product(
    given: Mapping[str, str], products: Mapping[str, Product], usual: Product | None
) -> Product | None:
    if "product" in given:
        product = products.get(given["product"].casefold())
        if product is None:
            raise NotFound("There’s no product with this code. Check the code.", code="unknown_product")
        return product
    if usual is None and any(name in given for name in _OF_A_LICENSE):
        raise NotFound("Name the license’s product by its code.", code="unknown_product")
    return usual


def _activation_key(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return ActivationKey.from_text(text).text
    except ProtocolError:
        # Its own sentence may suggest a key, and what a reason says is kept in a table.
        raise Malformed(
            "This isn’t an activation key of Keyferry, so no wizard takes it. Clear it, and the license gets "
            "a new key.",
            code="foreign_activation_key",
        ) from None


def _terms(given: Mapping[str, str]) -> Terms:
    days = _number(given, "days", "malformed_terms") if "days" in given else None
    text = given.get("expires", "")
    return Terms(None if text.casefold() in _NEVER else _day(text), days)


def _day(text: str) -> date:
    year_first, day_first = _YEAR_FIRST.fullmatch(text), _DAY_FIRST.fullmatch(text)
    with suppress(ValueError):
        if year_first:
            return date(*map(int, year_first.groups()))
        if day_first:
            return date(*map(int, reversed(day_first.groups())))
    # 3/4/2027 is in March or in April, and whoever guesses is wrong for half of the world.
    raise Malformed("Write the date as 2027-12-31.", code="malformed_terms")


def _number(given: Mapping[str, str], name: str, code: str) -> int:
    text = given[name]
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise Malformed("Use a whole number, like 12.", code=code)
    return int(text)


def _is_on_hold(text: str) -> bool:
    plain = text.casefold()
    # An expired license has its last day, which says so itself.
    if plain in _ON_HOLD:
        return True
    if plain in _ACTIVE or plain == "expired":
        return False
    raise Malformed("Write “active” or “on hold” as the status.", code="malformed_status")

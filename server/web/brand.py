"""How the vendor looks now, and whom to ask: what staff set in the portal, and behind that the settings.

Read anew for each page that shows it, so that several server processes never disagree.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from keyferry.server import vendor
from keyferry.server.core.brand import branding, contact
from keyferry.server.core.brand.branding import Brand
from keyferry.server.core.brand.colors import palette
from keyferry.server.db import explained, reading
from keyferry.server.web.ways import Way, ways_to


@dataclass(frozen=True)
class Introduction:
    """How the vendor looks, and the ways to ask it."""

    brand: Brand
    ways: tuple[Way, ...] = ()


def brand() -> Brand:
    """Return how the vendor looks, as far as the settings say while the database is in trouble."""
    return introduction().brand


def introduction() -> Introduction:
    """Return how the vendor looks and the ways to ask it, as far as the settings say in such trouble."""
    try:
        return for_certain()
    except SQLAlchemyError as error:
        # The phone page opens all the same, and keeps a scan until the database is there again.
        if explained(error) is None:
            raise
        return Introduction(vendor.from_settings())


def for_certain() -> Introduction:
    """Return the same; an error of the database is raised, for what phones keep for long."""
    with reading() as session:
        shown = branding.current(session, vendor.from_settings())
        return Introduction(shown, ways_to(contact.current(session)))


def ways() -> tuple[Way, ...]:
    """Return the ways to ask the vendor; on a page that shows trouble, other trouble is none of them."""
    try:
        with reading() as session:
            return ways_to(contact.current(session))
    except SQLAlchemyError:
        return ()


def colors(shown: Brand) -> str:
    """Return what the vendor's color changes in the house style, "" where there is none."""
    return palette(shown.color).css if shown.color else ""


def logo() -> bytes | None:
    """Return the vendor's picture, a PNG, or None where there is none."""
    with reading() as session:
        return vendor.logo(session)

"""How the vendor looks now, and whom to ask: what staff set in the portal, and behind that the settings.

Read anew for each page that shows it, so that several server processes never disagree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from keyferry.protocol.sentences import Sentence
from keyferry.server import vendor
from keyferry.server.core import properties
from keyferry.server.core.brand import branding, contact
from keyferry.server.core.brand.branding import Brand
from keyferry.server.core.brand.colors import palette
from keyferry.server.db import explained, reading
from keyferry.server.web.ways import Way, ways_to

# What was read last, beside the other parts of the application.
_LAST = "keyferry.introduction"


@dataclass(frozen=True)
class Introduction:
    """How the vendor looks, and the ways to ask it."""

    brand: Brand
    ways: tuple[Way, ...] = ()

    @property
    def title(self) -> str:
        """What customers' pages are called."""
        return self.brand.name or Sentence("License Self Help")

    @property
    def vendor(self) -> str:
        """The vendor's name, "" where nothing says it."""
        return self.brand.name

    @property
    def logo(self) -> str:
        """The address of the vendor's picture, "" where there is none."""
        return url_for("phone.pages.logo", v=self.brand.logo) if self.brand.logo else ""

    @property
    def privacy(self) -> str:
        """The address of the privacy notice, "" where there is none."""
        return self.brand.privacy


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
        return among(session, properties.read(session))


def among(session: Session, values: Mapping[str, Any]) -> Introduction:
    """Return the same by the values of the properties, for who reads more in the same transaction."""
    shown = branding.current(session, vendor.from_settings())
    found = Introduction(shown, ways_to(contact.among(values)))
    current_app.extensions[_LAST] = found
    return found


def in_trouble(*, asks: bool) -> Introduction:
    """Return the same for a page that shows trouble, where other trouble is none of it.

    What this process read last stands for what the database cannot say; without `asks`, it is not asked.
    """
    try:
        if asks:
            return for_certain()
    except SQLAlchemyError:
        pass
    last: Introduction | None = current_app.extensions.get(_LAST)
    return last or Introduction(vendor.from_settings())


def colors(shown: Brand) -> str:
    """Return what the vendor's color changes in the house style, "" where there is none."""
    return palette(shown.color).css if shown.color else ""


def logo() -> bytes | None:
    """Return the vendor's picture, a PNG, or None where there is none."""
    with reading() as session:
        return vendor.logo(session)

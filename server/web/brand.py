"""How the vendor looks now, and whom to ask: what staff set in the portal, and behind that the settings.

Read anew for each page that shows it, so that several server processes never disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from keyferry.server.core.brand import branding, contact
from keyferry.server.core.brand.branding import Brand
from keyferry.server.core.brand.colors import palette
from keyferry.server.core.brand.pictures import drawn_anew
from keyferry.server.core.errors import Malformed
from keyferry.server.db import explained, reading
from keyferry.server.parts import parts
from keyferry.server.web.ways import Way, ways_to

_MOST_LOGOS = 8


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
        return Introduction(from_settings())


def for_certain() -> Introduction:
    """Return the same; an error of the database is raised, for what phones keep for long."""
    with reading() as session:
        return Introduction(branding.current(session, from_settings()), ways_to(contact.current(session)))


def ways() -> tuple[Way, ...]:
    """Return the ways to ask the vendor; on a page that shows trouble, other trouble is none of them."""
    try:
        with reading() as session:
            return ways_to(contact.current(session))
    except SQLAlchemyError:
        return ()


def from_settings() -> Brand:
    """Return what the settings say of the vendor; they know no color."""
    settings, picture = parts().settings, _logo_of_settings()
    mark = branding.digest(picture) if picture else ""
    return Brand(settings.vendor_name, settings.privacy_url or "", "", mark)


def colors(shown: Brand) -> str:
    """Return what the vendor's color changes in the house style, "" where there is none."""
    return palette(shown.color).css if shown.color else ""


def logo() -> bytes | None:
    """Return the vendor's picture, a PNG, or None where there is none."""
    with reading() as session:
        return branding.logo(session) or _logo_of_settings()


def _logo_of_settings() -> bytes | None:
    path = parts().settings.vendor_logo
    if path is None:
        return None
    try:
        state = path.stat()
        return _drawn(path, state.st_mtime_ns, state.st_size)
    except (OSError, Malformed):
        # The file went away after the start, or is no picture any more: the pages do without it.
        return None


@lru_cache(_MOST_LOGOS)
def _drawn(path: Path, _changed: int, _size: int) -> bytes:
    """Read a file once for each of its states."""
    return drawn_anew(path.read_bytes())

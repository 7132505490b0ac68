"""How the vendor looks as far as the server's settings say; what staff set in the portal counts before it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from sqlalchemy.orm import Session

from keyferry.server.core.brand import branding
from keyferry.server.core.brand.branding import Brand
from keyferry.server.core.brand.pictures import drawn_anew
from keyferry.server.core.errors import Malformed
from keyferry.server.parts import parts

_MOST_LOGOS = 8


def from_settings() -> Brand:
    """Return what the settings say of the vendor; they know no color."""
    settings, picture = parts().settings, _logo_of_settings()
    mark = branding.digest(picture) if picture else ""
    return Brand(settings.vendor_name, settings.privacy_url or "", "", mark)


def logo(session: Session) -> bytes | None:
    """Return the vendor's picture, a PNG, or None where there is none."""
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

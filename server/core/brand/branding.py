"""How the vendor looks to customers: name, privacy notice, color and logo, each as staff set it.

What they did not set is as the server's settings say, which whoever asks hands over.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from keyferry.server.core import audit, versions
from keyferry.server.core.audit import By
from keyferry.server.core.brand.colors import read_color
from keyferry.server.core.brand.pictures import drawn_anew
from keyferry.server.core.errors import Malformed, NotFound
from keyferry.server.core.events import Event
from keyferry.server.core.models import BrandPart

MAX_NAME, MAX_ADDRESS = 60, 200
LOGO = "logo"
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+")


@dataclass(frozen=True)
class Brand:
    """How the vendor looks, "" where nothing says it; `logo` is the digest of the picture."""

    name: str = ""
    privacy: str = ""
    color: str = ""
    logo: str = ""

    @property
    def version(self) -> str:
        """The digest of what is changed together, see `core.versions`."""
        return versions.digest(self.name, self.privacy, self.color)


def current(session: Session, otherwise: Brand) -> Brand:
    """Return what counts: what staff set, else what the settings say."""
    rows = session.execute(select(BrandPart.name, BrandPart.value))
    return replace(otherwise, **{name: value for name, value in rows if name in PARTS})


def stored(session: Session) -> dict[str, BrandPart]:
    """Return what staff set, by the names of the parts, with when and by whom."""
    return {row.name: row for row in session.scalars(select(BrandPart)) if row.name in PARTS}


def logo(session: Session) -> bytes | None:
    """Return the picture that staff uploaded, a PNG, or None where they did not."""
    return session.scalar(select(BrandPart.content).where(BrandPart.name == LOGO))


def checked(typed: Mapping[str, str], otherwise: Brand) -> Brand:
    """Return how the vendor would look; what was left empty is as the settings say.

    Raises Malformed (malformed_vendor_name, malformed_privacy_address, malformed_color).
    """
    read = {name: reader(typed[name]) for name, reader in _READERS.items() if typed.get(name, "").strip()}
    return replace(otherwise, **read)


def put_all(session: Session, typed: Mapping[str, str], otherwise: Brand, *, by: By, now: datetime) -> int:
    """Set those of the typed parts that differ from what counts now, and return how many did.

    One that was left empty is as the settings say again. All of them or none; raises what `checked` raises.
    """
    wanted, before = checked(typed, otherwise), current(session, otherwise)
    changed = [name for name in _READERS if name in typed and getattr(wanted, name) != getattr(before, name)]
    for name in changed:
        if typed[name].strip():
            row = BrandPart(name=name, value=getattr(wanted, name), changed_at=now, changed_by=by.who)
            session.merge(row)
            _record(session, name, getattr(before, name), row.value, by=by, now=now)
        else:
            back_to_default(session, name, otherwise, by=by, now=now)
    return len(changed)


def put_logo(session: Session, content: bytes, *, by: By, now: datetime) -> bool:
    """Set the picture; returns whether it is another one.

    Raises Malformed (logo_too_large, logo_is_svg, malformed_logo).
    """
    picture = drawn_anew(content)
    known, fresh = session.get(BrandPart, LOGO), digest(picture)
    before = "" if known is None else known.value
    if before == fresh:
        return False
    session.merge(BrandPart(name=LOGO, value=fresh, content=picture, changed_at=now, changed_by=by.who))
    _record(session, LOGO, before, fresh, by=by, now=now)
    return True


def back_to_default(session: Session, name: str, otherwise: Brand, *, by: By, now: datetime) -> None:
    """Forget what staff set of one part; raises NotFound (unknown_brand_part)."""
    if name not in PARTS:
        raise NotFound("There’s no such setting to reset. Reload the page.", code="unknown_brand_part")
    row = session.get(BrandPart, name)
    if row is None:
        return
    after = "" if name == LOGO else getattr(otherwise, name)
    session.delete(row)
    session.flush()
    _record(session, name, row.value, after, by=by, now=now, default=True)


def digest(content: bytes) -> str:
    """Return what tells one picture from another, in its address too."""
    return hashlib.sha256(content).hexdigest()[:16]


def _name(text: str) -> str:
    name = " ".join(text.split())
    if len(name) > MAX_NAME or not name.isprintable():
        raise Malformed(
            "Use a name of up to {most} visible characters.", code="malformed_vendor_name", most=MAX_NAME
        )
    return name


def _privacy(text: str) -> str:
    address = text.strip()
    if len(address) > MAX_ADDRESS or not _ADDRESS.fullmatch(address):
        raise Malformed(
            "Enter the full address of your privacy notice, up to {most} characters: https://….",
            code="malformed_privacy_address",
            most=MAX_ADDRESS,
        )
    return address


_READERS: Mapping[str, Callable[[str], str]] = {"name": _name, "privacy": _privacy, "color": read_color}
PARTS = (*_READERS, LOGO)


def _record(
    session: Session, part: str, before: str, after: str, *, by: By, now: datetime, default: bool = False
) -> None:
    detail: dict[str, Any] = {"part": part, "before": before, "after": after}
    if default:
        detail["default"] = True
    audit.record(session, event=Event.BRANDING_SET, by=by, detail=detail, now=now)

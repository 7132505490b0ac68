"""The vendor of the pictures: its name, its logo, and whom its customers ask."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

from keyferry.server import create_app
from keyferry.server.config import Settings
from keyferry.server.core import properties
from keyferry.server.core.audit import By
from keyferry.server.core.brand import branding
from keyferry.server.core.brand.branding import Brand
from keyferry.server.core.events import Channel
from keyferry.server.db import transaction

NAME = "Halden Software"
LONG_NAME = "Präzisionswerkzeugbau Müller & Söhne, Softwarevertrieb"
_SETUP = By(Channel.COMMAND_LINE, "setup")
_SAID = {
    properties.SUPPORT_EMAIL: "licenses@halden.example",
    properties.SUPPORT_PHONE: "+1 555 0142",
    "customerSite/privacyPolicyUrl": "https://halden.example/privacy",
}


def logo() -> bytes:
    """Return two peaks in white on blue, in a size for any screen."""
    size, scale = 256, 8
    picture = Image.new("RGBA", (size, size))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((0, 0, size - 1, size - 1), radius=56, fill="#1a56c4")
    peaks = [(6, 23), (13, 10), (17.5, 18), (20, 14), (26, 23)]
    draw.polygon([(x * scale, y * scale) for x, y in peaks], fill="white")
    held = BytesIO()
    picture.save(held, "PNG")
    return held.getvalue()


def dress(home: Path, name: str = NAME) -> None:
    """Give the vendor of an instance folder a name, a logo, and what customers reach it by."""
    now = datetime.now(UTC)
    with create_app(Settings(home=home)).app_context(), transaction() as session:
        branding.put_all(session, {"name": name}, Brand(), by=_SETUP, now=now)
        branding.put_logo(session, logo(), by=_SETUP, now=now)
        properties.put_all(session, _SAID, by=_SETUP, now=now)

"""What the portal wants to see of the phone page, on its way to the face that serves that page.

Staff see what they have typed and not saved yet, so it comes with the address; a seal keeps everybody else
from writing words of their own onto a page of the vendor's.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from keyferry.server.core.brand.branding import Brand
from keyferry.server.core.secrets import Keyring

THEMES = ("light", "dark")
VIEWS = ("question", "key")
_LIFETIME = timedelta(minutes=5)


@dataclass(frozen=True)
class Example:
    """One view of the page in one theme, for a brand that may never count."""

    brand: Brand
    theme: str
    view: str


def sealed(example: Example, *, keyring: Keyring, now: datetime) -> str:
    """Return an example as an address carries it, for a few minutes."""
    until = (now + _LIFETIME).timestamp()
    text: str | bytes = _seal(keyring).dumps({**asdict(example), "until": until})
    return text if isinstance(text, str) else text.decode("ascii")


def opened(text: str, *, keyring: Keyring, now: datetime) -> Example | None:
    """Return what was sealed, or None where it was not, or too long ago."""
    try:
        found: dict[str, Any] = _seal(keyring).loads(text)
    except BadData:
        return None
    if now.timestamp() > found["until"]:
        return None
    return Example(Brand(**found["brand"]), found["theme"], found["view"])


def _seal(keyring: Keyring) -> URLSafeSerializer:
    return URLSafeSerializer(keyring.derived("example"))

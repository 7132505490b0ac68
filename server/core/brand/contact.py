"""Whom customers can ask: the vendor's support, as the server properties name it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from keyferry.server.core import properties
from keyferry.server.core.properties import SUPPORT_EMAIL, SUPPORT_PHONE, SUPPORT_URL


@dataclass(frozen=True)
class Contact:
    """The vendor's support, "" for what no property names."""

    email: str = ""
    phone: str = ""
    url: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """What there is of it, for a line of text."""
        return tuple(text for text in (self.email, self.phone, self.url) if text)


def current(session: Session) -> Contact:
    """Return whom customers can ask now."""
    return among(properties.read(session))


def among(values: Mapping[str, Any]) -> Contact:
    """Return whom customers can ask, by the values of the properties."""
    return Contact(values[SUPPORT_EMAIL], values[SUPPORT_PHONE], values[SUPPORT_URL])

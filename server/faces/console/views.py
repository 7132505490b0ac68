"""What screens show: plain data, read while the session was open."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# Screens know of the core what is named here: facts and events that they show go through as they are.
from keyferry.server.core.licensing.facts import ActivationFacts as ActivationFacts
from keyferry.server.core.licensing.facts import KeyFacts as KeyFacts
from keyferry.server.core.licensing.facts import LicenseFacts as LicenseFacts
from keyferry.server.core.licensing.facts import ReleaseFacts as ReleaseFacts
from keyferry.server.core.licensing.facts import key_facts
from keyferry.server.core.models import AuditEvent as AuditEvent
from keyferry.server.core.models import ServerProperty
from keyferry.server.core.properties import Property
from keyferry.server.services.operations import Given


@dataclass(frozen=True)
class LicenseView:
    """A license with its computers, and whether this server can send email."""

    license: LicenseFacts
    can_mail: bool


@dataclass(frozen=True)
class KeyGiven:
    """A computer key that was given, its license file, and how it goes out by mail."""

    key: KeyFacts
    license_file: str = field(repr=False)
    mailed_to: str | None
    waits: str | None
    can_mail: bool


@dataclass(frozen=True)
class ProductChoice:
    """A product that licenses can be created for."""

    code: str
    name: str
    features: tuple[str, ...]


@dataclass(frozen=True)
class PropertyView:
    """A server property with its value, and who changed it when."""

    declared: Property
    value: str
    default: str
    changed_at: datetime | None
    changed_by: str


@dataclass(frozen=True)
class Scanned:
    """What a pasted link of the License Wizard asks for; `code` is there where it deactivates."""

    activation_key: str = field(repr=False)
    computer_id: str
    computer_name: str
    code: str = field(repr=False)


def key_given(given: Given, now: datetime, *, can_mail: bool) -> KeyGiven:
    """Return a computer key with what it stands for."""
    key = key_facts(given.done, now, customer=given.done.license.customer)
    return KeyGiven(key, given.license_file, given.mailed_to, given.waits, can_mail)


def property_view(declared: Property, value: Any, row: ServerProperty | None) -> PropertyView:
    """Return a property as it stands."""
    changed_at, changed_by = (row.changed_at, row.changed_by or "") if row else (None, "")
    return PropertyView(declared, _shown(value), _shown(declared.default), changed_at, changed_by)


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

"""What screens show: plain data, read while the session was open."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar, cast

from keyferry.protocol.visible import visible, visible_lines

# Screens know of the core what is named here: facts and events that they show go through as they are.
from keyferry.server.core.licensing.facts import ActivationFacts as ActivationFacts
from keyferry.server.core.licensing.facts import KeyFacts as KeyFacts
from keyferry.server.core.licensing.facts import LicenseFacts as LicenseFacts
from keyferry.server.core.licensing.facts import ReleaseFacts as ReleaseFacts
from keyferry.server.core.licensing.facts import key_facts
from keyferry.server.core.models import AuditEvent as AuditEvent
from keyferry.server.core.models import ServerProperty
from keyferry.server.core.pages import Beside as Beside
from keyferry.server.core.pages import Page as Page
from keyferry.server.core.properties import Property
from keyferry.server.services.operations import Given

T = TypeVar("T")

_OF_SEVERAL_LINES = {"notes", "license_file"}


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
    key = key_facts(given.done, now, customer=given.customer)
    return KeyGiven(key, given.license_file, given.mailed_to, given.waits, can_mail)


def property_view(declared: Property, value: Any, row: ServerProperty | None) -> PropertyView:
    """Return a property as it stands."""
    changed_at, changed_by = (row.changed_at, row.changed_by or "") if row else (None, "")
    return PropertyView(declared, _shown(value), _shown(declared.default), changed_at, changed_by)


def visible_all(value: T) -> T:
    """Return what a screen may show: the same, without what a terminal would obey in any of its texts.

    The database may be older than today's rules for names, or come from elsewhere.
    """
    if isinstance(value, str):
        return value if isinstance(value, Enum) else cast("T", visible(value))
    if isinstance(value, list | tuple):
        return cast("T", type(value)(map(visible_all, value)))
    if not is_dataclass(value) or isinstance(value, type):
        return value
    now = {one.name: getattr(value, one.name) for one in fields(value)}
    seen = {name: _seen(name, text) for name, text in now.items()}
    changed = {name: text for name, text in seen.items() if text != now[name]}
    return replace(value, **changed) if changed else value


def _seen(name: str, value: Any) -> Any:
    if name in _OF_SEVERAL_LINES and isinstance(value, str):
        return visible_lines(value)
    return visible_all(value)


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

"""What administrators set, for every face: server properties, branding, the words of emails."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from keyferry.server.core import properties, versions
from keyferry.server.core.audit import By
from keyferry.server.core.brand import branding, contact
from keyferry.server.core.brand.branding import Brand
from keyferry.server.core.licensing import demo_machine
from keyferry.server.core.mail import templates
from keyferry.server.core.models import ServerProperty
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import one_at_a_time
from keyferry.server.parts import parts
from keyferry.server.services.changing import changing
from keyferry.server.services.permission import permitted

T = TypeVar("T")


@permitted(Permission.SET_PROPERTIES)
def set_property(name: str, value: str, *, by: By, show: Callable[[ServerProperty], T]) -> T:
    """Set a server property; raises what `core.properties.put` raises."""
    with _setting(by) as (session, now):
        return show(properties.put(session, name, value, by=by, now=now))


@permitted(Permission.SET_PROPERTIES)
def set_properties(typed: Mapping[str, str], *, version: str, by: By) -> int:
    """Set those of several properties that differ; returns how many. Raises Conflict (changed_meanwhile)."""
    with _setting(by) as (session, now):
        versions.require(version, version_of(properties.read(session), typed))
        return properties.put_all(session, typed, by=by, now=now)


@permitted(Permission.SET_PROPERTIES)
def reset_property(name: str, *, by: By) -> None:
    """Set a property back to its default."""
    with _setting(by) as (session, now):
        properties.back_to_default(session, name, by=by, now=now)


@permitted(Permission.SET_PROPERTIES)
def set_mail(name: str, language: str, subject: str, text: str, *, version: str, by: By) -> bool:
    """Set the words of an email; returns whether they are new. Raises Conflict (changed_meanwhile)."""
    with _setting(by) as (session, now):
        versions.require(version, templates.current(session, name, language).version)
        return templates.put(session, name, language, subject, text, by=by, now=now)


@permitted(Permission.SET_PROPERTIES)
def reset_mail(name: str, language: str, *, by: By) -> None:
    """Set the words of an email back to the default text."""
    with _setting(by) as (session, now):
        templates.back_to_default(session, name, language, by=by, now=now)


@permitted(Permission.SET_PROPERTIES)
def set_branding(
    typed: Mapping[str, str],
    asked: Mapping[str, str],
    default: Brand,
    *,
    version: str,
    by: By,
    logo: bytes | None = None,
) -> int:
    """Set what was changed of how the vendor looks and whom to ask; returns how many. All of it or nothing.

    Raises Conflict (changed_meanwhile) and what `core.brand.branding` and `core.properties.put_all` raise.
    """
    with _setting(by) as (session, now):
        versions.require(version, version_of_branding(session, default))
        count = branding.put_all(session, typed, default, by=by, now=now)
        count += properties.put_all(session, asked, by=by, now=now)
        return count + (logo is not None and branding.put_logo(session, logo, by=by, now=now))


@permitted(Permission.SET_PROPERTIES)
def reset_branding(part: str, default: Brand, *, by: By) -> None:
    """Set one part of the branding back to its default."""
    with _setting(by) as (session, now):
        branding.back_to_default(session, part, default, by=by, now=now)


@contextmanager
def _setting(by: By) -> Iterator[tuple[Session, datetime]]:
    # What was never set has no row: two who set it for the first time would both add one.
    with changing(by) as (session, now):
        one_at_a_time(session, "settings")
        yield session, now
        _end_first_day(session, by, now)


def _end_first_day(session: Session, by: By, now: datetime) -> None:
    """End the demo machine with the list that it is for, whoever hid that, and wherever."""
    machine = demo_machine.present(session)
    if machine is not None and not properties.read(session)[properties.FIRST_DAY]:
        demo_machine.end(session, machine, keyring=parts().keyring, by=by, now=now)


def version_of(values: Mapping[str, Any], names: Iterable[str]) -> str:
    """Return the digest of what counts of some properties, see `core.versions`."""
    return versions.digest(*(values[name] for name in sorted(names)))


def version_of_branding(session: Session, default: Brand) -> str:
    """Return the digest of what counts of the branding and the contact, see `core.versions`."""
    brand, asked = branding.current(session, default), contact.current(session)
    return versions.digest(brand.version, asked)

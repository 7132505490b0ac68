"""What staff change about licenses or take of them, for every face: permission, one transaction, one event.

A face says by `show` what it wants to know of the license as it stands afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.core import audit, versions
from keyferry.server.core.audit import By
from keyferry.server.core.events import Event
from keyferry.server.core.licensing import license_changes, licenses
from keyferry.server.core.licensing.license_changes import Content
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.models import License
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import transaction
from keyferry.server.parts import parts
from keyferry.server.services.guard import guarded
from keyferry.server.services.permission import permitted

T = TypeVar("T")
Show = Callable[[Session, License], T]
Which = ActivationKey | int
"""A license, by its activation key or by the number of its row."""
Work = Callable[..., bool]
"""What is done to a license of a session, `by` whom and when it is `now`; returns whether that is new."""


@dataclass(frozen=True)
class Changed(Generic[T]):
    """Whether a license was not so before, and what the face wanted to know of it."""

    is_new: bool
    shown: T


@permitted(Permission.CHANGE_LICENSES)
def renew(which: Which, terms: Terms, *, by: By, show: Show[T], version: str = "") -> Changed[T]:
    """Move the expiry; raises what `core.licensing.licenses.renew` raises."""
    return _changed(which, _renewal(terms), by, show, version)


@permitted(Permission.CHANGE_LICENSES)
def suspend(which: Which, *, by: By, show: Show[T], version: str = "") -> Changed[T]:
    """Refuse every activation until the license is resumed."""
    return _changed(which, licenses.suspend, by, show, version)


@permitted(Permission.CHANGE_LICENSES)
def resume(which: Which, *, by: By, show: Show[T], version: str = "") -> Changed[T]:
    """End the suspension."""
    return _changed(which, licenses.resume, by, show, version)


@permitted(Permission.CHANGE_LICENSES)
def edit(which: Which, content: Content, *, by: By, show: Show[T], version: str = "") -> Changed[T]:
    """Change what a license grants; raises what `core.licensing.license_changes.edit` raises."""
    return _changed(which, partial(license_changes.edit, content=content), by, show, version)


@permitted(Permission.CHANGE_LICENSES)
def edit_some(
    which: Which, changes: Mapping[str, Any], *, by: By, show: Show[T], version: str = ""
) -> Changed[T]:
    """Change some of what a license grants, by the names of `Content`; raises as `edit`."""

    def work(session: Session, license: License, *, by: By, now: datetime) -> bool:
        content = replace(license_changes.content_of(license), **changes)
        return license_changes.edit(session, license, content, by=by, now=now)

    return _changed(which, work, by, show, version)


@permitted(Permission.CHANGE_LICENSES)
def replace_key(which: Which, *, by: By, show: Show[T], version: str = "") -> Changed[T]:
    """Give a license a fresh activation key in place of one that leaked."""

    def work(session: Session, license: License, *, by: By, now: datetime) -> bool:
        license_changes.replace_key(session, license, by=by, now=now)
        return True

    return _changed(which, work, by, show, version)


@permitted(Permission.CHANGE_LICENSES)
def change_many(
    numbers: Collection[int], action: str, terms: Terms, *, by: By, version: str
) -> tuple[int, int]:
    """Renew, suspend or resume all of these licenses or, where one refuses, none.

    Returns how many were changed, of how many. Raises Malformed (nothing_chosen).
    """
    work = {"renew": _renewal(terms), "suspend": licenses.suspend, "resume": licenses.resume}[action]
    now = parts().clock()
    with guarded(event=Event.CHANGE_REFUSED, by=by, now=now) as session:
        found = licenses.with_ids(session, numbers, lock=True)
        versions.require(version, license_changes.version_of_all(found))
        return [work(session, license, by=by, now=now) for license in found].count(True), len(found)


@permitted(Permission.SEE_LICENSES)
def export(numbers: Collection[int], *, by: By, show: Callable[[License], T]) -> list[T]:
    """Return what `show` tells of each of these licenses, and write down who took their keys.

    Raises Malformed (nothing_chosen).
    """
    with transaction() as session:
        found, now = licenses.with_ids(session, numbers), parts().clock()
        detail = {"licenses": len(found)}
        audit.record(session, event=Event.LICENSES_EXPORTED, by=by, detail=detail, now=now)
        return [show(license) for license in found]


def _changed(which: Which, work: Work, by: By, show: Show[T], version: str) -> Changed[T]:
    now = parts().clock()
    key = which if isinstance(which, ActivationKey) else None
    with guarded(event=Event.CHANGE_REFUSED, by=by, now=now, activation_key=key) as session:
        license = _locked(session, which)
        versions.require(version, license_changes.version(license))
        is_new = work(session, license, by=by, now=now)
        return Changed(is_new, show(session, license))


def _locked(session: Session, which: Which) -> License:
    if isinstance(which, ActivationKey):
        return licenses.find(session, which, lock=True)
    return licenses.with_id(session, which, lock=True)


def _renewal(terms: Terms) -> Work:
    def work(session: Session, license: License, *, by: By, now: datetime) -> bool:
        licenses.renew(session, license, expires=terms.expires, days=terms.days, by=by, now=now)
        return True

    return work

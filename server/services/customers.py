"""What staff change about customers, for every face."""

from __future__ import annotations

from keyferry.server.core import versions
from keyferry.server.core.audit import By
from keyferry.server.core.customers import records
from keyferry.server.core.staff.roles import Permission
from keyferry.server.services.changing import changing
from keyferry.server.services.permission import permitted


@permitted(Permission.CHANGE_CUSTOMERS)
def edit(number: int, *, email: str, name: str, notes: str, version: str, by: By) -> bool:
    """Change address, name and notes; returns whether it was not so before.

    Raises Conflict (changed_meanwhile) and what `core.customers.records.edit` raises.
    """
    with changing(by) as (session, now):
        found = records.with_id(session, number, lock=True)
        versions.require(version, records.version(found))
        return records.edit(session, found, email=email, name=name, notes=notes, by=by, now=now)


@permitted(Permission.CHANGE_CUSTOMERS)
def merge(number: int, into: str, *, by: By) -> tuple[int, int]:
    """Give all of a customer to that of another address; returns its number, and how many licenses moved.

    Raises what `core.customers.records.lock_pair` raises.
    """
    with changing(by) as (session, now):
        gone, kept = records.lock_pair(session, number, into)
        return kept.id, records.merge(session, gone, kept, by=by, now=now)


@permitted(Permission.CHANGE_CUSTOMERS)
def delete(number: int, *, by: By) -> None:
    """Delete a customer; the licenses stay."""
    with changing(by) as (session, now):
        records.delete(session, records.with_id(session, number, lock=True), by=by, now=now)

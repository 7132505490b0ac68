"""The rows of an activation, read and written by statements that are built once.

What is read comes back as objects of no session, since loading and watching rows would take most of an
activation's time. Whoever changes a row says so in a statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any

from sqlalchemy import BindParameter, Select, Table, and_, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.computer_id import ComputerId
from keyferry.server.core.folding import folded
from keyferry.server.core.models import (
    Activation,
    AuditEvent,
    FormerComputerId,
    License,
    Product,
    ProductEpoch,
    detached,
    table_of,
)
from keyferry.server.core.prepared import Prepared, connection_of

_license, _product = table_of(License), table_of(Product)
_epoch, _activation = table_of(ProductEpoch), table_of(Activation)
_audit, _former = table_of(AuditEvent), table_of(FormerComputerId)
_TABLES = (_license, _product, _epoch, _activation)
_is_former = (
    select(_former.c.id)
    .where(
        _former.c.license_id == _license.c.id,
        _former.c.fingerprint == bindparam("fingerprint"),
        _former.c.commitment == bindparam("commitment"),
    )
    .exists()
)
_FOUND = Prepared(
    select(*(column for table in _TABLES for column in table.c), _is_former.label("is_former"))
    .select_from(
        _license.join(_product, _product.c.number == _license.c.product_number)
        .outerjoin(
            _epoch,
            and_(_epoch.c.product_number == _product.c.number, _epoch.c.number == bindparam("epoch")),
        )
        .outerjoin(
            _activation,
            and_(
                _activation.c.license_id == _license.c.id,
                _activation.c.fingerprint == bindparam("fingerprint"),
            ),
        )
    )
    .where(_license.c.activation_key == bindparam("activation_key"))
)
_LOCK = Prepared(
    select(_license.c.id).where(_license.c.activation_key == bindparam("activation_key")).with_for_update()
)
_COLUMNS = [tuple(table.c.keys()) for table in _TABLES]
# Where the columns of product, epoch and activation begin in a row.
_PRODUCT, _EPOCH, _ACTIVATION = (sum(map(len, _COLUMNS[:place])) for place in (1, 2, 3))
_OF_LICENSE, _OF_PRODUCT, _OF_EPOCH, _OF_ACTIVATION = _COLUMNS
# What decides about an activation, and about what it grants.
_JUDGED = (
    *("activation_key", "product_number", "status", "seats", "features", "expires_on"),
    *("days_from_first_activation", "first_activated_on", "lease_days", "key_replaced_at"),
)
_number = itemgetter(_OF_ACTIVATION.index("id"))
_UNSET = {**dict.fromkeys(_OF_ACTIVATION), "unproven_before": False, "reopens": False}

# The database judges, whatever was read before.
_taken_seat = (
    update(_license)
    .where(_license.c.id == bindparam("license_id"), _license.c.seats_used < _license.c.seats)
    .values(
        seats_used=_license.c.seats_used + 1,
        first_activated_on=func.coalesce(
            _license.c.first_activated_on, bindparam("today", type_=_license.c.first_activated_on.type)
        ),
    )
    .returning(_license.c.seats_used, _license.c.first_activated_on)
)
_TAKE_SEAT = Prepared(_taken_seat)
# As long as nobody has changed the license, or retired the epoch, since both were read.
_seat_as_read = _taken_seat.where(
    *(
        _license.c[name].is_not_distinct_from(bindparam(f"read_{name}", type_=_license.c[name].type))
        for name in _JUDGED
    ),
    select(_epoch.c.id).where(_epoch.c.id == bindparam("epoch_id"), _epoch.c.retired_at.is_(None)).exists(),
)
_TAKE_SEAT_AS_READ = Prepared(_seat_as_read)
_ADDED = (
    *("license_id", "epoch", "fingerprint", "commitment", "computer_id", "computer_name"),
    *("folded_computer_name", "issued_on", "expires_on", "features", "channel", "who"),
    *("activated_at", "refreshed_at", "unproven_before"),
)
_IN_AUDIT = (
    *("at", "event", "channel", "who", "folded_who", "address", "product_number", "license_id"),
    "activation_key_ending",
)


def _values(table: Table, names: Sequence[str], prefix: str = "") -> list[BindParameter[Any]]:
    return [bindparam(f"{prefix}{name}", type_=table.c[name].type) for name in names]


def _all_at_once() -> Select[Any]:
    """Take a seat as it was read, add its activation and the event, in one statement (not on SQLite)."""
    seat = _seat_as_read.returning(_license.c.id).cte("seat")
    row = select(seat.c.id, *_values(_activation, _ADDED[1:])).select_from(seat)
    added = insert(_activation).from_select(_ADDED, row).returning(_activation.c.id).cte("added")
    event = select(added.c.id, *_values(_audit, _IN_AUDIT, "audit_")).select_from(added)
    recorded = insert(_audit).from_select(("activation_id", *_IN_AUDIT), event).cte("recorded")
    return select(added.c.id, seat.c.seats_used, seat.c.first_activated_on).add_cte(recorded)


_ALL_AT_ONCE = Prepared(_all_at_once())
_ADD = Prepared(insert(_activation).returning(_activation.c.id), columns=_ADDED)
_CHANGE = update(_activation).where(_activation.c.id == bindparam("activation_id"))


@dataclass(frozen=True)
class Found:
    """A license with its product, an epoch of that, and all that one machine ever had on it, earliest first.

    `epoch` is None where the product has none of that number; `is_former` tells of the computer ID.
    """

    license: License
    epoch: ProductEpoch | None
    machine: Sequence[Activation]
    is_former: bool = False


def find(session: Session, key: ActivationKey, computer_id: ComputerId, *, lock: bool) -> Found | None:
    """Return the license of an activation key, None where there is none.

    With `lock`, nobody else changes it before this transaction ends.
    """
    wanted = {
        "activation_key": key.text,
        "epoch": computer_id.epoch,
        "fingerprint": computer_id.fingerprint,
        "commitment": computer_id.commitment,
    }
    if lock and connection_of(session).dialect.name != "sqlite":
        # On its own: a statement that waited for a lock sees the other tables as they were before it waited.
        _LOCK.rows(session, wanted)
    rows = _FOUND.rows(session, wanted)
    if not rows:
        return None
    first = rows[0]
    product = detached(Product, zip(_OF_PRODUCT, first[_PRODUCT:_EPOCH], strict=True))
    license = detached(License, zip(_OF_LICENSE, first[:_PRODUCT], strict=True), product=product)
    epoch = detached(ProductEpoch, zip(_OF_EPOCH, first[_EPOCH:_ACTIVATION], strict=True), product=product)
    end = _ACTIVATION + len(_OF_ACTIVATION)
    # A database that is to sort prepares for it each time, and there is hardly ever more than one.
    known = sorted((row[_ACTIVATION:end] for row in rows if row[_ACTIVATION] is not None), key=_number)
    machine = [detached(Activation, zip(_OF_ACTIVATION, row, strict=True), license=license) for row in known]
    return Found(license, None if first[_EPOCH] is None else epoch, machine, bool(first[end]))


def take_seat(
    session: Session, license: License, today: date, *, as_read: ProductEpoch | None = None
) -> bool:
    """Count one more seat, if there is one; `as_read`, only if license and epoch are still what was read."""
    wanted: dict[str, Any] = {"license_id": license.id, "today": today}
    if as_read is not None:
        wanted |= _as_read(license, as_read)
    taken = (_TAKE_SEAT if as_read is None else _TAKE_SEAT_AS_READ).row(session, wanted)
    if taken is not None:
        license.__dict__.update(seats_used=taken[0], first_activated_on=taken[1])
    return taken is not None


def add(session: Session, license: License, values: dict[str, Any]) -> Activation:
    """Add an activation of a license."""
    values = _searchable({**values, "license_id": license.id})
    ((number,),) = _ADD.rows(session, values)
    return detached(Activation, {**_UNSET, **values, "id": number}.items(), license=license)


def knows_all_at_once(session: Session) -> bool:
    """Whether the database adds rows within a statement that reads: SQLite doesn't."""
    return connection_of(session).dialect.name != "sqlite"


def add_all_at_once(
    session: Session,
    license: License,
    today: date,
    *,
    as_read: ProductEpoch,
    values: dict[str, Any],
    event: dict[str, Any],
) -> Activation | None:
    """Take a seat, add its activation and the event in one statement, which needs no transaction.

    Only where the database `knows_all_at_once`. Return None if license or epoch changed since they were read.
    """
    values = _searchable(values)
    wanted = {"license_id": license.id, "today": today, **_as_read(license, as_read), **values}
    taken = _ALL_AT_ONCE.row(session, wanted | {f"audit_{name}": event[name] for name in _IN_AUDIT})
    if taken is None:
        return None
    number, seats_used, first_activated_on = taken
    license.__dict__.update(seats_used=seats_used, first_activated_on=first_activated_on)
    return detached(
        Activation,
        {**_UNSET, **values, "license_id": license.id, "id": number}.items(),
        license=license,
    )


def _as_read(license: License, epoch: ProductEpoch) -> dict[str, Any]:
    return {"epoch_id": epoch.id} | {f"read_{name}": license.__dict__[name] for name in _JUDGED}


def change(session: Session, activation: Activation, **values: Any) -> None:
    """Change columns of an activation, in its row and in the object."""
    values = _searchable(values)
    connection_of(session).execute(_CHANGE.values(**values), {"activation_id": activation.id})
    activation.__dict__.update(values)


def _searchable(values: dict[str, Any]) -> dict[str, Any]:
    if "computer_name" not in values:
        return values
    name = values["computer_name"]
    return {**values, "folded_computer_name": folded(name) if name is not None else None}

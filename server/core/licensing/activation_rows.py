"""The rows of an activation, read and written by statements that are built once.

What is read comes back as objects of no session, since loading and watching rows would take most of an
activation's time. Whoever changes a row says so in a statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.core.models import Activation, Base, License, Product, ProductEpoch, detached, table_of
from keyferry.server.core.plain import plain

_license, _product = table_of(License), table_of(Product)
_epoch, _activation = table_of(ProductEpoch), table_of(Activation)
_COLUMNS: dict[type[Base], tuple[str, ...]] = {
    kind: tuple(table_of(kind).c.keys()) for kind in (License, Product, ProductEpoch, Activation)
}
_NEW = {**dict.fromkeys(_COLUMNS[Activation]), "unproven_before": False}
_GRANTED = (
    select(*_license.c, *_product.c, *_epoch.c)
    .select_from(
        _license.join(_product, _product.c.number == _license.c.product_number).outerjoin(
            _epoch,
            and_(_epoch.c.product_number == _product.c.number, _epoch.c.number == bindparam("epoch")),
        )
    )
    .where(_license.c.activation_key == bindparam("activation_key"))
)
_GRANTED_LOCKED = _GRANTED.with_for_update(of=_license)
_OF_MACHINE = (
    select(_activation)
    .where(
        _activation.c.license_id == bindparam("license_id"),
        _activation.c.fingerprint == bindparam("fingerprint"),
    )
    .order_by(_activation.c.id)
)
# The database judges, whatever was read before.
_TAKE_SEAT = (
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
_ADD = insert(_activation).returning(_activation.c.id)
_CHANGE = update(_activation).where(_activation.c.id == bindparam("activation_id"))


@dataclass(frozen=True)
class Granted:
    """A license with its product, and the epoch that was asked for, None if there is no such epoch."""

    license: License
    epoch: ProductEpoch | None


def granted(session: Session, key: ActivationKey, epoch: int, *, lock: bool) -> Granted | None:
    """Return the license of an activation key, None where there is none.

    With `lock`, nobody else changes it before this transaction ends.
    """
    statement = _GRANTED_LOCKED if lock else _GRANTED
    row = plain(session).execute(statement, {"activation_key": key.text, "epoch": epoch}).first()
    if row is None:
        return None
    license, product, found = _split(row, License, Product, ProductEpoch)
    license.__dict__["product"] = found.__dict__["product"] = product
    return Granted(license, None if found.id is None else found)


def of_machine(session: Session, license: License, fingerprint: int) -> Sequence[Activation]:
    """Return all activations of one machine on a license, ended or not, the earliest first."""
    wanted = {"license_id": license.id, "fingerprint": fingerprint}
    rows = plain(session).execute(_OF_MACHINE, wanted).all()
    return [_of(license, dict(zip(_COLUMNS[Activation], row, strict=True))) for row in rows]


def take_seat(session: Session, license: License, today: date) -> bool:
    """Count one more seat, if there is one."""
    taken = plain(session).execute(_TAKE_SEAT, {"license_id": license.id, "today": today}).first()
    if taken is not None:
        license.__dict__.update(taken._mapping)
    return taken is not None


def add(session: Session, license: License, values: dict[str, Any]) -> Activation:
    """Add an activation of a license."""
    values = {**values, "license_id": license.id}
    number = plain(session).execute(_ADD, values).scalar_one()
    return _of(license, {**_NEW, **values, "id": number})


def change(session: Session, activation: Activation, **values: Any) -> None:
    """Change columns of an activation, in its row and in the object."""
    plain(session).execute(_CHANGE.values(**values), {"activation_id": activation.id})
    activation.__dict__.update(values)


def _of(license: License, values: dict[str, Any]) -> Activation:
    return detached(Activation, {**values, "license": license})


def _split(row: Row[Any], *kinds: type[Base]) -> list[Any]:
    found, start = [], 0
    for kind in kinds:
        names = _COLUMNS[kind]
        found.append(detached(kind, dict(zip(names, row[start : start + len(names)], strict=True))))
        start += len(names)
    return found

"""What all models share: their base, the names of constraints, and times that are always UTC."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeVar, cast

from sqlalchemy import Date, DateTime, Dialect, MetaData, Table, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, registry


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime, also in databases that keep no time zone; naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Hand over UTC; raises ValueError for a time without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times are aware UTC datetimes, and this one has no zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return UTC; SQLite hands back what was stored without its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """Return what reads a stored time; SQLite keeps text, which one step reads as well as three."""
        return _read_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _read_text(stored: str | None) -> datetime | None:
    return None if stored is None else datetime.fromisoformat(stored).replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """The base of all models; every constraint has a name, so that a migration can change it."""

    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={datetime: UtcDateTime, date: Date},
    )


Model = TypeVar("Model", bound=Base)


class _Detached:
    """What a statement read, with the names of a model's attributes."""


def detached(kind: type[Model], values: Iterable[tuple[str, Any]], **related: Base) -> Model:
    """Return what a statement read, with the names of a model's attributes, and of no session.

    It is no object of the ORM, which would take longer to make it, and to read each attribute of it, than
    SQLite takes to find the row. What was not read, it does not have.
    """
    made = _Detached()
    made.__dict__.update(values, **related)
    return cast(Model, made)


def table_of(kind: type[Base]) -> Table:
    """Return the table of a model, for statements that go past the ORM."""
    return Base.metadata.tables[kind.__tablename__]


def one_of(column: str, values: type[StrEnum] | tuple[str, ...]) -> str:
    """Return the condition of a check constraint: a column holds one of these values."""
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"

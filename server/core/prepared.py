"""Statements that are compiled once and then go to the driver as they are, for what has to be quick.

SQLAlchemy takes several times as long to hand over a small statement as SQLite takes to run it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Delete, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

Row = tuple[Any, ...]
_READ_ONLY = "25006"
_Processor = Callable[[Any], Any]


class Prepared:
    """A statement whose parameters all have names; an INSERT names the `columns` that it gets.

    It raises what SQLAlchemy raises, without the values.
    """

    def __init__(
        self, statement: Select[Any] | Insert | Update | Delete, *, columns: Sequence[str] | None = None
    ) -> None:
        self._statement = statement
        self._columns = columns
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, session: Session, values: Mapping[str, Any]) -> list[Row]:
        """Return all rows."""
        connection = connection_of(session)
        compiled = self._for(connection.dialect)
        return compiled.results(driven(connection, compiled.text, compiled.bound(values)).fetchall())

    def row(self, session: Session, values: Mapping[str, Any]) -> Row | None:
        """Return the first row, None where there is none."""
        rows = self.rows(session, values)
        return rows[0] if rows else None

    def run(self, session: Session, values: Mapping[str, Any]) -> None:
        """Run a statement that returns nothing."""
        connection = connection_of(session)
        compiled = self._for(connection.dialect)
        driven(connection, compiled.text, compiled.bound(values))

    def _for(self, dialect: Dialect) -> _Compiled:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _Compiled(self._statement, self._columns, dialect)
        return compiled


class _Compiled:
    """The text of a statement, and how values become the driver's and come back."""

    def __init__(
        self,
        statement: Select[Any] | Insert | Update | Delete,
        columns: Sequence[str] | None,
        dialect: Dialect,
    ) -> None:
        compiled: Any = statement.compile(dialect=dialect, column_keys=columns)
        types = {name: one.type for one, name in compiled.bind_names.items()}
        names = compiled.positiontup if dialect.positional else types
        self.text: str = compiled.string
        self._is_positional = dialect.positional
        self._constants = {name: value for name, value in compiled.params.items() if value is not None}
        self._bind = [(name, _impl(types[name], dialect).bind_processor(dialect)) for name in names]
        results = (_impl(kind, dialect).result_processor(dialect, None) for kind in _result_types(statement))
        self._result = [(place, process) for place, process in enumerate(results) if process is not None]

    def bound(self, values: Mapping[str, Any]) -> Sequence[Any] | Mapping[str, Any]:
        """Return the parameters as the driver takes them."""
        if self._constants:
            values = {**self._constants, **values}
        if self._is_positional:
            return [
                values[name] if process is None else process(values[name]) for name, process in self._bind
            ]
        return {
            name: values[name] if process is None else process(values[name]) for name, process in self._bind
        }

    def results(self, rows: list[Row]) -> list[Row]:
        """Return rows of the driver as the types of their columns have them."""
        return [self._result_of(row) for row in rows] if self._result else rows

    def _result_of(self, row: Row) -> Row:
        values = list(row)
        for place, process in self._result:
            if (value := values[place]) is not None:
                values[place] = process(value)
        return tuple(values)


def connection_of(session: Session) -> Connection:
    """Return the connection of a session; what the session has not written yet is written first."""
    if session.in_transaction():
        session.flush()
    connection = session.bind
    return connection if isinstance(connection, Connection) else session.connection()


def driven(connection: Connection, text: str, values: Any = ()) -> Any:
    """Run a text in the driver of a connection, and return its cursor; raises what SQLAlchemy would raise."""
    driver: Any = connection.connection.dbapi_connection
    dialect = connection.dialect
    try:
        return driver.execute(text, values)
    except dialect.loaded_dbapi.Error as error:
        is_lost = dialect.is_disconnect(error, driver, None) or is_of_standby(error)
        if is_lost:
            connection.invalidate(error)
            # The others lead to the same server.
            connection.engine.dispose()
        raise DBAPIError.instance(
            text,
            None,
            error,
            dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=is_lost,
            dialect=dialect,
        ) from error


def is_of_standby(error: BaseException) -> bool:
    """Whether PostgreSQL may only be read: then another server may be the one to write to."""
    return getattr(error, "sqlstate", None) == _READ_ONLY


def _impl(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return kind.dialect_impl(dialect)


def _result_types(statement: Select[Any] | Insert | Update | Delete) -> list[TypeEngine[Any]]:
    if isinstance(statement, Select):
        return [column.type for column in statement.selected_columns]
    return [one["type"] for one in statement.returning_column_descriptions]

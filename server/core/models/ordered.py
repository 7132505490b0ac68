"""Columns and expressions by which rows are found and sorted, with what each database calls them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Date, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


def ordered_text(length: int) -> String:
    """Return the type of a text that is sorted by its bytes: so an index finds beginnings on PostgreSQL."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class Unindexed(FunctionElement[Any]):
    """A column whose index is not to be used: SQLite would gather and sort what it finds, not walk a list."""

    name = "unindexed"
    inherit_cache = True

    def __init__(self, column: Any) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(Unindexed)
def _unindexed(element: Unindexed, compiler: SQLCompiler, **options: Any) -> str:
    column = compiler.process(element.clauses, **options)
    return f"+{column}" if _is_sqlite(compiler) else column


class Unordered(FunctionElement[Any]):
    """An `ordered_text` as a text like others: else PostgreSQL finds what equals it by no index of these."""

    name = "unordered"
    inherit_cache = True

    def __init__(self, column: Any) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(Unordered)
def _unordered(element: Unordered, compiler: SQLCompiler, **options: Any) -> str:
    column = compiler.process(element.clauses, **options)
    return column if _is_sqlite(compiler) else f'{column} COLLATE "default"'


class LastDay(FunctionElement[Any]):
    """The last day of a license, of which the database keeps a column."""

    name = "last_day"
    type = Date()
    inherit_cache = True


@compiles(LastDay)
def _last_day(element: LastDay, compiler: SQLCompiler, **options: Any) -> str:
    counted = "first_activated_on + days_from_first_activation"
    if _is_sqlite(compiler):
        counted = "date(first_activated_on, '+' || days_from_first_activation || ' days')"
    return f"CASE WHEN days_from_first_activation IS NOT NULL THEN {counted} ELSE expires_on END"


def _is_sqlite(compiler: SQLCompiler) -> bool:
    return compiler.dialect.name == "sqlite"

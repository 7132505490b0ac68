"""How a database goes about what a list asks: with a few rows, planned as if they were a million.

SQLite plans the same for both; PostgreSQL is told that there are so many.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import Connection

from keyferry.server.db import db
from tests.listening import leave, listen

LARGE = "license|activation|audit_event|customer|outbox_mail|attempt"
Asked = list[tuple[str, Any]]
# What hands on row by row, or those that are alike, and so stops with the limit above it.
_AS_THEY_COME = ("Append", "Incremental Sort", "Merge Append", "Nested Loop", "Result", "Subquery Scan")


@contextmanager
def watched() -> Iterator[Asked]:
    """Collect the statements of a block that read, with their values."""
    asked: Asked = []

    def keep(connection, cursor, statement, parameters, context, many) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            asked.append((statement, parameters))

    listen(db.engine, "before_cursor_execute", keep)
    try:
        yield asked
    finally:
        leave(db.engine, "before_cursor_execute", keep)


def whole_tables(asked: Asked, large: str = LARGE) -> list[str]:
    """The statements that go through all rows of a large table, or that gather them to sort them.

    One with a limit that sorts nothing ends with its page, wherever an index has the rows in order.
    """
    with db.engine.connect() as connection:
        whole = partial(_whole_on_sqlite, large)
        if connection.dialect.name == "postgresql":
            whole = partial(_whole_on_postgresql, large, _as_if_large(connection, large))
        # Each is planned once, whatever its values.
        return [
            f"{step}: {' '.join(statement.split())}"
            for statement, values in dict(asked).items()
            for step in whole(connection, statement, values)
        ]


def planned(asked: Asked) -> dict[str, str]:
    """How a database goes about each statement, in its own words."""
    with db.engine.connect() as connection:
        explain = "EXPLAIN QUERY PLAN"
        if connection.dialect.name == "postgresql":
            explain, _ = "EXPLAIN", _as_if_large(connection, LARGE)
        return {
            statement: "\n".join(
                str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {statement}", values)
            )
            for statement, values in dict(asked).items()
        }


def _as_if_large(connection: Connection, large: str) -> Collection[str]:
    """Have PostgreSQL plan for a million rows until the transaction ends; returns its indexes of some rows.

    What it still reads whole, no index leads to.
    """
    run = connection.exec_driver_sql
    run("SET TRANSACTION READ WRITE")
    run("ANALYZE")
    run(f"UPDATE pg_class SET reltuples = 1e6, relpages = 1 WHERE relname ~ '^({large})$'")
    run("SET LOCAL max_parallel_workers_per_gather = 0")
    for way in ("seqscan", "hashjoin", "mergejoin"):
        run(f"SET LOCAL enable_{way} = off")
    some = "SELECT relname FROM pg_index JOIN pg_class ON oid = indexrelid WHERE indpred IS NOT NULL"
    return set(run(some).scalars())


def _whole_on_sqlite(large: str, connection: Connection, statement: str, values: Any) -> list[str]:
    steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    sorting = {parent for _, parent, _, step in steps if "TEMP B-TREE FOR ORDER" in step}
    return [
        step
        for _, parent, _, step in steps
        if re.match(rf"SCAN ({large})\b", step) and ("LIMIT" not in statement or parent in sorting)
    ]


def _whole_on_postgresql(
    large: str, small: Collection[str], connection: Connection, statement: str, values: Any
) -> list[str]:
    [plan] = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values).scalar_one()
    return list(_scans(plan["Plan"], large, small, ends_early=False))


def _scans(step: dict[str, Any], large: str, small: Collection[str], *, ends_early: bool) -> Iterator[str]:
    """Yield what reads a whole large table; not what ends with a page, or is a small index of some rows."""
    kind, index = step["Node Type"], step.get("Index Name")
    if kind == "Seq Scan" and "Filter" in step:
        # Its page may end where the table does.
        ends_early = False
    is_whole = kind == "Seq Scan" or ("Index Cond" not in step and index is not None and index not in small)
    if is_whole and re.fullmatch(large, step.get("Relation Name", "")) and not ends_early:
        yield f"{kind} of {step['Relation Name']}"
    for part in step.get("Plans", ()):
        goes_on = kind == "Limit" or (ends_early and kind in _AS_THEY_COME)
        yield from _scans(part, large, small, ends_early=goes_on and part["Parent Relationship"] != "Inner")

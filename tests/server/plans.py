"""How SQLite goes about what a list asks: it plans the same for a hundred rows as for a million."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from keyferry.server.db import db, reading

LARGE = "license|activation|audit_event|customer|outbox_mail"
Asked = list[tuple[str, Any]]


@contextmanager
def watched() -> Iterator[Asked]:
    """Collect the statements of a block that read, with their values."""
    asked: Asked = []

    def keep(connection, cursor, statement, parameters, context, many) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            asked.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", keep)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", keep)


def whole_tables(asked: Asked) -> list[str]:
    """The statements that go through all rows of a large table, or that gather them to sort them.

    One with a limit that sorts nothing ends with its page, wherever an index has the rows in order.
    """
    with reading() as session:
        plan = session.connection().exec_driver_sql
        found = []
        for statement, values in asked:
            steps = plan(f"EXPLAIN QUERY PLAN {statement}", values).all()
            sorting = {parent for _, parent, _, step in steps if "TEMP B-TREE FOR ORDER" in step}
            scans = [
                step
                for _, parent, _, step in steps
                if re.match(rf"SCAN ({LARGE})\b", step) and ("LIMIT" not in statement or parent in sorting)
            ]
            found += [f"{step}: {' '.join(statement.split())}" for step in scans]
        return found

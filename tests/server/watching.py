"""What looks at each statement that goes to a database, whoever sends it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Engine, event

Before = Callable[[Any, str], None]


def watch_statements(engine: Engine, before: Before) -> Callable[..., None]:
    """Call `before` with the driver's connection and the text of each statement; returns the listener."""

    class Watching(psycopg.Cursor[Any]):
        def execute(self, query: Any, *values: Any, **more: Any) -> Any:
            before(self.connection, str(query))
            return super().execute(query, *values, **more)

    def watch(driver: Any, _record: object, _proxy: object) -> None:
        if isinstance(driver, sqlite3.Connection):
            driver.set_trace_callback(lambda statement: before(driver, statement))
        else:
            driver.cursor_factory = Watching

    event.listen(engine, "checkout", watch)
    return watch


@contextmanager
def watched_statements(engine: Engine, before: Before) -> Iterator[None]:
    """Watch them for a while."""
    watch = watch_statements(engine, before)
    try:
        yield
    finally:
        event.remove(engine, "checkout", watch)
        engine.dispose()

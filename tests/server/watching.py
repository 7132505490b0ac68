"""What looks at each statement that goes to a database, whoever sends it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Engine

from tests.listening import leave, listen

Before = Callable[[Any, str], None]
Sent = list[tuple[str, Any]]


def watch_statements(
    engine: Engine, before: Before, sent: Callable[[str, Any], None] | None = None
) -> Callable[..., None]:
    """Call `before` with the driver's connection and the text of each statement; returns the listener.

    `sent` is called with the text and its values, which SQLite has put into the text.
    """

    class Watching(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
            note(self.connection, str(query), params)
            return super().execute(query, params, **more)

    def note(driver: Any, statement: str, values: Any = ()) -> None:
        before(driver, statement)
        if sent is not None:
            sent(statement, values)

    def watch(driver: Any, _record: object, _proxy: object) -> None:
        if isinstance(driver, sqlite3.Connection):
            driver.set_trace_callback(lambda statement: note(driver, statement))
        else:
            driver.cursor_factory = Watching

    listen(engine, "checkout", watch)
    return watch


@contextmanager
def watched_statements(engine: Engine, before: Before) -> Iterator[None]:
    """Watch them for a while."""
    watch = watch_statements(engine, before)
    try:
        yield
    finally:
        leave(engine, "checkout", watch)
        engine.dispose()


@contextmanager
def sent_statements(engine: Engine) -> Iterator[Sent]:
    """Collect statements with their values, those too that go to the driver past SQLAlchemy."""
    sent: Sent = []
    watch = watch_statements(engine, lambda *_: None, lambda *one: sent.append(one))
    try:
        yield sent
    finally:
        leave(engine, "checkout", watch)
        engine.dispose()

"""The same on PostgreSQL: backups while real processes write; and commands that are killed."""

from __future__ import annotations

import time

import psycopg
import pytest

from keyferry.server.config import Settings
from tests.long.faces.test_backups_at_length import (
    test_a_backup_that_is_killed_is_there_whole_or_not_at_all,
    test_a_restore_that_is_killed_leaves_nothing_or_everything,
    test_each_of_many_backups_has_what_was_answered_before_it,
)
from tests.postgresql_server import postgresql, postgresql_server, program
from tests.server.on_postgresql import app, new_database, settings

__all__ = [
    "app",
    "postgresql",
    "postgresql_server",
    "settings",
    "test_a_backup_that_is_killed_is_there_whole_or_not_at_all",
    "test_a_restore_that_is_killed_leaves_nothing_or_everything",
    "test_each_of_many_backups_has_what_was_answered_before_it",
]

pytestmark = pytest.mark.skipif(program("initdb") is None, reason="PostgreSQL is not installed here")


@pytest.fixture
def empty(postgresql, tmp_path, settings):
    """Make an empty database."""

    def empty(name: str) -> Settings:
        _, made = new_database(postgresql, tmp_path / f"{tmp_path.name[-20:]}{name}")
        return made.model_copy(update={"master_key": settings.master_key})

    return empty


@pytest.fixture
def no_program_left():
    """pg_restore outlives who started it: wait until nobody is connected any more."""

    def no_program_left(settings: Settings) -> bool:
        deadline = time.monotonic() + 30
        with psycopg.connect(settings.database.replace("+psycopg", ""), autocommit=True) as connection:
            others = (
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            while connection.execute(others).fetchone() != (0,):
                if time.monotonic() > deadline:
                    return False
                time.sleep(0.05)
        return True

    return no_program_left

"""An SQLite database that is full, read-only, held or away, and the answers meanwhile."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, closing
from typing import NoReturn

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InvalidRequestError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from keyferry.server.db import db, explained, transaction
from tests.server.in_trouble import assert_busy, assert_well, faces_of, with_pragma

pytestmark = pytest.mark.engines("sqlite")

# SQLAlchemy's own: five connections and ten more.
POOL_SIZE = 15


@pytest.mark.thorough
def test_a_database_that_may_only_be_read_is_reported_and_pages_that_read_still_come(vendor, caplog):
    faces = faces_of(vendor)
    with with_pragma("query_only = 1"):
        assert_busy(faces.ask(), "database_read_only", caplog)
        assert_well(faces.look(), caplog)
    assert_well(faces.ask(), caplog)
    assert faces.phone("activations").status_code == 200


@pytest.mark.thorough
def test_a_full_disk_costs_no_seat(vendor, caplog):
    faces, key = faces_of(vendor), vendor.issue(seats=1000)
    with with_pragma("max_page_count = 1"):
        # SQLite goes on until the pages that it has are used up.
        for number in range(1000):
            faces.machine = vendor.machine(key, f"PC-{number}")
            answer = faces.phone("activations")
            if answer.status_code != 200:
                break
        assert_busy([answer], "database_full", caplog)
        assert_well(faces.look(), caplog)
    assert faces.phone("activations").status_code == 200
    assert vendor.seats_used(key) == number + 1


@pytest.mark.thorough
def test_a_database_that_is_held_and_a_pool_that_is_used_up_are_busy(vendor, settings, caplog, monkeypatch):
    faces = faces_of(vendor)
    with (
        with_pragma("busy_timeout = 0"),
        closing(sqlite3.connect(settings.sqlite_file, isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        assert_busy(faces.ask(), "database_busy", caplog)
        assert_well(faces.look(), caplog)
    # Nobody is left with a connection of their own.
    db.engine.dispose()
    monkeypatch.setattr(db.engine.pool, "_timeout", 0.01)
    with ExitStack() as held:
        for _ in range(POOL_SIZE):
            held.enter_context(db.engine.connect())
        assert_busy([*faces.look(), *faces.ask()], "database_busy", caplog)
        assert faces.stranger.get("/a").status_code == 200
    assert_well([*faces.look(), *faces.ask()], caplog)


def test_a_folder_that_went_away_is_reported_and_found_again(vendor, settings, caplog, tmp_path):
    faces = faces_of(vendor)
    db.engine.dispose()
    settings.home.rename(tmp_path / "away")
    assert_busy([*faces.look(), *faces.ask()], "database_unreachable", caplog)
    assert faces.stranger.get("/a").status_code == 200
    (tmp_path / "away").rename(settings.home)
    assert_well([*faces.look(), *faces.ask()], caplog)


def test_a_file_that_was_moved_away_is_not_written_to_and_no_empty_one_is_made(vendor, settings, caplog):
    faces, file = faces_of(vendor), settings.sqlite_file
    moved = file.rename(file.with_name("moved"))
    assert_busy([*faces.look(), *faces.ask()], "database_unreachable", caplog)
    assert not file.exists()
    moved.rename(file)
    assert_well([*faces.look(), *faces.ask()], caplog)


def away(*_: object, **__: object) -> NoReturn:
    raise OperationalError("SELECT", {}, Exception("away"))


def test_trouble_while_a_refusal_is_shown_is_trouble(vendor, caplog, monkeypatch):
    """An error in a handler of errors passes by all handlers, and used to come back as a 500."""
    faces = faces_of(vendor)
    monkeypatch.setattr("keyferry.server.faces.portal.refusals.staff.enter", away)
    expired = faces.staff.post("/portal/licenses/1/suspend", csrf_token="")
    assert_busy([expired], "database_unreachable", caplog)


def test_a_fault_of_ours_while_a_refusal_is_shown_is_still_a_fault_of_ours(vendor, caplog, monkeypatch):
    def fail() -> NoReturn:
        raise ZeroDivisionError

    faces = faces_of(vendor)
    monkeypatch.setattr("keyferry.server.faces.portal.refusals.staff.enter", lambda *_: fail())
    assert faces.staff.post("/portal/licenses/1/suspend", csrf_token="").status_code == 500
    [record] = caplog.records
    assert "builtins.ZeroDivisionError" in record.getMessage()


def test_what_the_statement_was_to_blame_for_is_no_trouble_of_the_database(app):
    assert explained(PoolTimeout()).code == "database_busy"
    assert explained(InvalidRequestError()) is None
    with pytest.raises(OperationalError) as wrong, transaction() as session:
        session.execute(text("SELECT * FROM nowhere"))
    assert explained(wrong.value) is None

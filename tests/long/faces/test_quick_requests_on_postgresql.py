"""Real servers on PostgreSQL: activations that wait there keep nobody else waiting."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection

import psycopg
import pytest

from tests.faces.serving import environment, serving
from tests.long.faces.test_quick_requests_of_servers import PATIENCE, post

__all__ = ["environment", "serving"]

pytestmark = pytest.mark.engines("postgresql")

MANY, AT_A_TIME = 24, 4


@pytest.fixture
def outside(settings) -> Iterator[psycopg.Connection]:
    """A connection of somebody else, in a transaction."""
    with psycopg.connect(settings.database.replace("postgresql+psycopg", "postgresql")) as connection:
        yield connection


def await_waiting(url: str, wanted: int) -> None:
    asked = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(asked).fetchone() != (wanted,):
            pass


def test_activations_that_wait_for_a_license_keep_nobody_else_waiting(vendor, serving, settings, outside):
    key = vendor.issue(seats=MANY)
    tokens = [vendor.machine(key, f"PC-{number}").activation_token for number in range(MANY)]
    with serving() as server, ThreadPoolExecutor(MANY) as phones:
        outside.execute("SELECT id FROM license FOR UPDATE")
        asked = [phones.submit(post, server, "/phone/v1/activations", {"token": one}) for one in tokens]
        await_waiting(settings.database.replace("postgresql+psycopg", "postgresql"), AT_A_TIME)
        for path in ("/portal/sign-in", "/self-help/"):
            with closing(HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)) as browser:
                browser.request("GET", path)
                assert browser.getresponse().status == 200
        assert not any(one.done() for one in asked)
        outside.rollback()
        answers = [one.result(PATIENCE) for one in asked]
    assert [status for status, _ in answers] == [200] * MANY
    assert sorted(answer["seats_used"] for _, answer in answers) == list(range(1, MANY + 1))


def test_a_database_that_ends_all_connections_costs_no_customer_an_error(vendor, serving, outside):
    key = vendor.issue(seats=MANY)
    tokens = [vendor.machine(key, f"PC-{number}").activation_token for number in range(MANY)]
    with serving() as server, ThreadPoolExecutor(AT_A_TIME) as phones:
        for some in (tokens[:AT_A_TIME], tokens[AT_A_TIME:]):
            asked = [phones.submit(post, server, "/phone/v1/activations", {"token": one}) for one in some]
            assert [one.result(PATIENCE)[0] for one in asked] == [200] * len(some)
            outside.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

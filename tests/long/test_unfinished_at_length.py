"""Strangers who leave things unfinished, for as long and in as large a crowd as the server takes them."""

from __future__ import annotations

import select
import signal
import time
from collections.abc import Iterator

import pytest

from tests.browsing import House, built
from tests.faces.serving import serving_within
from tests.faces.strangers import (
    LARGE,
    PAGE,
    POST,
    PROMISED_SECONDS,
    UNFINISHED,
    crowd,
    ended,
    rest_of,
    seconds_for_a_page,
    statuses,
)


@pytest.fixture(scope="module")
def usual(prepared_home) -> Iterator[House]:
    with built(prepared_home()) as house:
        seconds_for_a_page(house.port)
        yield house


@pytest.fixture(scope="module")
def proxied(prepared_home) -> Iterator[House]:
    with built(prepared_home(), KEYFERRY_TRUSTED_PROXIES="1") as house:
        seconds_for_a_page(house.port)
        yield house


def test_of_a_crowd_of_one_address_32_stay_in_each_worker(usual):
    with crowd(usual.port, PAGE[:-2], 1000) as strangers:
        gone = ended(strangers, at_least=1000 - 2 * 32)
        # One of the two may have had fewer than it would keep.
        assert 1000 - 2 * 32 <= len(gone) <= 1000 - 32


def test_a_trusted_proxy_may_have_more_requests_unfinished_than_any_address(proxied):
    with crowd(proxied.port, PAGE[:-2], 200) as visitors:
        # Longer than any other address could have so many.
        assert select.select(visitors, [], [], 3)[0] == []
        for one in visitors:
            one.sendall(b"Connection: close\r\n\r\n")
        assert [statuses(rest_of(one)) for one in visitors] == [[200]] * 200


def test_a_head_has_10_seconds_and_a_body_30(usual):
    begun = time.monotonic()
    with (
        crowd(usual.port, PAGE[:-2], 5) as heads,
        crowd(usual.port, POST + b"Content-Length: 200\r\n\r\n{", 5) as bodies,
    ):
        ended(heads, at_least=5)
        assert 10 <= time.monotonic() - begun < 12
        begun_bodies, quiet = time.monotonic(), select.select(bodies, [], [], 15)[0]
        assert (quiet, time.monotonic() - begun_bodies > 14) == ([], True)
        assert select.select(bodies, [], [], 10)[0] != []
        assert 30 <= time.monotonic() - begun < 32
        assert all(one.recv(100).startswith(b"HTTP/1.1 408 ") for one in bodies)


@pytest.mark.parametrize("sent", [PAGE, LARGE], ids=["stay after their answers", "don't read their answers"])
def test_a_page_comes_while_a_thousand_have_been_answered(usual, sent):
    with crowd(usual.port, sent, 1000) as strangers:
        for one in strangers:
            # Some are ended to make room for the others.
            assert one.recv(12) in (b"HTTP/1.1 200", b"")
        for _ in range(3):
            assert seconds_for_a_page(usual.port) < PROMISED_SECONDS


def test_the_server_stops_soon_whatever_is_unfinished(prepared_home):
    with (
        serving_within({"head_seconds": 0.5, "idle_seconds": 0.5}, prepared_home()) as server,
        crowd(server.port, UNFINISHED["one byte of 200"], 20),
        crowd(server.port, LARGE, 20),
    ):
        seconds_for_a_page(server.port)
        begun = time.monotonic()
        server.stop(signal.SIGTERM)
        # Gunicorn itself looks once a second.
        assert time.monotonic() - begun < 5
    assert server.process.returncode == 0

"""Strangers who leave requests unfinished, or answers unread, keep nobody else waiting."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.faces.serving import Server, environment, serving, serving_within
from tests.faces.strangers import (
    LARGE,
    PAGE,
    POST,
    PROMISED_SECONDS,
    UNFINISHED,
    connected,
    crowd,
    ended,
    last,
    rest_of,
    said_to,
    seconds_for_a_page,
    statuses,
)

__all__ = ["environment", "serving"]

pytestmark = pytest.mark.thorough

SMALL_POST = POST + b"Content-Length: 2\r\n\r\n{}"
HASTY = {
    "head_seconds": 0.6,
    "body_seconds": 0.4,
    "answer_seconds": 0.2,
    "look_seconds": 0.05,
    "grace_seconds": 0.1,
    "unfinished_per_address": 3,
    "connections": 20,
}


@pytest.fixture(scope="module")
def hasty(prepared_home) -> Iterator[Server]:
    """A server that waits for nobody, with one worker."""
    with serving_within(HASTY, prepared_home()) as server:
        seconds_for_a_page(server.port)
        yield server


@pytest.mark.parametrize("sent", UNFINISHED.values(), ids=UNFINISHED)
def test_a_page_comes_while_a_thousand_requests_of_the_same_address_are_unfinished(house, sent):
    seconds_for_a_page(house.port)
    with crowd(house.port, sent, 1000):
        for _ in range(4):
            assert seconds_for_a_page(house.port) < PROMISED_SECONDS


def test_a_page_comes_while_nobody_reads_the_answers_to_others(house):
    with crowd(house.port, LARGE, 40) as strangers:
        for one in strangers:
            assert one.recv(15) == b"HTTP/1.1 200 OK"
        assert seconds_for_a_page(house.port) < PROMISED_SECONDS
        # Whoever reads it at last gets all of it, and the next one.
        strangers[-1].sendall(last(PAGE))
        said = rest_of(strangers[-1])
        assert (statuses(said), len(said) > 900_000) == ([200], True)


def test_a_page_comes_while_many_stay_after_their_answers(house):
    with crowd(house.port, PAGE, 100) as strangers:
        for one in strangers:
            assert one.recv(15) == b"HTTP/1.1 200 OK"
        assert seconds_for_a_page(house.port) < PROMISED_SECONDS


def test_a_request_that_comes_byte_by_byte_is_answered_once_it_is_whole(house):
    said = said_to(house.port, *(bytes([byte]) for byte in last(SMALL_POST)))
    assert statuses(said) == [400]
    assert b'"malformed_request"' in said


def test_requests_that_come_at_once_are_answered_one_after_the_other(house):
    said = said_to(house.port, PAGE + SMALL_POST + PAGE + SMALL_POST[:-1], SMALL_POST[-1:] + last(PAGE))
    assert statuses(said) == [200, 400, 200, 400, 200]


def test_a_body_in_chunks_is_taken_and_the_next_request_found_behind_it(house):
    head = POST + b"Transfer-Encoding: chunked\r\n\r\n"
    for final in (b"0\r\n\r\n", b"000;a=b\r\nX-Trailer: 1\r\n\r\n"):
        said = said_to(house.port, head, b"1\r\n{\r\n", b"1;x\r\n}", b"\r\n" + final + last(PAGE))
        assert statuses(said) == [400, 200]
        assert b'"malformed_request"' in said


REFUSED = {
    # By the application: from the head alone, or with all of the body, or as much as any page takes.
    "a long body, announced": (POST + b"Content-Length: 9000000\r\n\r\n", 413),
    "a body for another page": (last(POST + b"Content-Length: 20000\r\n\r\n") + b" " * 20_000, 413),
    "a long chunk": (POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"200000\r\n" + b" " * 1_200_000, 400),
    # By gunicorn, although the rest never comes.
    "lines that end otherwise": (b"GET / HTTP/1.1\nHost: localhost\n\n", 400),
    "a long address": (b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\n\r\n", 414),
    "a length that is none": (POST + b"Content-Length: 12x\r\n\r\n", 400),
    "a length beyond all numbers": (POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", 400),
    "two lengths": (POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}", 400),
    # By neither: this never becomes a head.
    "a long head": (b"GET / HTTP/1.1\r\n" + b"A: a\r\n" * 20_000, 431),
}


@pytest.mark.parametrize(("sent", "status"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_answered_is_refused_without_waiting_for_the_rest(house, sent, status):
    begun = time.monotonic()
    assert statuses(said_to(house.port, sent)) == [status]
    # Some of it while the server waits for our side to close, too.
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("first", [PAGE[:-2], POST + b"Content-Length: 200\r\n\r\n"], ids=["head", "body"])
def test_a_time_is_the_whole_time_however_slowly_bytes_come(hasty, first):
    with connected(hasty.port) as slow, connected(hasty.port) as silent:
        slow.sendall(first)
        slow.settimeout(0.02)
        begun, said = time.monotonic(), b""
        while not said:
            assert time.monotonic() - begun < PROMISED_SECONDS
            slow.sendall(b"a")
            try:
                said = slow.recv(1000)
            except TimeoutError:
                continue
        assert said.startswith(b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n")
        # Whoever has said nothing is told nothing.
        assert rest_of(silent) == b""


def test_whoever_does_not_read_an_answer_in_time_never_gets_the_rest(hasty):
    with connected(hasty.port) as slow, connected(hasty.port) as silent:
        slow.sendall(LARGE)
        assert slow.recv(15) == b"HTTP/1.1 200 OK"
        # More than the time for an answer.
        assert rest_of(silent) == b""
        received = rest_of(slow)
    assert 0 < len(received) < 900_000


def test_of_too_many_requests_of_one_address_the_oldest_go(hasty):
    with ExitStack() as held:
        strangers = [held.enter_context(connected(hasty.port)) for _ in range(8)]
        for one in strangers:
            one.sendall(PAGE[:-2])
        assert sorted(ended(strangers, at_least=5)) == [0, 1, 2, 3, 4]
        assert strangers[0].recv(100).startswith(b"HTTP/1.1 408 ")
        # Those that stay can still finish.
        strangers[-1].sendall(b"\r\n")
        assert strangers[-1].recv(15) == b"HTTP/1.1 200 OK"


def test_where_all_places_are_taken_somebody_goes_for_whoever_comes(hasty):
    with crowd(hasty.port, PAGE[:-2], 100) as strangers:
        assert seconds_for_a_page(hasty.port) < PROMISED_SECONDS
        assert len(ended(strangers, at_least=80)) < 100

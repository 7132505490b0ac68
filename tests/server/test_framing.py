"""Where a request ends, however it comes; what can never become whole counts as whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from keyferry.server.command_line.web_server.framing import Body, end_of_head

HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
WHOLE = {
    "without a body": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "without a field": b"GET / HTTP/1.0\r\n\r\n",
    "an empty body": HEAD + b"Content-Length: 0\r\n\r\n",
    "a body": HEAD + b"cOnTeNt-LeNgTh:  12 \r\nAccept: a\r\n\r\nContent-Leng",
    "an empty body in chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks": HEAD
    + b'transfer-encoding:chunked\r\n\r\n2\r\n\r\n\r\nA ;b="c"\r\n0\r\n\r\n67890\r\n00\r\n\r\n',
    "trailers": HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nA: b\r\nC: d\r\n\r\n",
}


def is_whole(received: bytes) -> bool:
    """As it looks to whoever gets it in one piece."""
    return whole_after([received]) == 1


def whole_after(pieces: list[bytes]) -> int | None:
    """Return after how many pieces the request was whole."""
    received, searched, body = bytearray(), 0, None
    for number, piece in enumerate(pieces, 1):
        received += piece
        if body is None:
            head = end_of_head(received, searched)
            searched = len(received)
            if head is None:
                continue
            body = Body(bytes(received[:head]))
        if body.is_whole(received):
            return number
    return None


@pytest.mark.parametrize("request_", WHOLE.values(), ids=WHOLE)
def test_a_request_is_whole_with_its_last_byte_and_not_before(request_):
    assert whole_after([bytes([byte]) for byte in request_]) == len(request_)
    assert [end for end in range(len(request_)) if is_whole(request_[:end])] == []
    assert is_whole(request_ + b"GET / HTTP/1.1\r\n")


@given(some.sampled_from(list(WHOLE.values())), some.lists(some.integers(1, 40), max_size=8))
def test_it_does_not_matter_where_a_request_is_cut(whole, lengths):
    cuts = sorted({min(sum(lengths[: n + 1]), len(whole) - 1) for n in range(len(lengths))})
    pieces = [whole[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert whole_after(pieces) == len(pieces)


@pytest.mark.parametrize(
    "hopeless",
    [
        b"GET / HTTP/1.1\nHost: localhost\r\n",
        HEAD + b"Content-Length: 1e3\r\n\r\n",
        HEAD + b"Content-Length: -1\r\n\r\n",
        HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n0x5\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"0" * 9000,
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"A: b\r\n" * 2000,
    ],
)
def test_what_can_never_become_whole_is_left_to_the_parser(hopeless):
    assert is_whole(hopeless)


@given(some.binary(max_size=200))
def test_nothing_that_comes_is_a_fault(rubbish):
    for begun in (
        b"",
        HEAD,
        HEAD + b"Content-Length: 5\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
    ):
        whole_after([begun, rubbish, rubbish])


def test_a_body_that_is_too_long_is_known_by_what_is_announced_or_by_what_has_come():
    announced, chunked = HEAD + b"Content-Length: 101\r\n\r\n", HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    assert Body(announced).is_longer_than(100, bytearray(announced))
    assert not Body(announced).is_longer_than(101, bytearray(announced))
    assert Body(chunked).is_longer_than(100, bytearray(chunked + b"f00\r\n" + b"a" * 96))
    assert not Body(chunked).is_longer_than(100, bytearray(chunked + b"f00\r\n" + b"a" * 95))


def test_whoever_asks_for_leave_to_send_a_body_is_noticed():
    assert Body(HEAD + b"Expect: 100-Continue\r\n\r\n").awaits_leave
    assert not Body(HEAD + b"Expected: 100-continue\r\n\r\n").awaits_leave

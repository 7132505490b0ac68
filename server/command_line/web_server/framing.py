"""Where a request ends: as much of HTTP as is needed to know when all of it has come.

What a request says, and whether it is well-formed, gunicorn's parser decides. So whatever cannot become whole
counts as whole here: the parser has a better answer to it than waiting. If the two ever read a request
differently, the parser is right, and the connection is closed (`WholeRequestWorker.handle`).
"""

from __future__ import annotations

import re

_FIELD = re.compile(rb"\r\n(content-length|transfer-encoding|expect)[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE)
_LENGTH = re.compile(rb"[0-9]{1,18}")
_CHUNK_SIZE = re.compile(rb"([0-9a-fA-F]{1,16})[ \t]*(?:;|$)")
# Between two chunks: gunicorn's own limit for the line that says how long the next one is.
_MAX_CHUNK_LINE = 8190


def end_of_head(received: bytearray, searched: int = 0) -> int | None:
    """Return the length of the head, or None while more of it has to come.

    The first `searched` bytes were looked through before, so that many small pieces cost no more than a large
    one. A line that ends without a carriage return makes the head malformed, and so whole.
    """
    end = received.find(b"\r\n\r\n", max(0, searched - 3))
    if end >= 0:
        return end + 4
    if received.count(b"\n", searched) > received.count(b"\r\n", max(0, searched - 1)):
        return len(received)
    return None


class Body:
    """The body that a head announces, of a length given in advance or in chunks."""

    def __init__(self, head: bytes) -> None:
        fields = {name.lower(): value.strip() for name, value in _FIELD.findall(head)}
        self._is_chunked = b"transfer-encoding" in fields
        length = _LENGTH.fullmatch(fields.get(b"content-length", b"0"))
        self._head = self._next_chunk = len(head)
        self._length = int(length[0]) if length else 0
        self.awaits_leave = fields.get(b"expect", b"").lower() == b"100-continue"

    def is_longer_than(self, most: int, received: bytearray) -> bool:
        """Tell whether the body is longer than `most` bytes: by what it announces, or by what has come."""
        return max(self._length, len(received) - self._head) > most

    def is_whole(self, received: bytearray) -> bool:
        """Tell whether nothing more has to come; `received` begins with the head, and only grows."""
        if self._is_chunked:
            return self._has_last_chunk(received)
        return len(received) >= self._head + self._length

    def _has_last_chunk(self, received: bytearray) -> bool:
        while (line_end := received.find(b"\r\n", self._next_chunk)) >= 0:
            size = _CHUNK_SIZE.match(received[self._next_chunk : line_end])
            if size is None:
                return True
            if int(size[1], 16) == 0:
                # The empty line after it, or after the trailers.
                if received.find(b"\r\n\r\n", line_end) >= 0:
                    return True
                break
            self._next_chunk = line_end + 2 + int(size[1], 16) + 2
        return len(received) - self._next_chunk > _MAX_CHUNK_LINE

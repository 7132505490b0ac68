"""How long and how much of a stranger the server waits for."""

from __future__ import annotations

from dataclasses import dataclass

from keyferry.server.faces.portal.branding import MAX_FORM_BYTES

_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """What one connection may take, and all of them together, in each worker process.

    Each time is the whole time of what it is for, however the bytes are spread over it; a little more passes
    until the next look around, `look_seconds`.
    """

    # To agree on encryption and send the head of a request; of a later request, from its first byte.
    head_seconds: float = 10
    # To send the body, from the end of the head.
    body_seconds: float = 30
    # To read the answer. This costs no thread, and a phone far from a mast may take a minute for the page.
    answer_seconds: float = 120
    # To begin another request on the same connection; and to close it, when the last answer says so.
    idle_seconds: float = 2

    # Unfinished requests of one address, or None where the one address is that of a trusted proxy.
    unfinished_per_address: int | None = 32
    # An office shares an address, and its people may all come at once: whoever needs no longer than this is
    # never one too many.
    grace_seconds: float = 1
    # Connections in all, of which one is needed for each request that waits for a thread.
    connections: int = 1000
    # What the requests and answers of all connections take in memory.
    held_bytes: int = 64 * _MEBIBYTE

    head_bytes: int = 64 * 1024
    # The largest body that any page takes. Of a larger one, the application needs only the head to refuse it.
    body_bytes: int = MAX_FORM_BYTES
    # Only signed-in staff get longer answers, tables of any length. They are sent while they are made.
    answer_bytes: int = 2 * _MEBIBYTE

    look_seconds: float = 0.25

    @classmethod
    def behind(cls, proxies: int) -> Limits:
        """Return the usual limits; behind trusted proxies everybody comes from one address."""
        return cls(unfinished_per_address=None) if proxies else cls()

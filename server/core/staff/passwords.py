"""Passwords of the staff, as Argon2id hashes in the PHC string format (RFC 9106)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from keyferry.server.core.errors import Malformed
from keyferry.server.core.folding import composed
from keyferry.server.core.turns import Turns, busy

LEAST, MOST = 12, 256

_SALT_BYTES, _HASH_BYTES = 16, 32
# A letter may be typed with several accents.
_MOST_TYPED = 4 * MOST


@dataclass(frozen=True)
class Cost:
    """What one hash takes; the hash itself says so, too, to whoever checks a password against it."""

    memory_kib: int
    passes: int
    lanes: int


COST = Cost(memory_kib=64 * 1024, passes=3, lanes=4)
"""What new hashes take: the second recommended option of RFC 9106."""

# One at a time: each takes its lanes as threads out of OpenSSL's pool, which has one for each CPU. Two that
# hold some of them and wait for the rest would wait for ever.
TURNS = Turns(1, wait_seconds=10)
"""Whose turn it is to hash or check a password."""


def hashed(password: str) -> str:
    """Return the hash to keep; raises Malformed (malformed_password) and Busy (server_busy)."""
    password = composed(password)
    if not LEAST <= len(password) <= MOST or not password.isprintable():
        raise Malformed(
            "Choose a password of {least} to {most} visible characters. A few words work well.",
            code="malformed_password",
            least=LEAST,
            most=MOST,
        )
    with _turn():
        return _derivation(os.urandom(_SALT_BYTES)).derive_phc_encoded(password.encode())


def fits(password: str, password_hash: str | None) -> bool:
    """Return whether a password is the one; with no hash it costs the same time, and fits never.

    Raises Busy (server_busy), which says nothing about the password.
    """
    typed = composed(password[:_MOST_TYPED])[:MOST].encode(errors="replace")
    with _turn():
        if password_hash is None:
            _derivation(bytes(_SALT_BYTES)).derive(typed)
            return False
        try:
            Argon2id.verify_phc_encoded(typed, password_hash)
        except InvalidKey:
            return False
    return True


@contextmanager
def _turn() -> Iterator[None]:
    try:
        with TURNS.turn():
            yield
    except MemoryError:
        raise busy() from None


def _derivation(salt: bytes) -> Argon2id:
    return Argon2id(
        salt=salt,
        length=_HASH_BYTES,
        iterations=COST.passes,
        lanes=COST.lanes,
        memory_cost=COST.memory_kib,
    )

"""Secrets at rest: sealed with AES-GCM under a master key that is never in the database.

A master key text has one `<key id>:<base64 of 32 bytes>` a line. The first seals; all of them open, so a new
line at the top rotates the key without touching what is sealed already. A master key encrypts nothing itself:
the key of each purpose is derived from it.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keyferry.server.core.errors import Malformed, SecretUnreadable

MASTER_KEY_BYTES = 32
_NONCE_BYTES = 12
_VERSION = "1"
_KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,32}", re.ASCII)


def new_master_key(key_id: str) -> str:
    """Return the line of a fresh random master key."""
    return f"{key_id}:{base64.b64encode(os.urandom(MASTER_KEY_BYTES)).decode()}"


def _no_text() -> str | None:
    return None


class _MasterKey:
    """One master key: what is derived from it, and nothing that is encrypted under it."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._derived: dict[str, bytes] = {}
        self.sealing = AESGCM(self.derived("sealing"))

    def derived(self, purpose: str) -> bytes:
        # Once for each purpose, of which there are few: every page asks for some.
        if purpose not in self._derived:
            info = f"keyferry {purpose} v{_VERSION}".encode()
            self._derived[purpose] = HKDF(hashes.SHA256(), MASTER_KEY_BYTES, None, info).derive(self._key)
        return self._derived[purpose]


@dataclass(frozen=True, eq=False)
class Keyring:
    """The master keys by their ids; `current` names the one that seals."""

    current: str
    _keys: dict[str, _MasterKey] = field(repr=False)
    _read_again: Callable[[], str | None] = field(default=_no_text, repr=False)

    @classmethod
    def from_text(cls, text: str, read_again: Callable[[], str | None] = _no_text) -> Keyring:
        """Read a master key text; raises Malformed (malformed_master_key), which names the line only.

        `read_again` returns the text as it is later, None if it can't: a key that was added by then opens.
        """
        keys: dict[str, _MasterKey] = {}
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip() and not line.lstrip().startswith("#"):
                key_id, key = _read_line(number, line.strip())
                if key_id in keys:
                    raise _malformed(f"line {number} repeats the key ID of an earlier line")
                keys[key_id] = _MasterKey(key)
        if not keys:
            raise _malformed("it has no key")
        return cls(next(iter(keys)), keys, read_again)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all keys, the one that seals first."""
        return tuple(self._keys)

    @property
    def mark(self) -> str:
        """What every secret that is sealed now begins with."""
        return f"{_VERSION}:{self.current}:"

    def seal(self, plaintext: bytes, context: str) -> str:
        """Return `plaintext` encrypted for one place only, which `context` names."""
        nonce = os.urandom(_NONCE_BYTES)
        box = self._keys[self.current].sealing.encrypt(nonce, plaintext, _bound_to(self.current, context))
        return f"{self.mark}{base64.b64encode(nonce + box).decode()}"

    def derived(self, purpose: str) -> bytes:
        """Return 32 secret bytes for one purpose, the same as long as the master key that seals is."""
        return self._keys[self.current].derived(f"derived\0{purpose}")

    def open(self, sealed: str, context: str) -> bytes:
        """Return what was sealed; raises SecretUnreadable (missing_master_key, wrong_master_key)."""
        version, _, rest = sealed.partition(":")
        key_id, _, text = rest.partition(":")
        key = self._known(key_id) if version == _VERSION else None
        if key is None:
            raise SecretUnreadable(
                "The database has secrets that were sealed with another master key. Add the master key "
                "with the ID “{key_id}” to the master key file.",
                code="missing_master_key",
                key_id=key_id,
            )
        try:
            box = base64.b64decode(text, validate=True)
            return key.sealing.decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], _bound_to(key_id, context))
        except (InvalidTag, binascii.Error, ValueError):
            raise SecretUnreadable(
                "The master key “{key_id}” doesn’t open a secret in the database. Restore the master key "
                "file that belongs to this database.",
                key_id=key_id,
            ) from None

    def _known(self, key_id: str) -> _MasterKey | None:
        if key_id not in self._keys and (text := self._read_again()) is not None:
            # A process that has read the file already goes on sealing with its own key until it is restarted.
            with suppress(Malformed):
                for added, key in Keyring.from_text(text)._keys.items():
                    self._keys.setdefault(added, key)
        return self._keys.get(key_id)


def key_id_of(sealed: str) -> str:
    """Return the id of the master key that sealed a secret."""
    return sealed.partition(":")[2].partition(":")[0]


def _bound_to(key_id: str, context: str) -> bytes:
    return f"keyferry sealed v{_VERSION}\0{key_id}\0{context}".encode()


def _read_line(number: int, line: str) -> tuple[str, bytes]:
    key_id, _, text = line.partition(":")
    if not _KEY_ID.fullmatch(key_id):
        raise _malformed(f"line {number} doesn’t start with a key ID and a colon")
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        raise _malformed(f"what follows the key ID in line {number} isn’t base64") from None
    if len(key) != MASTER_KEY_BYTES:
        raise _malformed(f"line {number} has {len(key)} bytes instead of {MASTER_KEY_BYTES}")
    return key_id, key


def _malformed(what: str) -> Malformed:
    return Malformed(
        "The master key can’t be read: {what}. Write it as <key ID>:<base64 of {size} bytes>.",
        code="malformed_master_key",
        what=what,
        size=MASTER_KEY_BYTES,
    )

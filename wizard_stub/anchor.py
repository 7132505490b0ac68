"""The anchor: what stands outside the state folder, so that a copy of a state does not outlive its original.

It has a random number from the day on which it is made, and knows the lines that were given up beside it. The
default is a small file; an application may pass anything with the same two methods, such as a file's bytes on
a keyring, or a counter (`counter_anchor`).
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from keyferry.protocol.keys import labeled
from keyferry.protocol.openings import Level
from keyferry.wizard.access import require_own, require_replaceable
from keyferry.wizard.durable import make_folder, read_file, replace_file, sync_folder
from keyferry.wizard.errors import Cause, StateNewer, StorageUnavailable
from keyferry.wizard.grants import LINE_BITS, Line
from keyferry.wizard.guarantees import Lacking
from keyferry.wizard.locks import locked
from keyferry.wizard.storage import Place

MOST_LINES = 1024

_LONGEST_FILE = 64 * 1024
_HEAD = re.compile(rb"keyferry-anchor/([1-9][0-9]{0,8})[ \n]")
_FILE = re.compile(
    rb"(keyferry-anchor/1 ([0-9a-f]{16}) (0|[1-9][0-9]?)\n((?:[0-9a-f]{16}\n){0,%d}))([0-9a-f]{64})\n"
    % MOST_LINES
)


@dataclass(frozen=True)
class Anchored:
    """What an anchor holds.

    `number` is its own, 64 bits that are not 0; `burnt` are the digests of the lines that were given up, the
    oldest first; `seal` is the newest epoch under which a state beside it was sealed. A counter has a number
    that grows instead: lines up to `passed` were given up, and it keeps no seal.
    """

    number: int
    burnt: tuple[int, ...] = ()
    seal: int = 0
    passed: int | None = None

    def has_burnt(self, line: Line) -> bool:
        """Return whether a line was given up."""
        if self.passed is not None:
            return line.anchor is not None and line.anchor <= self.passed
        return line.digest in self.burnt

    def knows(self, given_up: Sequence[Line], seal: int) -> bool:
        """Return whether writing these would change nothing."""
        if self.passed is not None:
            # A line that did not begin beside this counter is none of its business.
            return all(line.anchor is None or line.anchor != self.number for line in given_up)
        return seal <= self.seal and all(self.has_burnt(line) for line in given_up)

    def level_of(self, line: Line) -> Level:
        """Return the strongest code that may be shown of a line that is given up now."""
        return Level.PROOF if line.anchor == self.number else Level.CLAIM

    def level_later(self, line: Line) -> Level:
        """Return the strongest code that may be shown of a line that was given up before."""
        return Level.PROOF if self.passed is not None and self.has_burnt(line) else self.level_of(line)

    def with_(self, given_up: Sequence[Line], seal: int) -> Anchored:
        """Return it with further lines and a seal; beyond 1,024 lines, the oldest are forgotten."""
        burnt = dict.fromkeys((*self.burnt, *(line.digest for line in given_up)))
        return Anchored(self.number, tuple(burnt)[-MOST_LINES:], max(self.seal, seal))

    @classmethod
    def made_now(cls) -> Anchored:
        """Return a new one, with a number that no other has."""
        return cls(secrets.randbits(LINE_BITS) or 1)

    def to_bytes(self) -> bytes:
        """Write it as the bytes of its file."""
        lines = "".join(f"{digest:016x}\n" for digest in self.burnt)
        text = f"keyferry-anchor/1 {self.number:016x} {self.seal}\n{lines}".encode("ascii")
        return text + _check(text) + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes) -> Anchored | None:
        """Read the bytes of its file; None if they cannot be understood; raises StateNewer."""
        head = _HEAD.match(data)
        if head and int(head[1]) > 1:
            raise StateNewer(
                "The anchor here was saved by a newer version of the application. "
                "Start that version, or install it. Nothing was changed."
            )
        found = _FILE.fullmatch(data)
        if found is None or found[5] != _check(found[1]):
            return None
        burnt = tuple(int(digest, 16) for digest in found[4].split())
        return cls(int(found[2], 16), burnt, int(found[3]))


class Anchor(Protocol):
    """Where lines that were given up are remembered: both methods raise StorageUnavailable if they cannot."""

    def read(self) -> Anchored | None:
        """Return what it holds, or None if there is none."""

    def write(self, given_up: Sequence[Line], seal: int) -> set[Lacking] | None:
        """Keep durably that lines were given up, and the highest seal; return what could not be guaranteed.

        One that is missing is made, with a new number; of one that is there the number stays.
        """


class FileAnchor:
    """An anchor in a file of its own; a file that cannot be understood counts as missing.

    Anyone who can write the file can also delete it, so nothing is lost by accepting a damaged one. It counts
    as missing, too, for an account that may not read it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._place = Place(
            path,
            busy_code="anchor_busy",
            lock_code="anchor_not_lockable",
            read_code="anchor_not_readable",
            write_code="anchor_not_writable",
        )

    def read(self) -> Anchored | None:
        """Return what the file holds, or None if there is no readable one."""
        try:
            with self._place.reading():
                require_own(self.path.parent)
                data = read_file(self.path, _LONGEST_FILE)
        except StorageUnavailable as error:
            if error.cause is Cause.NO_RIGHTS:
                return None
            raise
        return None if data is None else Anchored.from_bytes(data)

    def write(self, given_up: Sequence[Line], seal: int) -> set[Lacking]:
        """Keep durably that lines were given up, and the highest seal."""
        with self._place.writing():
            require_own(self.path.parent)
            require_replaceable(self.path)
            lacking = make_folder(self.path.parent)
            with locked(self.path) as unlocked:
                kept = (self._present() or Anchored.made_now()).with_(given_up, seal)
                lacking |= unlocked | replace_file(self.path, kept.to_bytes())
                return lacking | sync_folder(self.path.parent)

    def sync(self) -> set[Lacking]:
        """Return once what was written survives a power cut; raises StorageUnavailable."""
        with self._place.writing("synced"):
            return sync_folder(self.path.parent)

    def _present(self) -> Anchored | None:
        """Return what the file holds, for who replaces it: one that may not be read must stay."""
        data = read_file(self.path, _LONGEST_FILE)
        return None if data is None else Anchored.from_bytes(data)


class AnchorWithoutPlace:
    """The anchor of an account that has no place for one: its license goes on, and nothing can be changed."""

    def __init__(self, missing: StorageUnavailable) -> None:
        self._missing = missing

    def read(self) -> None:
        """Return None: none was ever written."""
        return

    def write(self, given_up: Sequence[Line], seal: int) -> set[Lacking]:
        """Raise StorageUnavailable (anchor_not_writable), which says what the account lacks."""
        raise self._missing


def _check(text: bytes) -> bytes:
    return hashlib.sha256(labeled("wizard anchor", text)).hexdigest().encode("ascii")

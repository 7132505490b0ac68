"""The latest time seen: in the state, and of an account that cannot write that, in its own folder."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from keyferry.protocol.keys import labeled
from keyferry.wizard.anchor_place import default_anchor_folder
from keyferry.wizard.clock import worth_remembering
from keyferry.wizard.durable import make_folder, read_file, replace_file, sync_folder
from keyferry.wizard.errors import StateDamaged, StateNewer, StorageUnavailable, WizardError
from keyferry.wizard.grants import Grant, Line
from keyferry.wizard.guarantees import Lacking
from keyferry.wizard.locks import locked
from keyferry.wizard.memory import Memory, Remembered
from keyferry.wizard.storage import Place

_LONGEST_FILE = 256
_FILE = re.compile(rb"(keyferry-time/1 ([0-9a-f]{16}) ([0-9]{1,12})) ([0-9a-f]{64})\n")


@dataclass(frozen=True)
class Kept:
    """Whether the time is stored, and what hindered that, or hindered the anchor."""

    stored: bool
    hindrance: WizardError | None = None


class OwnTime:
    """A file in an account's own folder, for the license in use; `path` is None without such a folder."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def read(self, grant: Grant) -> datetime | None:
        """Return the latest time that this account has seen with a license, None if it knows none."""
        try:
            data = read_file(self._path, _LONGEST_FILE) if self._path else None
        except OSError:
            # What this account cannot read is no memory of its own.
            return None
        found = _FILE.fullmatch(data or b"")
        if found is None or found[4] != _check(found[1]) or int(found[2], 16) != _number(grant):
            return None
        return datetime.fromtimestamp(int(found[3]), UTC)

    def write(self, grant: Grant, now: datetime) -> None:
        """Store the time durably; raises StorageUnavailable."""
        if self._path is None:
            raise StorageUnavailable(
                "This account has no folder of its own in which the time could be stored.",
                code="state_not_writable",
            )
        place = Place(
            self._path,
            busy_code="state_busy",
            lock_code="state_not_lockable",
            read_code="state_not_readable",
            write_code="state_not_writable",
        )
        text = b"keyferry-time/1 %016x %d" % (_number(grant), int(now.timestamp()))
        with place.writing():
            make_folder(self._path.parent)
            with locked(self._path, patience=0):
                replace_file(self._path, text + b" " + _check(text) + b"\n")
            sync_folder(self._path.parent)


def own_time(*, product_number: int, fingerprint: int) -> OwnTime:
    """Return the file of an account for one product on one machine."""
    try:
        folder = default_anchor_folder()
    except StorageUnavailable:
        return OwnTime(None)
    return OwnTime(folder / f"{product_number}-{fingerprint:010x}.time")


@dataclass(frozen=True)
class LatestTime:
    """Remembers the time wherever that is possible."""

    memory: Memory
    own: OwnTime

    def seen(self, found: Remembered) -> datetime | None:
        """Return the latest time seen with the license in use."""
        state = found.state
        own = self.own.read(state.license.grant) if state.license else None
        return max(filter(None, (state.latest_seen, own)), default=None)

    def remember(self, found: Remembered, now: datetime, lacking: set[Lacking]) -> Kept:
        """Store the time if that is due, and bring the anchor up to the state.

        A folder that has become read-only does not stop an application that is licensed. If a write
        would take away anyone's access, nothing is written.
        """
        hindrance: WizardError | None = None
        try:
            self.memory.brought_up(found, lacking)
        except StorageUnavailable as error:
            # An anchor that another account keeps is none of this one's, unless something was given up.
            hindrance = error if found.lacks_lines else None
        if found.state.license is None or not worth_remembering(now, self.seen(found)):
            return Kept(True, hindrance)
        try:
            self._store(found, now, lacking)
        except (StorageUnavailable, StateDamaged, StateNewer) as error:
            return self._store_elsewhere(found.state.license.grant, now, error)
        return Kept(True, hindrance)

    def _store(self, found: Remembered, now: datetime, lacking: set[Lacking]) -> None:
        folder = self.memory.folder
        with folder.locked(patience=0) as unlocked:
            # Another process may have completed or deactivated since: its state stays.
            if folder.read() == found.state:
                lacking |= unlocked
                lacking |= folder.write(replace(found.state, latest_seen=now), strict=True)
                lacking |= folder.sync()

    def _store_elsewhere(self, grant: Grant, now: datetime, hindrance: WizardError) -> Kept:
        try:
            self.own.write(grant, now)
        except StorageUnavailable:
            return Kept(False, hindrance)
        return Kept(True)


def _number(grant: Grant) -> int:
    return Line.begun_with(grant.secret, None).digest


def _check(text: bytes) -> bytes:
    return hashlib.sha256(labeled("wizard time", text)).hexdigest().encode("ascii")

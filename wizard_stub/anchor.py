"""The anchor: one number outside the state folder that only grows, so that an older copy of a state shows.

It holds the generation of the newest activation or release of one product on this machine. The default is
a small file; an application may pass anything with the same two methods, on a keyring or a TPM counter.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from keyferry.wizard.access import require_replaceable
from keyferry.wizard.durable import make_folder, replace_file, sync_folder
from keyferry.wizard.errors import StorageUnavailable
from keyferry.wizard.guarantees import Lacking
from keyferry.wizard.locks import locked
from keyferry.wizard.storage import Place

_FOLDER_NAME = "keyferry-wizard"
_LONGEST_FILE = 256


class Anchor(Protocol):
    """Where the generation is kept: both methods raise StorageUnavailable if they cannot do it."""

    def read(self) -> int | None:
        """Return the generation, or None if none was ever written."""

    def write(self, generation: int) -> set[Lacking] | None:
        """Keep the generation durably, or the present one if that is higher; return what could not be."""


class FileAnchor:
    """An anchor in a file of its own; a file that cannot be understood counts as missing.

    Anyone who can write the file can also delete it, so nothing is lost by accepting a damaged one.
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

    def read(self) -> int | None:
        """Return the generation, or None if there is no readable one."""
        with self._place.reading():
            try:
                with open(self.path, "rb") as file:
                    text = file.read(_LONGEST_FILE)
            except (FileNotFoundError, NotADirectoryError):
                # Some accounts have /dev/null for a home: nothing can be kept there, nor ever was.
                return None
        found = re.fullmatch(rb"(0|[1-9][0-9]{0,17}) ([0-9a-f]{16})\n", text)
        return int(found[1]) if found and found[2] == _check(int(found[1])) else None

    def write(self, generation: int) -> set[Lacking]:
        """Keep the generation durably, or the present one if that is higher."""
        with self._place.writing():
            require_replaceable(self.path)
            lacking = make_folder(self.path.parent)
            with locked(self.path) as unlocked:
                kept = max(generation, self.read() or 0)
                lacking |= unlocked | replace_file(self.path, b"%d %s\n" % (kept, _check(kept)))
                return lacking | sync_folder(self.path.parent)

    def sync(self) -> set[Lacking]:
        """Return once what was written survives a power cut; raises StorageUnavailable."""
        with self._place.writing("synced"):
            return sync_folder(self.path.parent)


class AnchorWithoutPlace:
    """The anchor of an account that has no place for one: its license goes on, and nothing can be changed."""

    def __init__(self, missing: StorageUnavailable) -> None:
        self._missing = missing

    def read(self) -> None:
        """Return None: none was ever written."""
        return

    def write(self, generation: int) -> set[Lacking]:
        """Raise StorageUnavailable (anchor_not_writable), which says what the account lacks."""
        raise self._missing


def default_anchor(folder: Path | None, *, product_number: int, fingerprint: int) -> Anchor:
    """Return the anchor of a product in a folder, or in the system's, if this account has any."""
    try:
        folder = folder or default_anchor_folder()
    except StorageUnavailable as missing:
        return AnchorWithoutPlace(missing)
    return file_anchor(folder, product_number=product_number, fingerprint=fingerprint)


def default_anchor_folder(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Return the machine-wide folder of this system, or this account's if only root may write that."""
    if platform == "win32":
        return Path(environment.get("PROGRAMDATA", r"C:\ProgramData")) / _FOLDER_NAME
    if _is_root():
        return Path("/Library/Application Support" if platform == "darwin" else "/var/lib") / _FOLDER_NAME
    home = environment.get("HOME")
    if not home:
        raise StorageUnavailable(
            "This account has no home folder (HOME is not set) for the wizard's anchor. "
            "Set HOME. For keyferry-wizard, you can set KEYFERRY_ANCHOR_DIR to a folder instead.",
            code="anchor_not_writable",
            detail="HOME, KEYFERRY_ANCHOR_DIR (ENOENT)",
        )
    if platform == "darwin":
        return Path(home) / "Library" / "Application Support" / _FOLDER_NAME
    return Path(environment.get("XDG_STATE_HOME") or Path(home) / ".local" / "state") / _FOLDER_NAME


def shared_anchor_folder(state_folder: Path) -> Path | None:
    """Return the folder `<name>.anchor` beside a state folder that several accounts share, if it is there.

    Each account has a default of its own, and would not see what another one has released.
    """
    folder = state_folder.resolve()
    beside = folder.with_name(f"{folder.name}.anchor")
    return beside if os.path.isdir(beside) else None


def file_anchor(folder: Path, *, product_number: int, fingerprint: int) -> FileAnchor:
    """Return the anchor of one product on one machine; the machine is in the name, so a copy is no anchor."""
    return FileAnchor(folder / f"{product_number}-{fingerprint:010x}.anchor")


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def _check(generation: int) -> bytes:
    return hashlib.sha256(b"keyferry wizard anchor 1\0%d" % generation).hexdigest()[:16].encode()

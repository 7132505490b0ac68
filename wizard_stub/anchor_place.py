"""Where an anchor that is a file stands; a state keeps that place from the day on which it is made."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from keyferry.wizard.anchor import FileAnchor
from keyferry.wizard.errors import StorageUnavailable

_FOLDER_NAME = "keyferry-wizard"


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

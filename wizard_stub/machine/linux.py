"""Linux: the machine-id that systemd or D-Bus made when the system was installed.

The DMI product UUID serves only if no machine-id exists at all: root alone may read it, and an
identity that depends on who asks would look like another machine.
"""

from __future__ import annotations

from pathlib import Path

from keyferry.protocol.machine_identifier import of_board, of_linux
from keyferry.wizard.errors import MachineUnknown

# In this order: if both exist, D-Bus's is a link to systemd's or was its origin (machine-id(5)).
_MACHINE_ID_FILES = ("etc/machine-id", "var/lib/dbus/machine-id")
_PRODUCT_UUID = "sys/class/dmi/id/product_uuid"
_CONTAINER_MARKS = (".dockerenv", "run/.containerenv", "run/systemd/container")

_LONGEST_FILE = 256


def identifier(root: Path = Path("/")) -> str:
    """Return the identifier of the system under `root`; raises MachineUnknown with what to do."""
    findings = {path: _read(root / path) for path in _MACHINE_ID_FILES}
    for text in findings.values():
        if text is not None and (found := of_linux(text)) is not None:
            return found
    in_container = any((root / mark).exists() for mark in _CONTAINER_MARKS)
    if not in_container and all(text is None for text in findings.values()):
        found = of_board(_read(root / _PRODUCT_UUID) or "")
        if found is not None:
            return found
    raise MachineUnknown(_advice(findings, in_container=in_container))


def _read(path: Path) -> str | None:
    """Return the text of a small file, or None if there is none or it may not be read."""
    try:
        with path.open("rb") as file:
            return file.read(_LONGEST_FILE).decode("ascii", errors="replace").strip()
    except OSError:
        return None


def _advice(findings: dict[str, str | None], *, in_container: bool) -> str:
    found = "; ".join(f"/{path} {_described(text)}" for path, text in findings.items())
    if in_container:
        return (
            f"No machine identifier was found in this container ({found}). "
            "Mount the host's /etc/machine-id into it read-only, so that the license belongs to the host."
        )
    return (
        f"No machine identifier was found on this system ({found}). "
        "Run `systemd-machine-id-setup` (or `dbus-uuidgen --ensure`) as root, then try again."
    )


def _described(text: str | None) -> str:
    if text is None:
        return "is missing or cannot be read"
    if text == "uninitialized":
        return "is not initialized"
    return "holds no identifier" if text else "is empty"

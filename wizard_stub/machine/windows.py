"""Windows: the MachineGuid that Windows makes when it is installed."""

from __future__ import annotations

import sys
from collections.abc import Callable

from keyferry.protocol.machine_identifier import of_windows
from keyferry.wizard.errors import MachineUnknown

_FOLDER = r"SOFTWARE\Microsoft\Cryptography"
_NAME = "MachineGuid"


def read_registry() -> object:
    """Return the registry value as Windows stores it; raises OSError if there is none."""
    if sys.platform != "win32":
        raise OSError("there is no registry on this system")
    import winreg

    # A 32-bit application would otherwise be shown the 32-bit registry, where the value is missing.
    access = winreg.KEY_READ | winreg.KEY_WOW64_64KEY
    with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _FOLDER, 0, access) as folder:
        return winreg.QueryValueEx(folder, _NAME)[0]


def identifier(read: Callable[[], object] = read_registry) -> str:
    """Return the machine's GUID in lower case; raises MachineUnknown with what to do."""
    try:
        value = read()
    except OSError as error:
        raise MachineUnknown(_advice(f"cannot be read: {error.strerror or error}")) from error
    found = of_windows(value) if isinstance(value, str) else None
    if found is None:
        raise MachineUnknown(_advice("holds no identifier"))
    return found


def _advice(finding: str) -> str:
    return (
        f"The registry value HKEY_LOCAL_MACHINE\\{_FOLDER}\\{_NAME} {finding}. "
        "Windows creates it during installation. Ask your administrator to restore it."
    )

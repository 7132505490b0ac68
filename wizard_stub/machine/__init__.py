"""Which machine this is, as the operating system itself says; no network and no hardware probing."""

from __future__ import annotations

import sys
from functools import cache

from keyferry.wizard.errors import MachineUnknown
from keyferry.wizard.machine import linux, macos, windows


@cache
def machine_identifier() -> str:
    """Return this machine's identifier; raises MachineUnknown with what to do if there is none.

    It is read once per process: it cannot change while the machine runs.
    """
    if sys.platform.startswith("linux"):
        return linux.identifier()
    if sys.platform == "win32":
        return windows.identifier()
    if sys.platform == "darwin":
        return macos.identifier()
    raise MachineUnknown(
        f"The wizard doesn't know where {sys.platform} keeps its machine identifier. "
        "Ask the vendor for a version that identifies the machine itself."
    )

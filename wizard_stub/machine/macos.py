"""macOS: the IOPlatformUUID of the hardware.

It is read with the system's own `ioreg`, by its full path: its output has been the same for two decades,
while IOKit through ctypes would put foreign memory management into the host application.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable

from keyferry.protocol.machine_identifier import of_macos
from keyferry.wizard.errors import MachineUnknown

_SECONDS = 10


def read_ioreg() -> str:
    """Return what ioreg says about the platform; raises OSError or SubprocessError."""
    command = ["/usr/sbin/ioreg", "-rd1", "-c", "IOPlatformExpertDevice"]
    run = subprocess.run(  # noqa: S603 - a fixed command, by its full path
        command, capture_output=True, timeout=_SECONDS, check=True
    )
    return run.stdout.decode("utf-8", errors="replace")


def identifier(read: Callable[[], str] = read_ioreg) -> str:
    """Return the hardware's UUID in lower case; raises MachineUnknown with what to do."""
    try:
        text = read()
    except (OSError, subprocess.SubprocessError) as error:
        raise MachineUnknown(
            f"`ioreg` doesn't return this Mac's identifier ({type(error).__name__}). {_ADVICE}"
        ) from error
    named = re.search(r'"IOPlatformUUID" = "([^"]*)"', text)
    found = of_macos(named[1]) if named else None
    if found is None:
        raise MachineUnknown(f"`ioreg` returns no identifier for this Mac. {_ADVICE}")
    return found


_ADVICE = "Run `/usr/sbin/ioreg -rd1 -c IOPlatformExpertDevice` to see why, and tell the vendor."

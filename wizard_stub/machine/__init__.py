"""Which machine this is, as the operating system itself says; no network and no hardware probing."""

from __future__ import annotations

import sys
from functools import cache

from keyferry.protocol.machine_identifier import SHORTEST_OF_HOST, of_host
from keyferry.protocol.profile import MachineSource
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


def identifier_for(source: MachineSource, given: str | None) -> str:
    """Return the identifier from where the profile wants it, or the one that was given.

    Raises MachineUnknown, or ValueError if the application has to pass one in and does not.
    """
    if source is MachineSource.OS:
        return machine_identifier() if given is None else given
    if given is None:
        raise ValueError("this profile's machine source is the host: hand in machine_identifier")
    found = of_host(given)
    if found is None:
        raise MachineUnknown(
            "The application doesn't say which machine this is: an identifier has "
            f"{SHORTEST_OF_HOST} characters or more and isn't a placeholder that many machines share. Ask "
            "the vendor."
        )
    return found

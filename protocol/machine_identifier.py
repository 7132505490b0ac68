"""What a machine is known by: how the texts of systems and of applications become identifiers, or are none.

An identifier that two implementations read differently is two machines, and one that many machines share is
one. So what is trimmed, folded and refused is a part of the protocol.
"""

from __future__ import annotations

import re

from keyferry.protocol.characters import SPACES, UNTYPABLE

SHORTEST_OF_HOST = 6

# Another language knows other capitals than those of ASCII, and other small letters for them.
_SMALL = {capital: capital + 0x20 for capital in range(ord("A"), ord("Z") + 1)}
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_TRIMMED = "".join(sorted(SPACES))
_SIGNS = dict.fromkeys(map(ord, {*SPACES, *"-_.:"}))
# What mainboards say whose maker never filled the field in.
_UNFILLED_UUIDS = frozenset({"03000200040005000006000700080009", "00020003000400050006000700080009"})
_FILLERS = frozenset(
    {
        *("to be filled by o.e.m.", "default string", "not specified", "not applicable", "not available"),
        *(
            "not settable",
            "not present",
            "unknown",
            "undefined",
            "invalid",
            "default",
            "no serial",
            "no asset tag",
        ),
        *("serial number", "system serial number", "chassis serial number", "base board serial number"),
        *("123456", "1234567", "12345678", "123456789", "1234567890", "0123456789", "0123456789abcdef"),
    }
)


def of_linux(machine_id: str) -> str | None:
    """Return the identifier that a machine-id is, in lower case after `linux:`, or None."""
    text = machine_id.strip(_TRIMMED).translate(_SMALL)
    return f"linux:{text}" if re.fullmatch(r"[0-9a-f]{32}", text) and text.strip("0") else None


def of_board(product_uuid: str) -> str | None:
    """Return the identifier that a mainboard's UUID is, bare after `linux-dmi:`, or None."""
    text = product_uuid.strip(_TRIMMED).replace("-", "").translate(_SMALL)
    known = re.fullmatch(r"[0-9a-f]{32}", text) and len(set(text)) > 1 and text not in _UNFILLED_UUIDS
    return f"linux-dmi:{text}" if known else None


def of_windows(machine_guid: str) -> str | None:
    """Return the identifier that a MachineGuid is, without braces after `windows:`, or None."""
    text = machine_guid.strip(_TRIMMED).strip("{}").translate(_SMALL)
    return f"windows:{text}" if re.fullmatch(_UUID, text) and text.strip("0-") else None


def of_macos(platform_uuid: str) -> str | None:
    """Return the identifier that an IOPlatformUUID is, in lower case after `macos:`, or None."""
    text = platform_uuid.strip(_TRIMMED).translate(_SMALL)
    return f"macos:{text}" if re.fullmatch(_UUID, text) and text.strip("0-") else None


def of_host(text: str) -> str | None:
    """Return what an application passes in, trimmed, or None if it names no machine."""
    trimmed = text.strip(_TRIMMED)
    bare = trimmed.translate(_SIGNS).translate(_SMALL)
    is_filler = len(set(bare)) < 2 or trimmed.translate(_SMALL) in _FILLERS
    if len(trimmed) < SHORTEST_OF_HOST or is_filler or not UNTYPABLE.isdisjoint(trimmed):
        return None
    return trimmed

"""How licenses and activations stand, in the words that the database keeps."""

from __future__ import annotations

from enum import StrEnum


class LicenseStatus(StrEnum):
    """What the vendor has decided; whether a license has expired is a matter of the day, not of this."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class Ending(StrEnum):
    """How an activation ended."""

    PROVEN = "proven"
    CLAIMED = "claimed"
    FORCED = "forced"
    SUPERSEDED = "superseded"


class Displaced(StrEnum):
    """How a computer ID became a former one."""

    # Its successor proved that it goes on from it.
    PROVEN = "proven"
    # Its successor proved an ID from before it: a clone, or a restored backup.
    STALE = "stale"
    # Its successor proved nothing.
    UNPROVEN = "unproven"
    # It was never live: it was proven by a request that made another ID live.
    COMPANION = "companion"
    # Its code was shown to the server before it was ever activated.
    BURNT = "burnt"

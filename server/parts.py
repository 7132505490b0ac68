"""What a handler needs besides its request: the settings, the master keys and the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from flask import current_app

from keyferry.server.config import Settings
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing.activated import Activated
from keyferry.server.core.licensing.deactivation import Released
from keyferry.server.core.licensing.requests import Scanner
from keyferry.server.core.secrets import Keyring

EXTENSION = "keyferry"

Listener = Callable[[Activated | Released, Channel], None]
"""Gets each activation and release of this process, and the channel that it came by, once it is committed."""


@dataclass(frozen=True)
class Parts:
    """The parts of one application; `clock` returns the present as an aware UTC datetime."""

    settings: Settings
    keyring: Keyring
    clock: Callable[[], datetime]
    listeners: list[Listener] = field(default_factory=list)

    @cached_property
    def scanner(self) -> Scanner:
        """What opens request tokens, and remembers the keys for it."""
        return Scanner(self.keyring)


def parts() -> Parts:
    """Return the parts of the current application."""
    found: Parts = current_app.extensions[EXTENSION]
    return found


def utc_now() -> datetime:
    """Return the present."""
    return datetime.now(UTC)

"""Telling listeners, such as the metrics, the outcome of an operation."""

from __future__ import annotations

from typing import TypeVar

from keyferry.server.core.audit import By
from keyferry.server.core.licensing.activated import Activated
from keyferry.server.core.licensing.deactivation import Released
from keyferry.server.parts import parts

Done = TypeVar("Done", bound=Activated | Released)


def tell(done: Done, by: By) -> Done:
    """Tell every listener what was done, and return it; call this after the commit."""
    for listener in parts().listeners:
        listener(done, by.channel)
    return done

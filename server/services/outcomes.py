"""Telling whoever listens, such as the metrics, what an operation has come to."""

from __future__ import annotations

from typing import TypeVar

from keyferry.server.core.audit import By
from keyferry.server.core.licensing.activation import Activated
from keyferry.server.core.licensing.deactivation import Released
from keyferry.server.parts import parts

Done = TypeVar("Done", bound=Activated | Released)


def tell(done: Done, by: By) -> Done:
    """Tell what was done, and return it; call it once that is committed."""
    for listener in parts().listeners:
        listener(done, by.channel)
    return done

"""Listening to an engine: SQLAlchemy's listeners must not change while another thread goes through them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event

_LONGEST_SECONDS = 30


def listen(engine: Engine, name: str, listener: Callable[..., Any]) -> None:
    """Have an engine call a listener, once no checkpoint is under way."""
    _await_checkpoint()
    event.listen(engine, name, listener)


def leave(engine: Engine, name: str, listener: Callable[..., Any]) -> None:
    """Have it call the listener no more."""
    _await_checkpoint()
    event.remove(engine, name, listener)


def _await_checkpoint() -> None:
    for thread in threading.enumerate():
        if thread.name == "checkpoint":
            thread.join(_LONGEST_SECONDS)

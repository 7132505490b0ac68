"""Where secrets are sealed in the database, so that they can be sealed again under another master key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from keyferry.server.core.models import Base


@dataclass(frozen=True)
class Place:
    """A column of sealed secrets, and what names the one place that each of them is sealed for."""

    model: type[Base]
    column: str
    context: Callable[[Any], str]

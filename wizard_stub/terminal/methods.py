"""The methods of activation."""

from __future__ import annotations

from enum import Enum


class Method(Enum):
    """What the person has for it."""

    SCAN = "scan"
    KEY = "key"
    FILE = "file"

"""The ways of activation."""

from __future__ import annotations

from enum import Enum


class Way(Enum):
    """What the person has at hand."""

    SCAN = "scan"
    KEY = "key"
    FILE = "file"

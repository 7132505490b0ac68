from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from .parts import Clock, Machine, Vendor


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def vendor() -> Vendor:
    return Vendor()


@pytest.fixture
def machine(vendor: Vendor, clock: Clock, tmp_path: Path) -> Machine:
    return Machine(vendor, tmp_path / "state", tmp_path / "anchors", clock)


@pytest.fixture
def other_machine(machine: Machine, tmp_path: Path) -> Callable[[], Machine]:
    """Another computer, which was given a copy of the first one's state folder."""

    def make() -> Machine:
        return replace(machine, identifier="machine-2", anchors=tmp_path / "other-anchors")

    return make

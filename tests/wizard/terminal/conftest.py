import pytest

from tests.loops import no_idle_waiting

__all__ = ["no_idle_waiting"]


@pytest.fixture
def begun(machine, key):
    return machine.control().begin(key)

import pytest

from tests.loops import no_idle_waiting

__all__ = ["no_idle_waiting"]


@pytest.fixture
def language() -> str:
    """What the wizard speaks in the gate; the long tests tell the same stories in German."""
    return "en"


@pytest.fixture
def begun(machine, key):
    return machine.control().begin(key)

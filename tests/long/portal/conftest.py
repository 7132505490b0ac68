"""Staff at a server like that of `tests/portal`."""

import pytest

from tests.portal.conftest import desk, names

__all__ = ["desk", "names"]


@pytest.fixture(scope="module")
def server_environment() -> dict[str, str]:
    """The server of the gate, without mail."""
    return {}

"""A phone at a server like that of `tests/pwa`."""

import pytest


@pytest.fixture(scope="module")
def server_environment() -> dict[str, str]:
    """The server of the gate, without mail."""
    return {}

"""Strangers and staff at the vendor's pages and commands, as in `tests/faces`."""

import pytest

from tests.faces.conftest import desk, done, instance, issue, keyferry, switch, visitor

__all__ = ["desk", "done", "instance", "issue", "keyferry", "switch", "visitor"]


@pytest.fixture(scope="module")
def server_environment() -> dict[str, str]:
    """The server of the gate, without mail."""
    return {}

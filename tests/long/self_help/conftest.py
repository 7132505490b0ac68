"""Customers at a server like that of `tests/self_help`."""

import pytest

from tests.self_help.conftest import customer, switch

__all__ = ["customer", "switch"]


@pytest.fixture(scope="module")
def server_environment() -> dict[str, str]:
    """The server of the gate, without mail."""
    return {}

"""A vendor's operators in front of the console."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from keyferry.server.core.models import Role
from keyferry.server.core.staff import operators, passwords
from keyferry.server.db import transaction
from tests.conftest import STAFF, Clock
from tests.console.person import PASSWORD
from tests.loops import no_idle_waiting

__all__ = ["no_idle_waiting"]

Adds = Callable[..., str]


@pytest.fixture(scope="session")
def password_hash() -> str:
    """Hashed once, since that is meant to take its time."""
    return passwords.hashed(PASSWORD)


@pytest.fixture
def add_operator(app, clock: Clock, password_hash: str, monkeypatch: pytest.MonkeyPatch) -> Adds:
    monkeypatch.setattr(operators.passwords, "hashed", lambda _: password_hash)

    def add(role: Role, name: str = "") -> str:
        with transaction() as session:
            added = operators.add(session, name or role.value, role, PASSWORD, by=STAFF, now=clock.now)
            return added.name

    return add


@pytest.fixture
def manager(add_operator) -> str:
    return add_operator(Role.MANAGER, "grace")


@pytest.fixture
def administrator(add_operator) -> str:
    return add_operator(Role.ADMINISTRATOR, "ada")

"""A vendor's operators in front of the console."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest

from keyferry.server.core.models import Role
from keyferry.server.core.staff import operators
from keyferry.server.db import transaction
from tests.conftest import STAFF, Clock
from tests.console.person import PASSWORD
from tests.loops import no_idle_waiting, run_in_a_loop

__all__ = ["no_idle_waiting"]


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that is a coroutine in an event loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    run_in_a_loop(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture
def add_operator(app, clock: Clock) -> Callable[..., str]:
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

"""A vendor's operators in front of the console, as in `tests/console`."""

from tests.console.conftest import (
    add_operator,
    administrator,
    manager,
    no_idle_waiting,
    pytest_pyfunc_call,
)

__all__ = ["add_operator", "administrator", "manager", "no_idle_waiting", "pytest_pyfunc_call"]

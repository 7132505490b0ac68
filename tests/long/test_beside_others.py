"""A minute of looks beside working processes, where the gate takes seconds."""

import pytest

from tests.wizard.conftest import clock, machine, vendor  # noqa: F401 - fixtures
from tests.wizard.test_beside_others import (  # noqa: F401 - collected here once more
    test_an_account_that_may_only_read_sees_no_damage_either,
    test_thousands_of_looks_beside_working_processes_see_no_damage,
)


@pytest.fixture
def seconds():
    return 60.0

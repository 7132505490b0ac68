"""Four processes on one database, where the gate has two."""

import pytest

from tests.core.test_several_processes import (  # noqa: F401 - collected here once more
    processes,
    test_one_machine_that_asks_everywhere_takes_one_seat,
    test_the_last_seats_are_not_sold_twice,
)


@pytest.fixture(scope="module")
def count() -> int:
    return 4

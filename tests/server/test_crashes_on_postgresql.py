"""What is killed around a commit on PostgreSQL leaves an operation whole, or not at all."""

import pytest

from tests.server.crashing import (
    STORIES,
    killed_backend,
    killed_process,
    prepare_mail,
)

pytestmark = pytest.mark.engines("postgresql")


# The last statement, and both sides of the commit; `tests/long` tries every point of every operation.
AROUND_THE_COMMIT = slice(-3, None)


@pytest.fixture
def vendor(vendor):
    prepare_mail(vendor)
    return vendor


@pytest.mark.parametrize("name", ["activation with an email"])
def test_a_process_that_is_killed_leaves_no_half_operation(vendor, name):
    killed_process(STORIES[name], vendor, AROUND_THE_COMMIT)


def test_a_connection_whose_server_process_is_killed_leaves_none(vendor):
    killed_backend(STORIES["replacement"], vendor, AROUND_THE_COMMIT)

"""Each call of the wizard's writing with each of its errors, where the gate takes two of them by turns."""

import pytest

from tests.wizard.conftest import clock, machine, own_folder, vendor  # noqa: F401 - fixtures
from tests.wizard.test_failing_disks import (  # noqa: F401 - collected here once more
    prepared,
    test_a_code_is_shown_only_once_the_release_is_on_the_disk,
    test_a_damaged_state_is_set_aside_for_a_new_one_or_stays_where_it_is,
    test_a_license_is_activated_or_the_request_still_stands,
    test_a_license_is_in_use_or_given_up_with_its_code_within_reach,
    test_a_look_never_costs_a_license_and_says_what_it_could_not_store,
    test_a_request_is_stored_or_nothing_is,
)


@pytest.fixture
def thorough():
    return True

"""What the full screen says of troubles, once more in German: the gate has it in English."""

import pytest

from tests.wizard.terminal.test_troubles import (  # noqa: F401 - collected here once more
    licensed,
    test_a_clock_that_was_moved_back_is_looked_at_again_once_it_is_right,
    test_a_computer_that_finds_another_computers_license_is_activated_beside_it,
    test_a_damaged_state_is_set_aside_and_begun_anew,
    test_a_folder_that_cannot_be_read_is_named_with_what_to_do,
    test_a_license_that_a_copy_gave_up_leads_to_its_code_and_to_a_new_activation,
    test_a_read_only_folder_is_named_at_the_request,
    test_a_retired_epoch_leads_to_a_new_request,
    test_a_state_of_a_newer_version_is_named_and_offers_nothing_that_would_part_with_it,
    test_accounts_that_share_a_license_are_not_warned_of_each_other,
    test_an_expired_license_leads_to_the_renewal,
    test_another_account_is_named_before_a_request_that_would_replace_it,
)


@pytest.fixture
def language() -> str:
    return "de"

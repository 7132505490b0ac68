"""The ways out of the full screen, once more in German: the gate has them in English."""

import pytest

from tests.wizard.terminal.test_storage import (  # noqa: F401 - collected here once more
    test_a_file_system_that_confirms_nothing_is_named_on_every_screen_that_shows_what_was_done,
    test_a_folder_that_another_program_uses_is_called_busy_and_not_damaged,
    test_a_license_that_was_given_up_on_a_failing_disk_is_reported_as_that,
    test_why_the_time_could_not_be_stored_is_said_in_words,
)
from tests.wizard.terminal.test_ways_out import (  # noqa: F401 - collected here once more
    licensed,
    test_a_clock_in_1970_is_told_beside_a_license_without_an_end,
    test_a_clock_that_was_wrong_once_leads_to_a_new_request,
    test_a_key_or_file_of_an_earlier_request_is_still_taken,
    test_a_key_that_ended_by_a_wrong_clock_is_looked_at_again,
    test_a_key_that_ends_soon_is_told_and_leads_to_the_scan,
    test_a_key_that_stays_older_leads_to_a_new_request,
    test_a_key_that_was_made_for_another_computer_leads_to_the_code_that_is_shown,
    test_a_renewal_that_the_page_refuses_leads_to_a_new_request,
    test_a_request_under_keys_that_were_retired_is_shown_anew,
    test_an_activation_key_that_was_replaced_is_not_called_another_license,
    test_an_expiry_by_a_wrong_clock_names_the_day_of_the_clock,
    test_an_issue_day_that_is_wrong_leads_to_a_new_request,
)
from tests.wizard.terminal.test_whole_codes import (  # noqa: F401 - collected here once more
    test_where_there_is_no_room_the_words_stay_in_sight_with_the_ways_left,
)


@pytest.fixture
def language() -> str:
    return "de"

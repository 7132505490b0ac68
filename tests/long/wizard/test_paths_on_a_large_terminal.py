"""The same stories on a large terminal: the gate tells them on a small one."""

import pytest

from tests.wizard.terminal.person import LARGE
from tests.wizard.terminal.test_paths import (  # noqa: F401 - collected here once more
    begun,
    licensed,
    test_a_computer_is_activated_with_a_phone_using_the_keyboard_alone,
    test_a_deactivation_can_be_thought_over,
    test_a_deactivation_is_explained_confirmed_and_gives_code_and_qr,
    test_a_license_file_found_nearby_is_used_with_one_key,
    test_a_license_file_is_named_by_its_path_or_pasted,
    test_a_license_is_renewed_by_scan,
    test_a_signed_key_is_typed_into_four_rows,
    test_another_activation_key_beside_a_request_keeps_both,
    test_another_activation_key_takes_over_and_the_former_seat_can_be_freed,
    test_quit_is_a_choice_too,
    test_the_same_activation_key_again_leads_on_with_the_same_request,
    test_the_wizard_goes_on_after_it_was_quit_in_the_middle,
    test_what_is_pending_is_given_up_with_a_code_as_well,
    test_who_has_a_computer_key_already_goes_on_where_it_was_requested,
    test_who_has_a_computer_key_but_no_request_reads_that_it_cannot_fit,
)


@pytest.fixture
def size() -> tuple[int, int]:
    return LARGE

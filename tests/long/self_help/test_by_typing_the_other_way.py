"""A signed key, and no scripts: the gate has a short key with scripts."""

import pytest

from tests.self_help.test_by_typing import (  # noqa: F401 - collected here once more
    test_a_license_goes_from_a_wizard_to_a_wizard_and_back,
    test_a_prefilled_form_is_one_press_away_from_its_key,
    test_mistyped_codes_are_offered_and_taken_one_by_one,
    test_return_sends_what_was_typed_also_where_a_reading_is_offered,
    test_the_license_file_is_saved_carried_over_and_read,
    typist,
    wizard,
)


@pytest.fixture(
    params=[("signed", True), ("short", False), ("signed", False)],
    ids=["signed, with scripts", "short, without scripts", "signed, without scripts"],
)
def style_and_scripts(request) -> tuple[str, bool]:
    return request.param

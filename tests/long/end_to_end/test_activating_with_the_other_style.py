"""A signed key typed, a file of a short key saved: the gate has each with the other style."""

from tests.end_to_end.test_activating_by_phone import save_a_file, type_a_key


def test_a_signed_key_typed_with_four_wrong_characters_activates_an_offline_machine(stage):
    type_a_key(stage, "SIGNED", 4, 120)


def test_a_license_file_of_a_short_key_activates_an_offline_machine(stage, tmp_path):
    save_a_file(stage, "SHORT", tmp_path)

"""Self Help in Safari's engine and in Firefox."""

import pytest


@pytest.fixture
def fill_in(person, house):
    """Open a form, type into its fields, and send it."""

    def fill_in(form: str, **fields: str) -> None:
        person.open(f"{house.origin}/self-help/{form}")
        for name, text in fields.items():
            person.type(f"[name={name}]", text)
        person.press("form > .btn:not(.second)")

    return fill_in


def test_a_license_goes_to_a_wizard_and_back(person, fill_in, wizard):
    wizard.begin()
    fill_in("activate", **wizard.shown, computer_name="LAB-PC-07")
    wizard.take(person.key)
    assert wizard.is_active
    assert wizard.seats_used == 1
    wizard.give_up()
    fill_in("deactivate", **wizard.shown)
    person.sees(".sign.good")
    assert wizard.seats_used == 0


def test_a_mistyped_code_is_offered_and_taken_with_one_press(person, fill_in, wizard):
    wizard.begin()
    key = wizard.shown["activation_key"]
    mistyped = ("2" if key[0] != "2" else "3") + key[1:]
    fill_in("activate", **wizard.shown | {"activation_key": mistyped}, computer_name="LAB-PC-07")
    person.press("button[name=take]")
    wizard.take(person.key)
    assert wizard.is_active


def test_a_license_is_looked_up(person, fill_in, wizard):
    fill_in("license", activation_key=wizard.key.text)
    person.has_heading("Demo short")
    assert "0 of 1 seat in use" in person.text("main")


def test_keys_are_asked_for(person, fill_in):
    fill_in("keys", email="ada@example.com")
    person.sees("main strong", "ada@example.com")


def test_a_key_is_read_in_another_language(person, fill_in, wizard):
    wizard.begin()
    fill_in("activate", **wizard.shown, computer_name="LAB-PC-07")
    key = person.key
    for name, language in (("Deutsch", "de"), ("English", "en")):
        person.press(".languages summary")
        person.press(".others button", name)
        person.awaits("(language) => document.documentElement.lang === language", language)
        assert person.key == key
    assert wizard.seats_used == 1

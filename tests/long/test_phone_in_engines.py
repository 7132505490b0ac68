"""The phone page in Safari's engine and in Firefox: the whole loop between a wizard and the server."""

from demo.film import qr_picture
from tests.long.conftest import confirm_for


def test_a_license_goes_from_the_qr_code_to_the_wizard_and_back(person, house, wizard):
    person.open(wizard.begin(house.origin))
    person.has_view("confirm-activate")
    assert "LAB-PC-07" in person.text("h1")
    confirm_for(person, wizard)
    assert wizard.seats_used == 1

    person.open(f"{house.origin}/a")
    person.open(wizard.give_up(house.origin))
    person.has_view("confirm-deactivate")
    person.press("#confirm")
    person.has_view("released")
    assert wizard.seats_used == 0
    assert not wizard.is_active


def test_a_photo_of_the_code_leads_to_the_key(person, house, wizard, tmp_path):
    photo = tmp_path / "code.png"
    qr_picture(wizard.begin(house.origin), 900).save(photo)
    person.open(f"{house.origin}/a")
    person.press("#scan")
    person.has_view("scan")
    person.give_file("#photo", photo)
    confirm_for(person, wizard)


def test_what_a_wizard_shows_beside_the_code_is_typed(person, house, wizard):
    wizard.begin()
    person.open(f"{house.origin}/a")
    person.press("#type")
    person.has_view("typed")
    person.type("#activationKey", wizard.shown["activation_key"])
    person.type("#computerId", wizard.shown["computer_id"])
    person.press("#ask")
    confirm_for(person, wizard)


def test_the_buttons_to_take_a_key_along_answer_where_they_were_pressed(person, house, wizard):
    person.open(wizard.begin(house.origin))
    person.press("#confirm")
    person.has_view("key")
    person.press("#ways")
    person.press("#copy")
    person.sees("#copy.done, #copy.failed")
    person.press("#file-as-qr")
    person.sees("dialog .big-qr")
    person.press("#file-qr-close")
    person.press("#ways-sheet-close")
    person.awaits("() => document.querySelector('dialog') === null")

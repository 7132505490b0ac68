from __future__ import annotations

from datetime import date

import pytest

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.core.licensing import licenses, listings
from keyferry.server.core.mail import outbox
from keyferry.server.core.models import Activation, License, Role
from keyferry.server.db import reading, transaction
from tests.audit_log import events
from tests.faces.portal_visitor import Visitor, dialog_in, is_open, staff
from tests.workbooks import rows_of

PAGE = "/portal/licenses/1"


@pytest.fixture
def desk(vendor) -> Visitor:
    return staff(vendor, role=Role.MANAGER)


def the_license(number: int = 1) -> License:
    with reading() as session:
        license = session.get_one(License, number)
        _ = license.customer
        return license


def test_a_license_is_renewed_by_days_or_until_a_day_and_says_so_once(vendor, desk):
    vendor.issue(expires=date(2026, 12, 1))
    answer = desk.post(f"{PAGE}/renew", term="days", days="30")
    assert answer.location == PAGE
    assert "License renewed." in desk.get(PAGE).text
    assert "License renewed." not in desk.get(PAGE).text.split("<h1")[0]
    assert the_license().expires_on == date(2026, 12, 31)
    desk.post(f"{PAGE}/renew", term="date", expires="2028-02-29", days="")
    assert the_license().expires_on == date(2028, 2, 29)
    event = events()[-1]
    assert (event.event, event.who, event.channel) == ("license_renewed", "ada", "portal")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"term": "days", "days": ""}, "Enter a number of days, or the last day."),
        ({"term": "days", "days": "many"}, "Use a whole number, like 12."),
        ({"term": "days", "days": "0"}, "must be between 1 and"),
        ({"term": "date", "expires": "31.12.2027"}, "Write the date as 2027-12-31."),
        ({"term": "date", "expires": "2300-01-01"}, "Choose an expiration date after"),
        ({"term": "days", "days": "10"}, "This license never expires"),
        (
            {"term": "days", "days": "10", "expires": "2027-12-31"},
            "This belongs to an option that isn’t selected.",
        ),
        (
            {"term": "date", "days": "10", "expires": "2027-12-31"},
            "This belongs to an option that isn’t selected.",
        ),
    ],
)
def test_a_renewal_that_cannot_be_is_named_in_its_dialog(vendor, desk, values, sentence):
    vendor.issue()
    answer = desk.post(f"{PAGE}/renew", **values)
    assert answer.status_code in (400, 409)
    assert is_open(answer.text, "renew")
    assert sentence in dialog_in(answer.text, "renew")
    assert the_license().expires_on is None


def test_a_license_rests_until_it_is_resumed(vendor, desk):
    key = vendor.issue()
    desk.post(f"{PAGE}/suspend")
    page = desk.get(PAGE).text
    assert "License on hold." in page
    assert f'action="{PAGE}/resume"' in page
    assert licenses.standing(the_license(), vendor.clock.now) == "suspended"
    desk.post(f"{PAGE}/resume")
    assert vendor.activate(vendor.machine(key)).license.seats_used == 1


def test_what_a_license_grants_is_changed_a_part_at_a_time(vendor, desk):
    vendor.issue(customer="ada@example.com", features=("export",))
    desk.post(f"{PAGE}/edit", lease_days="90", email="", notes=" by fax ")
    desk.post(f"{PAGE}/seats", seats="7")
    desk.post(f"{PAGE}/edition", feature="cam")
    changed = the_license()
    assert (changed.seats, changed.features, changed.lease_days) == (7, 0b10, 90)
    assert (changed.customer, changed.notes) == (None, "by fax")
    page = desk.get(PAGE).text
    for words in ("lease days: none → 90", "seats: 1 → 7", "features: export → cam"):
        assert words in page


def test_a_changed_edition_reaches_a_computer_with_its_next_key_and_says_so(vendor, desk):
    machine = vendor.machine(vendor.issue(features=("export",)))
    vendor.activate(machine)
    assert "1 activated computer keeps what its key says" in dialog_in(desk.get(PAGE).text, "edition")
    desk.post(f"{PAGE}/edition", feature=["export", "cam"])
    with reading() as session:
        assert session.get_one(Activation, 1).features == 0b1
    vendor.activate(machine)
    with reading() as session:
        assert session.get_one(Activation, 1).features == 0b11


@pytest.mark.usefixtures("mail_works")
def test_the_activation_key_is_mailed_to_who_holds_the_license(vendor, desk):
    key, other = (vendor.issue(customer="ada@example.com") for _ in range(2))
    assert desk.post(f"{PAGE}/mail-key").location == PAGE
    page = desk.get(PAGE).text
    assert "The email to ada@example.com is on its way." in page
    assert "Email on its way" in page
    with transaction() as session:
        taken = outbox.take(session, vendor.clock.now)
        held, _ = listings.held_by(session, taken.recipient, most=9, only=taken.license_id)
    assert [license.activation_key for license in held] == [key.text]
    assert other.text not in [license.activation_key for license in held]


@pytest.mark.usefixtures("mail_works")
def test_no_key_is_mailed_of_a_license_that_nobody_holds(vendor, desk):
    vendor.issue()
    assert "/mail-key" not in desk.get(PAGE).text
    answer = desk.post(f"{PAGE}/mail-key")
    assert answer.status_code == 409
    assert "This license has no customer." in answer.text


@pytest.mark.parametrize("name", ["renew", "edit", "seats", "edition", "suspend", "replace", "activate"])
def test_each_dialog_opens_without_scripts_too(vendor, desk, name):
    vendor.issue()
    page = desk.get(PAGE).text
    assert f'form="dialogs" name="dialog" value="{name}"' in page
    assert not is_open(page, name)
    assert is_open(desk.get(f"{PAGE}?dialog={name}").text, name)


def test_seats_in_use_stay_and_what_was_typed_is_kept(vendor, desk):
    key = vendor.issue(seats=2)
    for name in "AB":
        vendor.activate(vendor.machine(key, name))
    answer = desk.post(f"{PAGE}/seats", seats="1")
    assert answer.status_code == 409
    dialog = dialog_in(answer.text, "seats")
    assert "2 computers use this license." in dialog.split('id="seats-seats-fault"')[1]
    assert 'value="1"' in dialog
    assert events()[-1].code == "seats_in_use"
    answer = desk.post(f"{PAGE}/edit", lease_days="soon", email="", notes="typed")
    assert answer.status_code == 400
    assert ">typed</textarea>" in dialog_in(answer.text, "edit")


def test_a_leaked_key_is_replaced(vendor, desk):
    leaked = vendor.issue()
    desk.post(f"{PAGE}/replace-key")
    page = desk.get(PAGE).text
    fresh = ActivationKey.from_text(the_license().activation_key)
    assert fresh != leaked
    assert fresh.text in page
    assert leaked.text not in page
    assert f"the old one ended in {leaked.last_group}" in page


def test_many_are_done_at_once_after_a_question_that_counts(vendor, desk):
    for _ in range(3):
        vendor.issue()
    question = desk.post("/portal/licenses/bulk", action="suspend", chosen=["1", "3"])
    assert "Put 2 licenses on hold?" in question.text
    assert the_license().status == "active"
    answer = desk.post("/portal/licenses/bulk/do", action="suspend", chosen=["1", "3"])
    assert answer.location == "/portal/licenses"
    assert "2 licenses put on hold." in desk.get("/portal/licenses").text
    assert [the_license(number).status for number in (1, 2, 3)] == ["suspended", "active", "suspended"]
    desk.post("/portal/licenses/bulk/do", action="resume", chosen=["1", "2", "3"])
    assert {the_license(number).status for number in (1, 2, 3)} == {"active"}


def test_where_one_of_many_refuses_none_is_changed(vendor, desk):
    vendor.issue(expires=date(2026, 12, 1))
    vendor.issue()
    answer = desk.post("/portal/licenses/bulk/do", action="renew", chosen=["1", "2"], term="days", days="30")
    assert answer.status_code == 409
    assert "Renew 2 licenses?" in answer.text
    assert "This license never expires" in answer.text
    assert the_license().expires_on == date(2026, 12, 1)
    desk.post(
        "/portal/licenses/bulk/do", action="renew", chosen=["1", "2"], term="date", expires="2027-06-30"
    )
    assert {the_license(number).expires_on for number in (1, 2)} == {date(2027, 6, 30)}


@pytest.mark.parametrize(
    "values", [{"action": "suspend"}, {"action": "burn", "chosen": "1"}, {"chosen": "1"}]
)
def test_nothing_chosen_shows_what_to_do(vendor, desk, values):
    vendor.issue()
    for path in ("/portal/licenses/bulk", "/portal/licenses/bulk/do"):
        answer = desk.post(path, **values)
        assert answer.status_code == 400
        assert "Nothing selected" in answer.text
    assert desk.post("/portal/licenses/export").status_code == 400


def test_chosen_licenses_are_a_workbook_that_no_cell_can_turn_into_a_formula(vendor, desk):
    key = vendor.issue(customer="=ünal@example.com", seats=3, expires=date(2027, 1, 2))
    answer = desk.post("/portal/licenses/export", chosen=["1"])
    assert answer.headers["Content-Disposition"] == 'attachment; filename="licenses.xlsx"'
    [head, row] = rows_of(answer.get_data())
    assert (
        ",".join(head) == "activation_key,product,customer,seats,seats_used,expires,days,status,order,issued"
    )
    assert row == [
        key.text,
        "demo-cad",
        "=ünal@example.com",
        "3",
        "0",
        "2027-01-02",
        "",
        "active",
        "",
        "2026-11-24",
    ]

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from keyferry.protocol.computer_key import Binding
from keyferry.protocol.license_file import read_license_file
from keyferry.protocol.request_token import scan_url
from keyferry.server.core.licensing import licenses
from keyferry.server.core.models import Activation, OutboxMail, Role
from keyferry.server.db import reading, transaction
from keyferry.server.services.guard import PER_LICENSE
from tests.audit_log import events, refused_events
from tests.faces.portal_visitor import Visitor, dialog_in, form_in, is_open, staff
from tests.faces.visitor import Reader

pytestmark = pytest.mark.usefixtures("mail_works")

LICENSE = "/portal/licenses/1"


@pytest.fixture
def machine(vendor):
    return vendor.machine(vendor.issue(seats=2, customer="ada@example.com"), "LAB-PC-07")


def key_in(page: str) -> str:
    return re.search(r'id="computer-key" data-key="([^"]+)"', page)[1]


def activate(desk: Visitor, machine, **more: str):
    return desk.post(f"{LICENSE}/activate", computer_id=machine.computer_id.text, **more)


def release(desk: Visitor, machine, code: str | None = None):
    values = {"computer_id": machine.computer_id.text, "code": code or machine.code.text}
    return desk.post(f"{LICENSE}/release", **values)


def mails() -> list[OutboxMail]:
    with transaction() as session:
        return list(session.scalars(select(OutboxMail)))


def test_a_computer_that_is_activated_already_reads_of_its_other_accounts(vendor, desk, machine):
    hint = (
        "If another account on that computer still uses the earlier one, let the accounts share one license."
    )
    assert hint not in activate(desk, machine).text
    anew = vendor.machine(machine.activation_key, "LAB-PC-07")
    assert hint in activate(desk, anew, reason="The computer was reinstalled").text


def test_activating_shows_the_key_that_every_other_channel_gives(vendor, desk, machine):
    answer = activate(desk, machine, computer_name="LAB-PC-07", notes="by telephone")
    assert answer.status_code == 200
    assert key_in(answer.text) == vendor.activate(machine).computer_key
    assert vendor.seats_used(machine.activation_key) == 1
    assert "by telephone" in desk.get(LICENSE).text
    assert mails() == []


def test_the_key_is_spelled_for_the_telephone(desk, machine):
    page = activate(desk, machine).text
    first = key_in(page)[0]
    assert {"1": "one", "2": "two"}[first] in page.split("Spell group")[1]


def test_the_key_is_mailed_with_the_operation_where_that_is_wanted(desk, machine):
    page = activate(desk, machine, email="Ada@Example.com", mails_key="1").text
    assert "Email on its way to ada@example.com" in Reader(page).words
    [mail] = mails()
    assert (mail.template, mail.recipient, mail.channel, mail.who) == (
        "computer_key",
        "ada@example.com",
        "portal",
        "ada",
    )


def test_a_refused_activation_mails_nothing_and_keeps_what_was_typed(vendor, desk, machine):
    vendor.change(machine.activation_key, licenses.suspend)
    answer = activate(desk, machine, computer_name="LAB-PC-07", email="a@b.example", mails_key="1", notes="n")
    assert answer.status_code == 403
    assert "This license is on hold." in answer.text
    for kept in (machine.computer_id.text, "LAB-PC-07", "a@b.example"):
        assert kept in answer.text
    assert is_open(answer.text, "activate")
    assert mails() == []


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("computer_id", "", "Type the computer ID."),
        ("email", "nobody", "Enter the customer’s email address"),
        ("notes", "n" * 2001, "Use up to"),
        ("computer_name", "PC\u202e7", "computer name"),
    ],
)
def test_what_is_malformed_is_named_beside_its_field(desk, machine, field, value, sentence):
    answer = desk.post(f"{LICENSE}/activate", **({"computer_id": machine.computer_id.text} | {field: value}))
    assert answer.status_code == 400
    assert sentence in answer.text.split(f'id="activate-{field}-fault"')[1]


def test_a_mistyped_computer_id_is_offered_repaired_and_taken_by_one_press(vendor, desk, machine):
    typed = machine.computer_id.text[:-2] + "??"
    answer = desk.post(f"{LICENSE}/activate", computer_id=typed)
    assert answer.status_code == 400
    take = re.search(r'name="take" value="([^"]+)"', answer.text)[1]
    assert take == f"computer_id={machine.computer_id.text}"
    page = desk.post(f"{LICENSE}/activate", computer_id=typed, take=take)
    assert key_in(page.text) == vendor.activate(machine).computer_key


def test_the_license_file_is_that_of_the_activation(desk, machine):
    activate(desk, machine)
    answer = desk.post(f"{LICENSE}/license-file", computer_id=machine.computer_id.text)
    name = f"demo-cad-{machine.computer_id.text[-5:]}.lic"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    binding = Binding("demo-cad", machine.activation_key, machine.computer_id)
    key = machine.profile.epochs[0].license_file_key
    assert read_license_file(answer.text, binding, key).computer_name is None


def test_the_right_code_frees_the_seat_and_proves_it(vendor, desk, machine):
    vendor.activate(machine)
    assert "Recorded as released, verified." in release(desk, machine).text
    assert vendor.seats_used(machine.activation_key) == 0
    again = release(desk, machine)
    assert again.status_code == 200
    assert "was already released" in again.text
    assert vendor.seats_used(machine.activation_key) == 0


def test_a_mistyped_code_is_repaired_where_the_commitment_verifies(vendor, desk, machine):
    vendor.activate(machine)
    assert "Recorded as released, verified." in release(desk, machine, "?" + machine.code.text[1:]).text


def test_the_code_of_another_machine_license_or_earlier_activation_is_refused(vendor, desk, machine):
    vendor.activate(machine)
    others = [
        vendor.machine(machine.activation_key, "OTHER"),
        vendor.machine(vendor.issue(), "LAB-PC-07"),
        vendor.machine(machine.activation_key, "LAB-PC-07"),
    ]
    for other in others:
        answer = release(desk, machine, other.code.text)
        assert answer.status_code == 400
        assert "doesn’t match this activation" in answer.text
        assert machine.computer_id.text in answer.text
    assert vendor.seats_used(machine.activation_key) == 1
    # Written once an hour, and counted.
    refused = [(event.event, event.who, event.code) for event in refused_events()]
    assert refused == [("release_refused", "ada", "wrong_deactivation_code")]


@pytest.mark.thorough
def test_wrong_codes_are_counted_for_staff_too_but_apart_from_strangers(vendor, desk, machine):
    vendor.activate(machine)
    other = vendor.machine(machine.activation_key, "OTHER").code.text
    answers = [release(desk, machine, other).status_code for _ in range(PER_LICENSE + 1)]
    assert answers == [400] * PER_LICENSE + [429]
    assert release(desk, machine).status_code == 429
    grace = staff(vendor, "grace", Role.SUPPORT)
    assert release(grace, machine).status_code == 429
    stranger = Visitor(vendor.app.test_client())
    stranger.get("/self-help/deactivate")
    answer = stranger.post(
        "/self-help/deactivate",
        activation_key=machine.activation_key.text,
        computer_id=machine.computer_id.text,
        code=machine.code.text,
    )
    assert answer.status_code == 200


def test_a_release_by_force_wants_a_reason_and_keeps_it(vendor, desk, machine):
    vendor.activate(machine)
    path, computer_id = f"{LICENSE}/force-release", machine.computer_id.text
    answer = desk.post(path, computer_id=computer_id, reason="  ")
    assert answer.status_code == 400
    assert "Give a reason" in answer.text.split('id="force-reason-fault"')[1]
    assert vendor.seats_used(machine.activation_key) == 1
    page = desk.post(path, computer_id=computer_id, reason="the mainboard died")
    assert "Recorded as released without a code." in page.text
    with transaction() as session:
        ended = session.scalars(select(Activation)).one()
    assert (ended.ended_how, ended.ended_by, ended.reason) == ("forced", "ada", "the mainboard died")
    assert [event.detail for event in events("released_forced")] == [{"reason": "the mainboard died"}]


def test_support_releases_with_a_code_but_not_by_force(vendor, machine):
    vendor.activate(machine)
    sam = staff(vendor, "sam", Role.SUPPORT)
    answer = sam.post(f"{LICENSE}/force-release", computer_id=machine.computer_id.text, reason="please")
    assert answer.status_code == 403
    assert "doesn’t let you release seats without a code" in answer.text
    assert vendor.seats_used(machine.activation_key) == 1
    assert "verified" in release(sam, machine).text


def test_a_pasted_link_opens_the_license_with_the_dialog_filled(vendor, desk, machine):
    link = scan_url("https://keys.example.com", machine.activation_token)
    page = desk.post("/portal/link", link=f"  {link[:60]}\n{link[60:]} ").text
    assert machine.activation_key.text in page
    assert is_open(page, "activate")
    dialog = dialog_in(page, "activate")
    assert machine.computer_id.text in dialog
    assert "LAB-PC-07" in dialog
    assert vendor.seats_used(machine.activation_key) == 0
    page = desk.post("/portal/link", link=machine.deactivation_token.lower()).text
    assert is_open(page, "release")
    assert machine.code.text in dialog_in(page, "release")


@pytest.mark.parametrize("page", ["license", "computer"])
def test_all_codes_of_a_pasted_link_are_tried(vendor, desk, page):
    """What the wizard has was scanned on, and the key for that was never typed in."""
    machine = vendor.machine(vendor.issue())
    vendor.activate(machine)
    delivered, unseen = machine.continuing(), machine.continuing()
    vendor.activate(delivered)
    link = scan_url("https://keys.example.com", unseen.deactivation_token_with(machine, delivered))
    with reading() as session:
        number = session.scalars(select(Activation.id).order_by(Activation.id.desc())).first()
        of_license = session.get_one(Activation, number).license_id
    if page == "computer":
        desk.post(f"/portal/computers/{number}/release", code=link)
    else:
        address = f"/portal/licenses/{of_license}/release"
        filled = form_in(desk.post(address, computer_id="", code=link), address)
        assert vendor.seats_used(machine.activation_key) == 1
        desk.post(address, **filled.values)
    assert vendor.seats_used(machine.activation_key) == 0


def test_a_link_in_the_place_of_a_computer_id_fills_the_dialog_and_does_nothing_yet(vendor, desk, machine):
    link = scan_url("https://keys.example.com", machine.activation_token)
    other = vendor.issue()
    page = desk.post("/portal/licenses/2/activate", computer_id=link).text
    assert other.text not in page
    assert is_open(page, "activate")
    assert machine.computer_id.text in dialog_in(page, "activate")
    vendor.activate(machine)
    page = desk.post(f"{LICENSE}/release", computer_id=machine.deactivation_token, code="").text
    assert is_open(page, "release")
    assert machine.code.text in dialog_in(page, "release")
    assert vendor.seats_used(machine.activation_key) == 1


@pytest.mark.parametrize(
    ("link", "sentence"),
    [("", "QR code is incomplete"), ("https://example.com/", "QR code is incomplete"), ("A#" + "A" * 60, "")],
)
def test_a_link_that_is_none_is_named_beside_its_field(vendor, desk, link, sentence):
    answer = desk.post("/portal/link", link=link)
    assert answer.status_code in (400, 404)
    assert sentence in answer.text
    assert "Link from the wizard" in answer.text


def test_a_link_that_was_altered_is_refused(vendor, desk, machine):
    token = machine.activation_token
    answer = desk.post("/portal/link", link=token[:-1] + ("0" if token[-1] != "0" else "1"))
    assert answer.status_code == 400
    assert "was changed" in answer.text


def test_an_operation_from_a_form_that_is_stale_keeps_what_was_typed(vendor, desk, machine):
    answer = activate(desk, machine, csrf_token="stale")
    assert answer.status_code == 400
    assert machine.computer_id.text in answer.text
    assert "Send it again" in answer.text
    with transaction() as session:
        assert session.scalars(select(func.count()).select_from(Activation)).one() == 0


def test_no_key_and_no_code_gets_into_the_log(vendor, desk, machine, caplog):
    activate(desk, machine)
    release(desk, machine, vendor.machine(machine.activation_key, "OTHER").code.text)
    for secret in (machine.activation_key.text, machine.code.text, machine.computer_id.text):
        assert secret not in caplog.text


def test_a_new_computer_id_on_a_seat_that_is_taken_asks_for_a_reason(vendor, desk, machine):
    vendor.activate(machine)
    anew = vendor.machine(machine.activation_key)
    refused = activate(desk, anew)
    assert refused.status_code == 400
    assert "To replace that, give a reason." in refused.text
    assert 'name="reason"' in refused.text
    assert key_in(activate(desk, anew, reason="The disk died").text) == vendor.activate(anew).computer_key


def test_the_command_line_replaces_with_a_reason_too(vendor, machine, instance):
    vendor.activate(machine)
    anew = vendor.machine(machine.activation_key)
    codes = ("activate", anew.activation_key.text, anew.computer_id.text)
    assert "give a reason" in instance(*codes).stderr
    assert vendor.activate(anew).computer_key in instance(*codes, "--reason", "The disk died").stdout

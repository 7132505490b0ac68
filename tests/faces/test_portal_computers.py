from __future__ import annotations

import csv
import io
import re

import pytest
from sqlalchemy import select

from keyferry.protocol.computer_key import Binding
from keyferry.protocol.license_file import read_license_file
from keyferry.server.core.licensing import license_changes, licenses
from keyferry.server.core.licensing.deactivation import Forced
from keyferry.server.core.models import OutboxMail, Role
from keyferry.server.db import reading
from tests.faces.portal_visitor import dialogs, is_open, staff
from tests.faces.visitor import Reader

pytestmark = pytest.mark.usefixtures("mail_works")

COMPUTER = "/portal/computers/1"


@pytest.fixture
def machine(vendor):
    machine = vendor.machine(vendor.issue(seats=2, customer="ada@example.com"), "LAB-PC-07")
    vendor.activate(machine)
    return machine


def test_computers_are_searched_filtered_and_paged(vendor, desk, machine):
    key = vendor.issue(seats=60)
    for number in range(50):
        vendor.activate(vendor.machine(key, f"PC {number:02}"))
    first = desk.get("/portal/computers").text
    assert "1–50 of 51" in first
    assert "LAB-PC-07" not in first
    assert "LAB-PC-07" in desk.get("/portal/computers?page=2").text
    for search in ("lab-pc", machine.computer_id.text[2:15].replace("-", "")):
        page = desk.get(f"/portal/computers?q={search}").text
        assert "1 activation found" in page
        assert machine.computer_id.text in page
        assert "ada@example.com" in page
    assert "Nothing found" in desk.get("/portal/computers?state=released").text
    assert desk.get("/portal/computers?state=lost&page=x").status_code == 200


def test_computers_are_filtered_by_license_product_way_and_how_they_ended(vendor, desk, machine):
    other = vendor.machine(vendor.issue(), "OTHER-PC")
    vendor.activate(other)
    vendor.release(other, Forced("the disk died"))

    def shown(query: str) -> set[str]:
        page = desk.get(f"/portal/computers?{query}").text
        return {name for name in ("LAB-PC-07", "OTHER-PC") if f'title="{name}"' in page}

    assert shown("") == {"LAB-PC-07", "OTHER-PC"}
    assert shown("license=1") == shown("customer=1") == shown("state=active") == {"LAB-PC-07"}
    assert shown("email=Ada%40Example.com&since=7") == shown("since=7&license=1") == {"LAB-PC-07"}
    assert shown("email=nobody%40example.com") == shown("customer=9") == set()
    assert shown("state=forced") == shown("license=2&state=released") == {"OTHER-PC"}
    assert shown("product=demo-cad&way=command_line") == {"LAB-PC-07", "OTHER-PC"}
    assert shown("product=demo-cad&way=phone") == shown("product=other") == set()
    head = desk.get("/portal/computers").text.split('<nav class="tabs"')[1].split("</nav>")[0]
    assert re.findall(r"<span>(\S+)</span>", head) == ["2", "1", "1", "1", "0"]


def test_the_list_is_a_table_for_a_spreadsheet_as_it_is_filtered(vendor, desk, machine):
    other = vendor.machine(vendor.issue(), "OTHER-PC")
    vendor.activate(other)
    for query, names in (("", ["OTHER-PC", "LAB-PC-07"]), ("?q=lab&way=command_line", ["LAB-PC-07"])):
        text = desk.get(f"/portal/computers.csv{query}").get_data(as_text=True).removeprefix("\ufeff")
        rows = list(csv.DictReader(io.StringIO(text)))
        assert [row["computer name"] for row in rows] == names
    assert rows[0]["computer ID"] == machine.computer_id.text
    assert rows[0]["activation key ends in"] == machine.activation_key.last_group
    assert machine.activation_key.text not in text


def test_a_caller_whose_wizard_says_superseded_is_answered_in_three_clicks(vendor, desk, machine):
    newer = vendor.machine(machine.activation_key, "LAB-PC-07")
    vendor.activate(newer)
    assert 'href="/portal/computers"' in desk.get("/portal/").text
    found = desk.get(f"/portal/computers?q={machine.computer_id.text[:17]}").text
    page = desk.get(re.search(r'row-link" href="([^"]+)"', found)[1]).text
    assert "This computer ID isn’t in use anymore." in page
    assert f'href="/portal/computers/2">{newer.computer_id.text}</a>' in page
    assert "Use the code the License Wizard shows now." in page
    assert "Show computer key" not in page


def test_a_live_computer_shows_its_license_customer_and_what_to_say(vendor, desk, machine):
    page = desk.get(COMPUTER).text
    for words in (
        "This computer is activated.",
        machine.activation_key.text,
        'href="/portal/licenses/1"',
        "ada@example.com",
        "No other activations",
        "Spell its computer ID",
    ):
        assert words in page


def test_the_computer_key_is_shown_again_spelled_and_mailed(vendor, desk, machine):
    answer = desk.post(f"{COMPUTER}/key")
    assert f'data-key="{vendor.activate(machine).computer_key}"' in answer.text
    assert "Spell group" in answer.text
    assert "Email to customer" in answer.text
    answer = desk.post(f"{COMPUTER}/key", email="ada@example.com", mails_key="1")
    assert "Email on its way to ada@example.com" in Reader(answer.text).words
    with reading() as session:
        assert session.scalars(select(OutboxMail)).one().activation_id == 1
    assert vendor.seats_used(machine.activation_key) == 1


def test_the_license_file_is_that_of_the_computer(desk, machine):
    answer = desk.post(f"{COMPUTER}/license-file")
    name = f"demo-cad-LAB-PC-07-{machine.computer_id.text[-5:]}.lic"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    binding = Binding("demo-cad", machine.activation_key, machine.computer_id)
    key = machine.profile.epochs[0].license_file_key
    assert read_license_file(answer.text, binding, key).computer_name == "LAB-PC-07"


def test_a_key_is_refused_on_the_page_with_the_reason(vendor, desk, machine):
    vendor.change(machine.activation_key, licenses.suspend)
    assert "its license is on hold" in desk.get(COMPUTER).text
    answer = desk.post(f"{COMPUTER}/key")
    assert answer.status_code == 403
    assert "This license is on hold." in answer.text
    assert machine.computer_id.text in answer.text


def test_the_right_code_releases_and_a_wrong_one_is_named_beside_its_field(vendor, desk, machine):
    other = vendor.machine(machine.activation_key, "OTHER").code.text
    answer = desk.post(f"{COMPUTER}/release", code=other)
    assert answer.status_code == 400
    assert "doesn’t match this activation" in answer.text.split('id="release-code-fault"')[1]
    assert is_open(answer.text, "release")
    answer = desk.post(f"{COMPUTER}/release", code=machine.code.text)
    assert "Recorded as released, verified." in answer.text
    assert "Its computer ID can’t be used again." in answer.text
    assert vendor.seats_used(machine.activation_key) == 0


def test_a_release_by_force_wants_a_reason_and_shows_who_did_it(vendor, desk, machine):
    answer = desk.post(f"{COMPUTER}/force-release", reason=" ")
    assert answer.status_code == 400
    assert "Give a reason" in answer.text.split('id="force-reason-fault"')[1]
    answer = desk.post(f"{COMPUTER}/force-release", reason="the mainboard died")
    for words in ("Recorded as released without a code.", "the mainboard died", "Portal, <bdi>ada"):
        assert words in answer.text


def test_a_computer_of_a_replaced_activation_key_can_still_be_released(vendor, desk, machine):
    vendor.clock.now = vendor.clock.now.replace(minute=1)
    vendor.change(machine.activation_key, license_changes.replace_key)
    assert "activation key that has since been replaced" in desk.get(COMPUTER).text
    assert desk.post(f"{COMPUTER}/key").status_code == 403
    answer = desk.post(f"{COMPUTER}/release", code=machine.code.text)
    assert "Recorded as released, verified." in answer.text


def test_who_may_only_look_is_offered_nothing_else(vendor, machine):
    viewer = staff(vendor, "vera", Role.VIEWER).get(COMPUTER).text
    assert "Show computer key" not in viewer
    assert dialogs(viewer) == set()
    support = staff(vendor, "sam", Role.SUPPORT).get(COMPUTER).text
    assert 'data-opens="release"' in support
    assert 'data-opens="force"' not in support


def test_no_key_and_no_code_gets_into_the_log(vendor, desk, machine, caplog):
    desk.post(f"{COMPUTER}/key")
    desk.post(f"{COMPUTER}/release", code=vendor.machine(machine.activation_key, "OTHER").code.text)
    for secret in (machine.activation_key.text, machine.code.text, machine.computer_id.text):
        assert secret not in caplog.text

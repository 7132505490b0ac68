from __future__ import annotations

import csv
import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from keyferry.server.core.mail import mails, outbox
from keyferry.server.core.models import Customer, License, OutboxMail, Role
from keyferry.server.db import reading, transaction
from tests.audit_log import events
from tests.conftest import STAFF
from tests.faces.portal_visitor import dialogs, staff

pytestmark = pytest.mark.usefixtures("mail_works")

CUSTOMER = "/portal/customers/1"
EMAIL = "ada@example.com"
NAMED = {"b@example.com": "Ada", "c@example.com": "", "a@example.com": "zoe"}


def dialog(page: str, name: str) -> str:
    """A dialog of a page, with its tag."""
    return re.search(rf'<dialog [^>]*\bid="{name}".*?</dialog>', page, re.DOTALL)[0]


@pytest.fixture
def ada(vendor):
    """A customer with a license and a computer."""
    key = vendor.issue(seats=2, customer=EMAIL)
    vendor.activate(vendor.machine(key, "LAB-PC-07"))
    return key


def test_customers_are_searched_and_paged_with_what_they_hold(vendor, desk, ada):
    for number in range(50):
        vendor.issue(customer=f"buyer-{number:02}@example.com")
    last = desk.get("/portal/customers?page=2").text
    assert EMAIL in last
    assert "1 of 2" in last
    first = desk.get("/portal/customers?sort=email&dir=asc").text
    assert EMAIL in first
    assert 'rel="next"' in first
    assert "buyer-49@" in desk.get("/portal/customers?sort=email&dir=asc&page=2").text
    page = desk.get("/portal/customers?q=ADA@").text
    assert "1 customer found" in page
    assert "No customers found" in desk.get("/portal/customers?q=nobody").text


def test_customers_are_sorted_by_when_they_came_their_address_and_their_name(vendor, desk):
    for place, (email, name) in enumerate(NAMED.items()):
        vendor.issue(customer=email)
        desk.post(f"/portal/customers/{place + 1}/edit", email=email, name=name)

    def order(query: str) -> list[str]:
        return re.findall(r'data-copy="([^"]+@[^"]+)"', desk.get(f"/portal/customers{query}").text)

    came = list(NAMED)
    assert order("") == order("?sort=last&dir=desc") == order("?sort=added&dir=desc") == came[::-1]
    assert order("?sort=added&dir=asc") == came
    assert order("?sort=email&dir=asc") == sorted(came)
    # Who has no name comes last either way.
    assert order("?sort=name&dir=asc") == ["b@example.com", "a@example.com", "c@example.com"]
    assert order("?sort=name&dir=desc") == ["a@example.com", "b@example.com", "c@example.com"]


def test_views_show_whose_license_ends_soon_and_whose_email_failed(vendor, ada):
    now = vendor.clock.now
    today = now.date()
    for email, days in (("soon@example.com", 12), ("later@example.com", 31), ("over@example.com", 1)):
        vendor.issue(customer=email, expires=today + timedelta(days=days))
    with transaction() as session:
        row = outbox.post(
            session, mails.license_keys(EMAIL, held=[]), keyring=vendor.keyring, by=STAFF, now=now
        )
        row.next_try_at, row.kept_until = None, now + timedelta(days=20)
    vendor.clock.pass_days(2)
    desk = staff(vendor)
    page = desk.get("/portal/customers").text
    assert re.findall(r"Ends in 30 days <span>(\d+)<", page) == ["2"]
    assert re.findall(r"Email failed <span>(\d+)<", page) == ["1"]
    ending = desk.get("/portal/customers?view=ending").text
    assert ("soon@example.com" in ending, "later@example.com" in ending) == (True, True)
    assert "in 10 days" in ending
    assert "over@example.com" not in ending
    assert "yesterday" in page
    failed = desk.get("/portal/customers?view=email_failed").text
    assert EMAIL in failed
    assert "soon@example.com" not in failed
    assert "No customers found" in desk.get("/portal/customers?view=ending&q=ada@").text


def test_a_view_shows_who_has_no_free_seat(vendor):
    full, half, none = (f"{name}@example.com" for name in ("full", "half", "none"))
    for email, seats in ((full, 1), (full, 1), (half, 1), (half, 2), (none, 1)):
        key = vendor.issue(customer=email, seats=seats)
        if email != none:
            vendor.activate(vendor.machine(key))
    desk = staff(vendor)
    assert re.findall(r"Full <span>(\d+)<", desk.get("/portal/customers").text) == ["1"]
    page = desk.get("/portal/customers?view=full").text
    assert (full in page, half in page, none in page) == (True, False, False)
    [_, row] = csv.reader(desk.post("/portal/customers/export?view=full").text.splitlines())
    assert row[0] == full
    for email in (half, none):
        assert "No customers found" in desk.get(f"/portal/customers?view=full&q={email}").text


def test_filters_ask_for_a_license_and_say_what_they_let_through(vendor):
    today = vendor.clock.now.date()
    vendor.issue(customer="quiet@example.com", expires=today + timedelta(days=80))
    vendor.clock.pass_days(10)
    vendor.issue(customer="late@example.com", expires=today + timedelta(days=200))
    vendor.issue(customer="never@example.com")
    desk = staff(vendor)

    def found(query: str) -> set[str]:
        page = desk.get(f"/portal/customers?{query}").text
        people = set(re.findall(r'data-copy="(\w+)@example.com"', page))
        [_, *rows] = csv.reader(desk.post(f"/portal/customers/export?{query}").text.splitlines())
        assert {row[0].partition("@")[0] for row in rows} == people
        return people

    every = {"quiet", "late", "never"}
    assert found("") == found("product=demo-cad") == found("ends=7&since=often") == every
    assert found("product=other") == found("ends=30") == set()
    assert found("ends=90") == {"quiet"}
    assert found("ends=365") == {"quiet", "late"}
    assert found(f"ends_by={today + timedelta(days=200)}") == {"quiet", "late"}
    assert found("since=7") == {"late", "never"}
    assert found("since=7&ends=365&product=demo-cad&q=late") == {"late"}
    page = desk.get("/portal/customers?since=7&ends=365&sort=name&dir=asc&page=3").text
    chips = re.findall(r'<a class="chip on" href="([^"]*)">.*?<bdi>(.*?)</bdi>', page)
    assert chips == [
        ("/portal/customers?since=7&amp;sort=name&amp;dir=asc", "Ends in 365 days"),
        ("/portal/customers?ends=365&amp;sort=name&amp;dir=asc", "Event in the last 7 days"),
    ]
    assert "1 customer found." in page
    # A view that is a filter, too, is taken back there.
    page = desk.get("/portal/customers?view=ending").text
    assert '<a class="chip on" href="/portal/customers">' in page
    assert "Remove a filter to see more" in desk.get("/portal/customers?product=other").text
    # One that is on leaves the others to be chosen.
    page = desk.get("/portal/customers?product=demo-cad").text
    assert re.findall(r'<summary class="chip">.*?</svg> (.*?)</summary>', page) == ["Ends", "Last event"]
    assert "Remove a filter to see more" not in page


def test_a_customer_is_listed_with_when_something_last_happened(vendor, ada):
    vendor.clock.pass_days(1)
    row = staff(vendor).get("/portal/customers").text.split("<tbody>")[1]
    assert 'title="Nov 24, 2026, 12:00 UTC">yesterday</time>' in row


def test_a_list_comes_as_a_table_and_the_audit_keeps_who_took_it(vendor, desk, ada):
    vendor.issue(seats=3, customer="=cmd@example.com", expires=vendor.clock.now.date())
    answer = desk.post("/portal/customers/export")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="customers-2026-11-24.csv"'
    rows = list(csv.reader(answer.text.removeprefix("\ufeff").splitlines()))
    head, last = ["email", "name", "licenses", "seats", "seats_used", "next_end"], "2026-11-24T12:00:00"
    assert rows[0] == [*head, "added", "last_event (UTC)"]
    assert rows[1:] == [
        [EMAIL, "", "1", "2", "1", "", "2026-11-24", last],
        # A spreadsheet would take it for a formula.
        ["'=cmd@example.com", "", "1", "3", "0", "2026-11-24", "2026-11-24", last],
    ]
    [_, row] = csv.reader(desk.post("/portal/customers/export?q=ada@").text.splitlines())
    assert row[0] == EMAIL
    [_, row] = csv.reader(desk.post("/portal/customers/export?view=ending").text.splitlines())
    assert row[0] == "'=cmd@example.com"
    assert [event.detail["customers"] for event in events("customers_exported")] == [2, 1, 1]
    assert "2 customers" in desk.get("/portal/audit").text


def test_the_page_of_a_customer_shows_licenses_computers_mail_and_notes(vendor, desk, ada):
    desk.post(f"{CUSTOMER}/edit", email=EMAIL, name="Ada Lovelace", notes="likes\nmathematics")
    desk.post("/portal/computers/1/key", email=EMAIL, mails_key="1")
    page = desk.get(CUSTOMER).text
    for words in (ada.text, "LAB-PC-07", "Ada Lovelace", "likes\nmathematics", "Computer key for", "Waiting"):
        assert words in page


def test_what_became_of_a_mail_is_shown(vendor, desk, ada):
    now = vendor.clock.now
    with transaction() as session:
        mail = mails.license_keys(EMAIL, held=[])
        rows = [outbox.post(session, mail, keyring=vendor.keyring, by=STAFF, now=now) for _ in range(4)]
        rows[0].delivered_at, rows[0].next_try_at = now, None
        rows[1].next_try_at, rows[1].trouble = None, "The mail server knows no such address."
        rows[2].trouble = "The mail server does not answer."
    page = desk.get(CUSTOMER).text
    for words in ("Sent", "Failed.", "Waiting to be sent", "knows no such address.", "Next try"):
        assert words in page


def test_a_customer_is_changed_and_what_is_wrong_is_named_beside_its_field(vendor, desk, ada):
    vendor.issue(customer="grace@example.com")
    answer = desk.post(f"{CUSTOMER}/edit", email="grace@example.com", name="Ada", notes="kept")
    assert answer.status_code == 409
    sentence = "Another customer already has this email address. Merge this customer into that one instead."
    assert sentence in answer.text.split('id="edit-email-fault"')[1]
    assert "data-opened" in dialog(answer.text, "edit").partition(">")[0]
    assert "kept" in answer.text
    answer = desk.post(f"{CUSTOMER}/edit", email=EMAIL, name="n" * 101)
    assert "up to 100 visible" in answer.text.split('id="edit-name-fault"')[1]
    answer = desk.post(f"{CUSTOMER}/edit", email="countess@example.com", name="Ada", notes="")
    assert answer.status_code == 302
    assert "countess@example.com" in desk.get(answer.location).text
    audit = desk.get("/portal/audit").text
    assert "countess@example.com: email, name" in audit
    assert EMAIL not in audit


def test_a_merge_is_counted_first_and_done_when_agreed(vendor, desk, ada):
    vendor.issue(customer="countess@example.com")
    answer = desk.post(f"{CUSTOMER}/merge-preview", email="Countess@example.com")
    asked = dialog(answer.text, "merge")
    for words in ("data-opened", "countess@example.com", "1 license with 1 of 2 seats in use"):
        assert words in asked
    with reading() as session:
        assert session.get(Customer, 1) is not None
    answer = desk.post(f"{CUSTOMER}/merge", email="countess@example.com")
    page = desk.get(answer.location).text
    assert "Customers merged. 1 license moved here" in page
    assert ada.text in page
    assert desk.get(CUSTOMER).status_code == 404
    assert "customer 1 into countess@example.com, 1 license" in desk.get("/portal/audit").text


@pytest.mark.parametrize("operation", ["merge-preview", "merge"])
def test_a_merge_with_nobody_is_named_beside_its_field(desk, ada, operation):
    for email, status in ((EMAIL, 409), ("nobody@example.com", 404), ("x", 400)):
        answer = desk.post(f"{CUSTOMER}/{operation}", email=email)
        assert answer.status_code == status
        assert 'id="merge-email-fault"' in answer.text


def test_a_deletion_says_what_goes_and_leaves_the_licenses(vendor, desk, ada):
    page = desk.get(CUSTOMER).text
    for words in ("Deleted permanently", "the names of their computers", "The licenses stay"):
        assert words in page
    answer = desk.post(f"{CUSTOMER}/delete")
    assert "Customer deleted." in desk.get(answer.location).text
    assert desk.get(CUSTOMER).status_code == 404
    page = desk.get("/portal/licenses/1").text
    assert ada.text in page
    assert EMAIL not in page
    assert "LAB-PC-07" not in page
    audit = desk.get("/portal/audit").text
    assert "Customer deleted" in audit
    assert "customer 1, 1 license" in audit
    assert EMAIL not in audit
    [event] = events("customer_deleted")
    assert (event.who, event.channel) == ("ada", "portal")
    with reading() as session:
        assert session.scalars(select(License.customer_id)).one() is None


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.VIEWER])
def test_only_who_may_change_customers_is_offered_it(vendor, ada, role):
    desk = staff(vendor, role=role)
    page = desk.get(CUSTOMER).text
    assert EMAIL in page
    assert dialogs(page) == set()
    assert "Danger zone" not in page
    assert "Download" not in page
    assert ("Email all keys" in page) == (role is Role.SUPPORT)


def test_all_keys_of_a_customer_are_emailed_to_them(vendor, desk, ada):
    answer = desk.post(f"{CUSTOMER}/mail-keys")
    page = desk.get(answer.location).text
    assert "The email with all keys is on its way." in page
    assert "License keys" in page
    with reading() as session:
        [mail] = session.scalars(select(OutboxMail))
        assert (mail.recipient, mail.template) == (EMAIL, "license_keys")
    [event] = events("license_keys_asked_for")
    assert (event.who, event.detail) == ("ada", {"customer": 1})


def test_all_that_is_stored_about_a_customer_comes_as_one_file(vendor, desk, ada):
    desk.post(f"{CUSTOMER}/edit", email=EMAIL, name="Ada Lovelace", notes="")
    answer = desk.post(f"{CUSTOMER}/data")
    disposition = 'attachment; filename="customer-Ada-Lovelace-2026-11-24.json"'
    assert answer.headers["Content-Disposition"] == disposition
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.mimetype == "application/json"
    written = json.loads(answer.text)
    assert [row["activation_key"] for row in written["licenses"]] == [ada.text]
    assert [row["computer_name"] for row in written["computers"]] == ["LAB-PC-07"]
    assert "Customer’s data downloaded" in desk.get("/portal/audit").text
    assert desk.get(f"{CUSTOMER}/data").status_code == 405
    assert desk.post("/portal/customers/7/data").status_code == 404


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.VIEWER])
def test_the_data_of_a_customer_is_for_who_may_change_customers(vendor, ada, role):
    answer = staff(vendor, role=role).post(f"{CUSTOMER}/data")
    assert answer.status_code == 403
    assert EMAIL not in answer.text
    assert [event.who for event in events("permission_refused")] == ["ada"]


@pytest.mark.parametrize("name", ["edit", "merge", "delete"])
def test_a_dialog_opens_without_scripts_as_the_page_says_it_is_now(vendor, desk, ada, name):
    page = desk.get(f"{CUSTOMER}?dialog={name}").text
    assert " open" in dialog(page, name).partition(">")[0]
    if name == "edit":
        assert EMAIL in dialog(page, name)
    viewer = staff(vendor, "eve", Role.VIEWER)
    assert dialogs(viewer.get(f"{CUSTOMER}?dialog={name}").text) == set()


def test_the_computers_of_a_customer_are_listed_by_that(vendor, desk, ada):
    vendor.activate(vendor.machine(vendor.issue(customer="grace@example.com"), "OTHER-PC"))
    asked = re.search(r'href="(/portal/computers\?[^"]+)"', desk.get(CUSTOMER).text)[1]
    page = desk.get(asked.replace("&amp;", "&")).text
    assert "LAB-PC-07" in page
    assert "OTHER-PC" not in page

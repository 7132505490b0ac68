from __future__ import annotations

import pytest
from sqlalchemy import select

from keyferry.server.core.mail import mails, outbox
from keyferry.server.core.models import Customer, License, Role
from keyferry.server.db import reading, transaction
from tests.audit_log import events
from tests.conftest import STAFF
from tests.faces.portal_visitor import dialogs, staff

pytestmark = pytest.mark.usefixtures("mail_works")

CUSTOMER = "/portal/customers/1"
EMAIL = "ada@example.com"


@pytest.fixture
def ada(vendor):
    """A customer with a license and a computer."""
    key = vendor.issue(seats=2, customer=EMAIL)
    vendor.activate(vendor.machine(key, "LAB-PC-07"))
    return key


def test_customers_are_searched_and_paged_with_what_they_hold(vendor, desk, ada):
    for number in range(50):
        vendor.issue(customer=f"buyer-{number:02}@example.com")
    first = desk.get("/portal/customers").text
    assert EMAIL in first
    assert "1 of 2" in first
    assert "Page 1 of 2" in first
    assert "buyer-49@" in desk.get("/portal/customers?page=2").text
    page = desk.get("/portal/customers?q=ADA@").text
    assert "1 customer found" in page
    assert "No customers found" in desk.get("/portal/customers?q=nobody").text


def test_the_page_of_a_customer_shows_licenses_computers_mail_and_notes(vendor, desk, ada):
    desk.post(f"{CUSTOMER}/edit", email=EMAIL, name="Ada Lovelace", notes="likes\nmathematics")
    desk.post("/portal/computers/1/key", email=EMAIL, mails_key="1")
    page = desk.get(CUSTOMER).text
    for words in (ada.text, "LAB-PC-07", "Ada Lovelace", "likes\nmathematics", "Computer key", "waiting"):
        assert words in page


def test_what_became_of_a_mail_is_shown(vendor, desk, ada):
    now = vendor.clock.now
    with transaction() as session:
        mail = mails.license_keys(EMAIL, held=[])
        rows = [outbox.post(session, mail, keyring=vendor.keyring, by=STAFF, now=now) for _ in range(3)]
        rows[0].delivered_at, rows[0].next_try_at = now, None
        rows[1].next_try_at, rows[1].trouble = None, "The mail server knows no such address."
        rows[2].trouble = "The mail server does not answer."
    page = desk.get(CUSTOMER).text
    for words in (", sent ", ", failed", ", waiting", "knows no such address.", "Next try"):
        assert words in page


def test_a_customer_is_changed_and_what_is_wrong_is_named_beside_its_field(vendor, desk, ada):
    vendor.issue(customer="grace@example.com")
    answer = desk.post(f"{CUSTOMER}/edit", email="grace@example.com", name="Ada", notes="kept")
    assert answer.status_code == 409
    sentence = "Another customer already has this email address. Merge this customer into that one instead."
    assert sentence in answer.text.split('id="edit-email-fault"')[1]
    assert 'id="edit" aria-labelledby="edit-customer-title" data-opened' in answer.text
    assert "kept" in answer.text
    answer = desk.post(f"{CUSTOMER}/edit", email=EMAIL, name="n" * 101)
    assert "up to 100 visible" in answer.text.split('id="edit-name-fault"')[1]
    answer = desk.post(f"{CUSTOMER}/edit", email="countess@example.com", name="Ada", notes="")
    assert answer.status_code == 302
    assert "countess@example.com" in desk.get(answer.location).text


def test_a_merge_is_counted_first_and_done_when_agreed(vendor, desk, ada):
    vendor.issue(customer="countess@example.com")
    answer = desk.post(f"{CUSTOMER}/merge-preview", email="Countess@example.com")
    dialog = answer.text.split('<dialog id="merge"')[1].split("</dialog>")[0]
    for words in ("data-opened", "countess@example.com", "1 license with 1 of 2 seats in use"):
        assert words in dialog
    with reading() as session:
        assert session.get(Customer, 1) is not None
    answer = desk.post(f"{CUSTOMER}/merge", email="countess@example.com")
    page = desk.get(answer.location).text
    assert "Customers merged. 1 license moved here" in page
    assert ada.text in page
    assert desk.get(CUSTOMER).status_code == 404


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
    assert "number 1, 1 license" in audit
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

from __future__ import annotations

import pytest
from sqlalchemy import select

from keyferry.server.core.mail import mails, outbox
from keyferry.server.core.models import AuditEvent, Customer, License, OutboxMail, Role
from keyferry.server.db import reading, transaction
from tests.conftest import STAFF
from tests.faces.portal_visitor import Visitor, dialogs, staff

pytestmark = pytest.mark.usefixtures("mail_works")

CUSTOMER = "/portal/customers/1"
EMAIL = "ada@example.com"


@pytest.fixture
def visitor(vendor) -> Visitor:
    return staff(vendor)


@pytest.fixture
def ada(vendor):
    """A customer with a license and a computer."""
    key = vendor.issue(seats=2, customer=EMAIL)
    vendor.activate(vendor.machine(key, "LAB-PC-07"))
    return key


def test_a_list_without_customers_says_where_they_come_from(visitor):
    assert "No customers yet" in visitor.get("/portal/customers").text


def test_customers_are_searched_and_paged_with_what_they_hold(vendor, visitor, ada):
    for number in range(50):
        vendor.issue(customer=f"buyer-{number:02}@example.com")
    first = visitor.get("/portal/customers").text
    assert EMAIL in first
    assert "1 of 2" in first
    assert "Page 1 of 2" in first
    assert "buyer-49@" in visitor.get("/portal/customers?page=2").text
    page = visitor.get("/portal/customers?q=ADA@").text
    assert "1 customer found" in page
    assert "No customers found" in visitor.get("/portal/customers?q=nobody").text


def test_the_page_of_a_customer_shows_licenses_computers_mail_and_notes(vendor, visitor, ada):
    visitor.get(CUSTOMER)
    visitor.post(f"{CUSTOMER}/edit", email=EMAIL, name="Ada Lovelace", notes="likes\nmathematics")
    visitor.post("/portal/computers/1/key", email=EMAIL, mails_key="1")
    page = visitor.get(CUSTOMER).text
    for words in (ada.text, "LAB-PC-07", "Ada Lovelace", "likes\nmathematics", "Computer key", "waiting"):
        assert words in page


def test_what_became_of_a_mail_is_told(vendor, visitor, ada):
    now = vendor.clock.now
    with transaction() as session:
        mail = mails.license_keys(EMAIL, held=[])
        rows = [outbox.post(session, mail, keyring=vendor.keyring, by=STAFF, now=now) for _ in range(3)]
        rows[0].delivered_at, rows[0].next_try_at = now, None
        rows[1].next_try_at, rows[1].trouble = None, "The mail server knows no such address."
        rows[2].trouble = "The mail server does not answer."
    page = visitor.get(CUSTOMER).text
    for words in (", sent ", ", failed", ", waiting", "knows no such address.", "Next try"):
        assert words in page


def test_a_customer_is_changed_and_what_is_wrong_is_told_beside_its_field(vendor, visitor, ada):
    vendor.issue(customer="grace@example.com")
    answer = visitor.post(f"{CUSTOMER}/edit", email="grace@example.com", name="Ada", notes="kept")
    assert answer.status_code == 409
    assert "Another customer already has this email address" in answer.text.split('id="edit-email-fault"')[1]
    assert 'id="edit" aria-labelledby="edit-customer-title" data-opened' in answer.text
    assert "kept" in answer.text
    answer = visitor.post(f"{CUSTOMER}/edit", email=EMAIL, name="n" * 101)
    assert "up to 100 visible" in answer.text.split('id="edit-name-fault"')[1]
    answer = visitor.post(f"{CUSTOMER}/edit", email="countess@example.com", name="Ada", notes="")
    assert answer.status_code == 302
    assert "countess@example.com" in visitor.get(answer.location).text


def test_a_merge_is_counted_first_and_done_when_agreed(vendor, visitor, ada):
    vendor.issue(customer="countess@example.com")
    answer = visitor.post(f"{CUSTOMER}/merge-preview", email="Countess@example.com")
    dialog = answer.text.split('<dialog id="merge"')[1].split("</dialog>")[0]
    for words in ("data-opened", "countess@example.com", "1 license with 1 of 2 seats in use"):
        assert words in dialog
    with reading() as session:
        assert session.get(Customer, 1) is not None
    answer = visitor.post(f"{CUSTOMER}/merge", email="countess@example.com")
    page = visitor.get(answer.location).text
    assert "Customers merged. 1 license moved here" in page
    assert ada.text in page
    assert visitor.get(CUSTOMER).status_code == 404


@pytest.mark.parametrize("operation", ["merge-preview", "merge"])
def test_a_merge_with_nobody_is_told_beside_its_field(visitor, ada, operation):
    for email, status in ((EMAIL, 409), ("nobody@example.com", 404), ("x", 400)):
        answer = visitor.post(f"{CUSTOMER}/{operation}", email=email)
        assert answer.status_code == status
        assert 'id="merge-email-fault"' in answer.text


def test_a_deletion_says_what_goes_and_leaves_the_licenses(vendor, visitor, ada):
    page = visitor.get(CUSTOMER).text
    for words in ("Deleted permanently", "the names of their computers", "The licenses stay"):
        assert words in page
    answer = visitor.post(f"{CUSTOMER}/delete")
    assert "Customer deleted." in visitor.get(answer.location).text
    assert visitor.get(CUSTOMER).status_code == 404
    page = visitor.get("/portal/licenses/1").text
    assert ada.text in page
    assert EMAIL not in page
    assert "LAB-PC-07" not in page
    audit = visitor.get("/portal/audit").text
    assert "Customer deleted" in audit
    assert "number 1, 1 license" in audit
    assert EMAIL not in audit
    with reading() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.event == "customer_deleted")).one()
        assert (event.who, event.channel) == ("ada", "portal")
        assert session.scalars(select(License.customer_id)).one() is None


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.VIEWER])
def test_only_who_may_change_customers_is_offered_it(vendor, ada, role):
    visitor = staff(vendor, role=role)
    page = visitor.get(CUSTOMER).text
    assert EMAIL in page
    assert dialogs(page) == set()
    for operation in ("edit", "merge-preview", "merge", "delete"):
        answer = visitor.post(f"{CUSTOMER}/{operation}", email="x@example.com")
        assert answer.status_code == 403
        assert "doesn’t let you change, merge, and delete customers" in answer.text
    with reading() as session:
        assert session.get(Customer, 1).email == EMAIL
        assert session.scalars(select(OutboxMail)).all() == []


def test_a_manager_changes_customers(vendor, ada):
    manager = staff(vendor, role=Role.MANAGER)
    manager.get(CUSTOMER)
    assert manager.post(f"{CUSTOMER}/delete").status_code == 302


def test_names_and_notes_bring_no_markup(visitor, ada):
    visitor.get(CUSTOMER)
    visitor.post(f"{CUSTOMER}/edit", email=EMAIL, name="<b>Ada</b>", notes="<script>alert(1)</script>")
    for path in ("/portal/customers", CUSTOMER):
        page = visitor.get(path).text
        assert "<b>Ada" not in page
        assert "<script>alert" not in page


def test_an_address_with_nonsense_in_it_shows_the_whole_list(visitor, ada):
    assert EMAIL in visitor.get("/portal/customers?page=x&deleted=y").text
    assert visitor.get(f"{CUSTOMER}?moved=x").status_code == 200

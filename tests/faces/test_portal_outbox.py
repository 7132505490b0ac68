"""Unsent email in the portal: what is promised, what waits and why, and what can be sent again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from keyferry.server.core.mail import delivery, mails, outbox
from keyferry.server.core.models import OutboxMail, Role
from keyferry.server.db import reading, transaction
from keyferry.server.parts import EXTENSION, parts
from tests.audit_log import events
from tests.conftest import STAFF
from tests.faces.portal_visitor import staff
from tests.faces.visitor import Reader

EMAIL = "ada@example.com"
TROUBLE = "The mail server in KEYFERRY_SMTP_URL refused the sign-in (535)."
NO_WORKER = "No worker has checked for email yet. Start keyferry worker."


def words(page: str) -> str:
    return Reader(page).words


@pytest.fixture
def machine(vendor):
    machine = vendor.machine(vendor.issue(seats=2, customer=EMAIL))
    vendor.activate(machine)
    return machine


@pytest.fixture
def has_mail_server(app):
    """A mail server is set for this process, and no worker runs."""
    settings = parts().settings.model_copy(update={"smtp_url": "smtp://127.0.0.1"})
    app.extensions[EXTENSION] = replace(parts(), settings=settings)


def given_up(vendor, recipient: str = EMAIL) -> int:
    now = vendor.clock.now
    with transaction() as session:
        mail = mails.license_keys(recipient, held=[])
        number = outbox.post(session, mail, keyring=vendor.keyring, by=STAFF, now=now).id
        outbox.failed(session, outbox.take(session, now), "no such address", now, for_good=True)
    return number


def row(number: int) -> OutboxMail:
    with reading() as session:
        return session.get_one(OutboxMail, number)


def test_without_a_mail_server_no_mail_is_offered_and_none_is_posted(desk, machine):
    page = desk.get("/portal/licenses/1")
    assert 'name="mails_key"' not in page.text
    assert "This server can’t send email, so give the computer key to the customer yourself." in words(
        page.text
    )
    asked = {"computer_id": machine.computer_id.text}
    given = desk.post("/portal/licenses/1/activate", **asked)
    assert "Email to customer" not in given.text
    for path in ("/portal/licenses/1/activate", "/portal/computers/1/key"):
        refused = desk.post(path, **asked, email=EMAIL, mails_key="1")
        assert refused.status_code == 409
        assert "This server can’t send email: no mail server is set. Nothing was done." in words(refused.text)
    assert "Self Help sends the keys" not in desk.get("/portal/customers/1").text
    for path in ("/portal/outbox", "/portal/mails"):
        assert "Set KEYFERRY_SMTP_URL and KEYFERRY_MAIL_FROM" in words(desk.get(path).text)
    with reading() as session:
        assert session.scalars(select(OutboxMail)).all() == []


@pytest.mark.usefixtures("has_mail_server")
def test_a_key_that_is_mailed_while_no_worker_runs_is_said_to_wait_and_why(desk, machine):
    page = desk.get("/portal/licenses/1").text
    assert f"Email is delayed right now. {NO_WORKER}" in words(page)
    answer = desk.post("/portal/computers/1/key", email=EMAIL, mails_key="1").text
    assert f"The email to {EMAIL} is delayed. {NO_WORKER}" in words(answer)
    assert "on its way" not in answer
    assert f"Email is delayed. {NO_WORKER}" in words(desk.get("/portal/customers/1").text)


@pytest.mark.usefixtures("mail_works")
def test_a_key_that_is_mailed_while_nothing_goes_through_is_said_to_wait_and_why(vendor, desk, machine):
    mailing = ("/portal/computers/1/key", {"email": EMAIL, "mails_key": "1"})
    assert f"Email on its way to {EMAIL}" in words(desk.post(mailing[0], **mailing[1]).text)
    with transaction() as session:
        outbox.failed(session, outbox.take(session, vendor.clock.now), TROUBLE, vendor.clock.now)
        delivery.stopped(session, TROUBLE)
    vendor.clock.now += delivery.LATE
    assert f"The email to {EMAIL} is delayed. {TROUBLE}" in words(desk.post(mailing[0], **mailing[1]).text)


@pytest.mark.usefixtures("mail_works")
@pytest.mark.parametrize("role", Role)
def test_the_start_page_leads_administrators_to_mail_that_waits(vendor, machine, role):
    desk = staff(vendor, "other", role)
    with transaction() as session:
        mail = mails.license_keys(EMAIL, held=[])
        outbox.post(session, mail, keyring=vendor.keyring, by=STAFF, now=vendor.clock.now)
    vendor.clock.now += delivery.LATE - timedelta(seconds=1)
    assert "email is waiting" not in desk.get("/portal/").text
    vendor.clock.now += timedelta(minutes=1)
    page = desk.get("/portal/").text
    assert ("1 email is waiting" in words(page)) is (role is Role.ADMINISTRATOR)
    assert ('href="/portal/outbox"' in page.split("<main")[1]) is (role is Role.ADMINISTRATOR)
    assert "No worker has checked for email since" in words(desk.get("/portal/outbox").text)


@pytest.mark.usefixtures("mail_works")
def test_what_was_given_up_is_sent_again_from_the_customer_or_from_the_outbox(vendor, desk, machine):
    first, second, third = (given_up(vendor) for _ in range(3))
    page = desk.get("/portal/customers/1")
    assert "Can be sent again until Dec 8, 2026" in words(page.text)
    path = f"/portal/outbox/{first}/send-again?customer=1"
    assert path in page.text
    answer = desk.post(path)
    assert answer.location.endswith("/portal/customers/1")
    assert "The email will be sent again." in desk.get(answer.location).text
    assert row(first).next_try_at == vendor.clock.now
    refused = desk.post(path)
    assert refused.status_code == 409
    assert "This email can’t be sent again" in words(refused.text)
    page = desk.get("/portal/outbox").text
    assert f"/portal/outbox/{first}/send-again" not in page
    assert f"/portal/outbox/{second}/send-again" in page
    answer = desk.post("/portal/outbox/send-all-again")
    assert "2 emails will be sent again." in desk.get(answer.location).text
    assert row(third).next_try_at == vendor.clock.now
    assert [(event.channel, event.who, event.detail["mail"]) for event in events("mail_queued_again")] == [
        ("portal", "ada", number) for number in (first, second, third)
    ]
    assert "Email queued again" in desk.get("/portal/audit").text


def test_a_viewer_sees_unsent_mail_and_sends_none_again(vendor, machine):
    number, viewer = given_up(vendor), staff(vendor, "eve", Role.VIEWER)
    said = {"/portal/customers/1": "Can be sent again until", "/portal/outbox": "Kept until"}
    for path, failed in said.items():
        page = viewer.get(path).text
        assert failed in words(page)
        assert "send-again" not in page
        assert "send-all-again" not in page
    for path in (f"/portal/outbox/{number}/send-again", "/portal/outbox/send-all-again"):
        assert viewer.post(path).status_code == 403
    assert row(number).next_try_at is None

"""Self Help: license keys by mail, and nothing that shows whether an address is known."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from keyferry.server.core.licensing import licenses
from keyferry.server.core.mail import delivery, mails
from keyferry.server.core.models import Attempt, AuditEvent, OutboxMail
from keyferry.server.db import reading
from keyferry.server.mail import worker
from keyferry.server.services.operations import KEYS_PER_ADDRESS, KEYS_PER_RECIPIENT
from tests.audit_log import events
from tests.faces.visitor import Visitor
from tests.mail_server import mail_server, send_mail, text_of

pytestmark = pytest.mark.usefixtures("mail_works")

KNOWN, UNKNOWN = "ada@example.com", "bob@example.com"


def rows(app) -> dict[str, int]:
    with reading() as session:
        return {
            table.__tablename__: session.scalars(select(func.count()).select_from(table)).one()
            for table in (Attempt, AuditEvent, OutboxMail)
        }


def waiting() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(OutboxMail.recipient).where(OutboxMail.delivered_at.is_(None))))


def asked_by(app, email: str, address: str) -> tuple[str, dict[str, int]]:
    """Ask from an address; return what is answered but for the address typed, and how many rows came."""
    visitor, before = Visitor(app, address=address), rows(app)
    shown = visitor.fill_in("keys", email=email)
    assert shown.status == 200
    added = {name: count - before[name] for name, count in rows(app).items()}
    return shown.answer.text.replace("<wbr>", "").replace(email, "…"), added


def test_the_answer_and_what_is_written_are_the_same_for_a_known_and_an_unknown_address(app, vendor):
    vendor.issue(customer=KNOWN)
    known, unknown = asked_by(app, KNOWN, "192.0.2.1"), asked_by(app, UNKNOWN, "192.0.2.2")
    assert known == unknown
    assert known[1] == {"attempt": 2, "audit_event": 1, "outbox_mail": 1}
    with reading() as session:
        known_row, unknown_row = session.scalars(select(OutboxMail).order_by(OutboxMail.id))
    same = ("template", "license_id", "activation_id", "channel", "who", "tries", "next_try_at")
    assert [getattr(known_row, name) for name in same] == [getattr(unknown_row, name) for name in same]
    # Even who reads along in the database learns nothing from a length.
    assert len(known_row.sealed_text or "") == len(unknown_row.sealed_text or "")
    asked = events("license_keys_asked_for")
    assert {(event.license_id, event.activation_key_ending, event.detail) for event in asked} == {
        (None, None, None)
    }


def test_the_known_address_gets_its_keys_once_the_worker_ran_and_the_other_is_forgotten(app, vendor, clock):
    mine = [vendor.issue(customer=KNOWN, seats=3), vendor.issue(customer=KNOWN, days=30)]
    other = vendor.issue(customer="grace@example.com")
    for email in (f" {KNOWN.upper()} ", UNKNOWN):
        assert Visitor(app).fill_in("keys", email=email).status == 200
    assert waiting() == [KNOWN, UNKNOWN]
    with mail_server() as box:
        assert send_mail(box, clock) == worker.Done(sent=1)
    [mail] = box.mails
    assert (mail["To"], mail["Subject"]) == (KNOWN, "Your license keys")
    text = text_of(mail)
    assert all(key.text in text for key in mine)
    assert other.text not in text
    assert "0 of 1 seat in use · valid for 30 days after first use" in text
    with reading() as session:
        [row] = session.scalars(select(OutboxMail))
    assert (row.recipient, row.sealed_text, row.template) == (KNOWN, None, mails.LICENSE_KEYS_ASKED_FOR)


def test_without_a_mail_server_nothing_is_offered_and_the_page_says_what_to_do_instead(app, visitor, clock):
    form = visitor.open("keys").form
    # A worker that was switched off long ago.
    clock.pass_days(1)
    assert "/self-help/keys" not in visitor.open("").read.links
    for shown in (visitor.open("keys"), visitor.send(form)):
        assert shown.status == 409
        assert "We can’t email your keys" in shown.words
        assert "Look for your activation key in the email that came with your order" in shown.words
        assert shown.read.forms == []
    assert waiting() == []


def test_where_mail_waits_the_answer_says_so_and_the_same_to_everybody(app, vendor, clock):
    vendor.issue(customer=KNOWN)
    clock.now += delivery.LATE + timedelta(seconds=1)
    assert "Email is delayed right now." in Visitor(app).open("keys").words
    known, unknown = asked_by(app, KNOWN, "192.0.2.1"), asked_by(app, UNKNOWN, "192.0.2.2")
    assert known == unknown
    assert "Your email is delayed" in known[0]
    assert "on their way" not in known[0]
    assert waiting() == [KNOWN, UNKNOWN]
    with mail_server() as box:
        assert send_mail(box, clock) == worker.Done(sent=1)
    assert "Check your email" in asked_by(app, KNOWN, "192.0.2.3")[0]


def test_what_was_issued_between_the_question_and_the_mail_is_in_it(app, vendor, visitor, clock):
    visitor.fill_in("keys", email=KNOWN)
    key = vendor.issue(customer=KNOWN)
    with mail_server() as box:
        send_mail(box, clock)
    [mail] = box.mails
    assert key.text in text_of(mail)


def test_a_suspended_license_is_listed_like_the_others(app, vendor, visitor, clock):
    key = vendor.issue(customer=KNOWN)
    vendor.change(key, licenses.suspend)
    visitor.fill_in("keys", email=KNOWN)
    with mail_server() as box:
        send_mail(box, clock)
    assert key.text in text_of(box.mails[0])


@pytest.mark.parametrize(
    "typed", ["", "ada", "ada@", "ada@example.com, bob@example.com", "a@b\r\nBcc: c@d", "a" * 250 + "@b.de"]
)
def test_what_is_no_single_address_is_refused_and_comes_back(visitor, typed):
    shown = visitor.fill_in("keys", email=typed)
    assert (shown.status, shown.form.is_wrong("email")) == (400, True)
    assert shown.form.values["email"].split() == typed.split()
    assert waiting() == []


def test_nobodys_mailbox_is_filled_from_wherever_it_is_asked(app, vendor, clock):
    for number in range(KEYS_PER_RECIPIENT):
        assert Visitor(app, address=f"192.0.2.{number}").fill_in("keys", email=KNOWN).status == 200
    refused = Visitor(app, address="192.0.2.99").fill_in("keys", email=KNOWN.upper())
    assert refused.status == 429
    assert int(refused.answer.headers["Retry-After"]) == 3600
    assert refused.form.values["email"] == KNOWN.upper()
    assert len(waiting()) == KEYS_PER_RECIPIENT
    clock.now += timedelta(hours=1)
    assert Visitor(app, address="192.0.2.99").fill_in("keys", email=KNOWN).status == 200


def test_the_limit_of_a_recipient_says_nothing_of_whether_it_is_known(app, vendor):
    vendor.issue(customer=KNOWN)
    answers = {}
    for email in (KNOWN, UNKNOWN):
        for number in range(KEYS_PER_RECIPIENT + 1):
            shown = Visitor(app, address=f"192.0.2.{number}").fill_in("keys", email=email)
        answers[email] = (shown.status, shown.words)
    assert answers[KNOWN] == answers[UNKNOWN]


def test_nobody_walks_through_a_list_of_addresses(app, vendor):
    asking = Visitor(app)
    for number in range(KEYS_PER_ADDRESS):
        assert asking.fill_in("keys", email=f"{number}@example.com").status == 200
    assert asking.fill_in("keys", email="one-more@example.com").status == 429
    assert Visitor(app, address="198.51.100.1").fill_in("keys", email="one-more@example.com").status == 200


def test_who_holds_very_many_licenses_gets_the_newest_and_reads_that_there_are_more(
    vendor, visitor, clock, monkeypatch
):
    monkeypatch.setattr(mails, "MOST_LISTED", 3)
    keys = [vendor.issue(customer=KNOWN).text for _ in range(3)]
    with mail_server() as box:
        for is_more in (False, True):
            if is_more:
                keys.append(vendor.issue(customer=KNOWN).text)
            visitor.fill_in("keys", email=KNOWN)
            send_mail(box, clock)
            text = box.mails[-1].get_body(("plain",)).get_content()
            assert [key for key in keys if key in text] == keys[-3:]
            assert ("These are your newest 3 of 4 licenses." in text) is is_more

"""`keyferry worker`, in the test's own process and as a real one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from keyferry.server.core import audit, properties
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel, Event
from keyferry.server.core.mail import delivery, outbox
from keyferry.server.core.mail.mails import Mail
from keyferry.server.db import reading, transaction
from keyferry.server.parts import parts, utc_now
from tests.audit_log import events
from tests.conftest import STAFF
from tests.mail_server import Box, mail_server

KEY = "12FX2-EQ05J-FMTPY-NH8Y1-662TY-KYN5Z"


@pytest.fixture
def box(app, monkeypatch) -> Iterator[Box]:
    """A mail server that the environment names."""
    with mail_server() as box:
        monkeypatch.setenv("KEYFERRY_SMTP_URL", box.url)
        monkeypatch.setenv("KEYFERRY_MAIL_FROM", "Example <keys@example.com>")
        yield box


def post(recipient: str = "ada@example.com") -> None:
    mail = Mail("computer_key", recipient, "Your computer key", f"Key: {KEY}\n")
    with transaction() as session:
        outbox.post(session, mail, keyring=parts().keyring, by=STAFF, now=utc_now())


def test_without_a_mail_server_one_line_says_so(instance):
    said = instance("worker", "--once")
    assert (said.exit_code, said.stdout, len(said.stderr.splitlines())) == (1, "", 1)
    assert "set KEYFERRY_SMTP_URL" in said.stderr
    assert instance("worker", "--once", "--json").refusal == "mail_not_configured"


def test_without_email_addresses_are_forgotten_and_no_email_is_promised(instance, vendor):
    with transaction() as session:
        properties.put(session, properties.FORGET_ADDRESSES, "1", by=STAFF, now=utc_now())
    old = By(Channel.PHONE, address="192.0.2.7")
    with transaction() as session:
        audit.record(session, event=Event.ACTIVATION_REFUSED, by=old, now=utc_now() - timedelta(days=2))
    assert instance("worker", "--once", "--without-email").stdout == "Sent 0, postponed 0, failed 0.\n"
    assert [event.address for event in events(Event.ACTIVATION_REFUSED)] == [None]
    with reading() as session:
        assert not delivery.worker_runs(session, utc_now())


def test_once_sends_what_is_due_and_ends(box, instance):
    post()
    said = instance("worker", "--once", "--json")
    assert (said.exit_code, said.stderr) == (0, "")
    assert said.json == {"sent": 1, "put_off": 0, "given_up": 0}
    assert instance("worker", "--once").stdout == "Sent 0, postponed 0, failed 0.\n"
    assert len(box.mails) == 1


def test_a_trouble_is_one_line_without_key_and_recipient(box, instance):
    post()
    box.data_refusals.append(f"554 no {KEY} for ada@example.com")
    said = instance("worker", "--once")
    assert (said.exit_code, len(said.stderr.splitlines())) == (0, 1)
    assert "The mail server in KEYFERRY_SMTP_URL refused the email (554). Next try at " in said.stderr
    assert "12FX2" not in said.stderr
    assert "ada" not in said.stderr

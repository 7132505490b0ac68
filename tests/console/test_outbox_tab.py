"""The tab Email: what waits, what failed and is sent again, alone or with all others, and what was sent."""

import pytest

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.core.licensing import licenses
from keyferry.server.core.mail import mails, outbox
from keyferry.server.core.mail.mails import Mail
from keyferry.server.core.models import OutboxMail, Role
from keyferry.server.db import reading, transaction
from tests.conftest import STAFF
from tests.console.person import LARGE, at_the_console, events

FULL = "The mailbox is full."


@pytest.fixture
def post(vendor, clock):
    """Post a mail to an address, and have of it become what is said."""

    def posted(recipient: str, become: str = "waiting", key: ActivationKey | None = None) -> int:
        code = "12FX2-EQ05J-FMTPY-NH8Y1-662TY-KYN5Z"
        mail: Mail = mails.computer_key(
            recipient, computer_key=code, product_name="Demo CAD", computer_name="LAB-PC-07", expires=None
        )
        with transaction() as session:
            license = licenses.find(session, key) if key else None
            number = outbox.post(
                session, mail, keyring=vendor.keyring, by=STAFF, now=clock.now, license=license
            ).id
        if become != "waiting":
            with transaction() as session:
                taken = outbox.take(session, clock.now)
                if become == "sent":
                    outbox.delivered(session, taken, clock.now)
                else:
                    outbox.failed(session, taken, FULL, clock.now, for_good=True)
        return number

    return posted


def waiting() -> set[str]:
    with reading() as session:
        return {one.recipient for one in session.query(OutboxMail) if one.next_try_at}


async def open_emails(person) -> None:
    while person.app.screen.open != "email":
        await person.press("f8")


@pytest.mark.usefixtures("mail_works")
async def test_what_failed_is_sent_again_and_what_it_is_about_is_opened(vendor, add_operator, post):
    key = vendor.issue(customer="ada@example.com")
    post("sent@example.com", "sent")
    post("ada@example.com", "failed", key)
    async with at_the_console(add_operator(Role.SUPPORT), size=LARGE) as person:
        await open_emails(person)
        assert "State: not sent yet 1 email" in person.sees
        assert "sent@example.com" not in person.sees
        assert f"To ada@example.com State Failed Why {FULL}" in person.sees
        assert "Press s to send it again, until Dec 8, 2026" in person.sees
        await person.press("enter")
        assert person.app.screen.open == "keys"
        assert person.keys_listed == [key.text]
        await open_emails(person)
        await person.press("p")
        assert person.app.screen.open == "customers"
        assert "ada@example.com" in person.app.screen.pane.search.value
        await open_emails(person)
        await person.press("s")
        assert "√ Will be sent again to ada@example.com" in person.sees
        assert "State Waiting" in person.sees
        # What waits already is sent once.
        await person.press("s")
    assert [one.event for one in events()].count("mail_queued_again") == 1
    assert waiting() == {"ada@example.com"}


async def test_all_that_failed_are_sent_again_at_once_after_a_question(vendor, manager, post):
    for name in ("ada", "bob", "eve"):
        post(f"{name}@example.com", "failed")
    async with at_the_console(manager) as person:
        await open_emails(person)
        await person.press("a")
        assert person.step == "SendAllAgain"
        await person.press("escape")
        assert waiting() == set()
        await person.press("a", "enter")
        assert "3 emails will be sent again." in person.sees
    assert waiting() == {"ada@example.com", "bob@example.com", "eve@example.com"}


async def test_mails_are_filtered_and_found_and_a_standstill_is_said(vendor, manager, post):
    post("ada@example.com", "sent")
    post("bob@example.com")
    async with at_the_console(manager) as person:
        await open_emails(person)
        # No worker has ever looked for mail, and no mail server is set here.
        assert "! This server can’t send email because no mail server is set." in person.sees
        seen = [person.sees]
        for _ in range(3):
            await person.press("f")
            seen.append(person.sees)
        assert ["bob@example.com" in one for one in seen] == [True, True, False, True]
        assert ["ada@example.com" in one for one in seen] == [False, False, False, True]
        assert "No email has failed in the last days." in seen[2]
        await person.search("nobody")
        assert "No email was found." in person.sees
        await person.search("ada")
        assert "all · 1" in person.sees


async def test_a_viewer_sees_emails_and_sends_none(vendor, add_operator, post):
    post("ada@example.com", "failed")
    async with at_the_console(add_operator(Role.VIEWER)) as person:
        await open_emails(person)
        assert f"Why {FULL}" in person.sees
        assert "Send again" not in person.lines[-1]
        await person.press("s", "a")
        assert person.step == "Main"
    assert waiting() == set()

"""Keys that are mailed from the console, links that are pasted into it, and guesses at it."""

from datetime import timedelta

import pytest

from keyferry.protocol.request_token import scan_url
from keyferry.server.core.licensing import licenses
from keyferry.server.core.mail import delivery
from keyferry.server.core.models import OutboxMail, Role
from keyferry.server.db import reading, transaction
from keyferry.server.faces.console.widgets.ticks import Tick
from keyferry.server.services import operations
from tests.console.person import at_the_console, events
from tests.console.test_activate_dialog import give, mail_in_the_outbox

pytestmark = pytest.mark.usefixtures("mail_works")


async def test_the_mail_waits_with_the_operation_and_a_license_without_customer_gets_one(vendor, manager):
    key = vendor.issue()
    machine = vendor.machine(key)
    async with at_the_console(manager) as person:
        await person.press("f3")
        await person.paste(machine.computer_id.text)
        person.app.screen.query_one(Tick).focus()
        await person.press("space", "enter")
        assert "Enter the customer’s email address" in person.sees
        await person.fill("email", "Ada@Example.com", "enter")
        assert "The email to ada@example.com is on its way." in person.sees
        await person.press("escape")
        assert "ada@example.com" in person.sees
    mail = mail_in_the_outbox(vendor)
    assert (mail.template, mail.recipient) == ("computer_key", "ada@example.com")
    assert vendor.activate(machine).computer_key in mail.text
    assert mail_in_the_outbox(vendor) is None


async def test_who_may_not_edit_a_license_only_mails_the_key(vendor, add_operator):
    key = vendor.issue()
    machine = vendor.machine(key)
    async with at_the_console(add_operator(Role.SUPPORT)) as person:
        await person.press("f3")
        assert "Email the key to" in person.sees
        assert "Customer email" not in person.sees
        await person.fill("computer-id", machine.computer_id.text)
        person.app.screen.query_one(Tick).focus()
        await person.press("space")
        await person.fill("email", "ada@example.com", "enter")
        assert "The email to ada@example.com is on its way." in person.sees
    assert mail_in_the_outbox(vendor).recipient == "ada@example.com"
    with reading() as session:
        assert licenses.find(session, key).customer is None


async def test_the_key_can_be_mailed_after_it_was_read_out(vendor, manager):
    key = vendor.issue(customer="ada@example.com")
    machine = vendor.machine(key)
    async with at_the_console(manager) as person:
        await give(person, machine.computer_id.text)
        assert mail_in_the_outbox(vendor) is None
        await person.press("m")
        assert person.value("email") == "ada@example.com"
        await person.fill("email", "not an address", "enter")
        assert "Enter the customer’s email address" in person.sees
        await person.fill("email", "it@example.com", "enter")
        assert person.step == "ComputerKey"
        assert "The email to it@example.com is on its way." in person.sees
    assert mail_in_the_outbox(vendor).recipient == "it@example.com"
    assert vendor.seats_used(key) == 1


async def test_a_mail_that_waits_is_said_to_wait_and_why(vendor, manager):
    machine = vendor.machine(vendor.issue(customer="ada@example.com"))
    vendor.clock.now += delivery.LATE + timedelta(seconds=1)
    async with at_the_console(manager) as person:
        await give(person, machine.computer_id.text)
        await person.press("m", "enter")
        assert "The email to ada@example.com is waiting. No worker has checked for email since" in person.sees
    assert mail_in_the_outbox(vendor) is not None


async def test_who_guesses_at_a_license_is_stopped(vendor, manager, monkeypatch):
    monkeypatch.setattr(operations.guard, "PER_LICENSE", 2)
    key, other = vendor.issue(), vendor.issue()
    strangers = [vendor.machine(other, f"PC-{number}").computer_id.text for number in range(3)]
    async with at_the_console(manager) as person:
        await person.search(key.text)
        await person.press("f3")
        for stranger in strangers:
            await person.fill("computer-id", stranger, "enter")
        assert "Too many attempts. Wait 60 min, then try again." in person.sees


async def test_a_link_pasted_into_the_field_fills_it_and_one_of_another_key_says_so(vendor, manager):
    key, other = vendor.issue(), vendor.issue()
    async with at_the_console(manager) as person:
        await person.search(key.text)
        await person.press("f3")
        await person.paste(scan_url("https://keys.example.com", vendor.machine(other).activation_token))
        assert "This link is for another activation key." in person.sees
        machine = vendor.machine(key)
        await person.paste(scan_url("https://keys.example.com", machine.activation_token))
        assert person.value("computer-id") == machine.computer_id.text


async def test_a_new_computer_id_on_a_seat_that_is_taken_asks_for_a_reason(vendor, manager):
    former = vendor.machine(vendor.issue())
    vendor.activate(former)
    machine = vendor.machine(former.activation_key)
    async with at_the_console(manager) as person:
        await person.press("f3")
        assert "Reason" not in person.sees
        await person.paste(machine.computer_id.text, "enter")
        assert "To replace that, give a reason" in " ".join(person.sees.split())
        await person.paste("The computer was reinstalled", "enter")
        assert person.step == "ComputerKey", person.sees
        given = person.app.screen.key.computer_key
    assert given == vendor.activate(machine).computer_key
    [replaced] = [event for event in events() if event.event == "activated_replacement"]
    assert replaced.detail == {"reason": "The computer was reinstalled"}


async def test_an_email_that_failed_is_seen_with_its_customer_and_sent_again(vendor, add_operator, clock):
    vendor.issue(customer="ada@example.com")
    async with at_the_console(add_operator(Role.SUPPORT)) as person:
        await person.press("3", "t")
        assert "No email sent yet." in person.sees
        await person.press("s", "escape", "k", "enter", "escape", "t")
        assert "State Waiting" in person.sees
        with transaction() as session:
            mail = session.query(OutboxMail).one()
            mail.next_try_at, mail.trouble = None, "The mailbox is full."
            mail.kept_until = clock.now + timedelta(days=3)
        await person.press("escape", "t")
        assert "State Failed Why The mailbox is full." in person.sees
        assert "What to do Press s to send it again, until Nov 27, 2026" in person.sees
        await person.press("s")
        assert "The email to ada@example.com is on its way." in person.sees
        assert "Failed" not in person.sees
    assert mail_in_the_outbox(vendor).recipient == "ada@example.com"
    assert events()[-1].event == "mail_queued_again"

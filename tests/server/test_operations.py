"""The operations that Self Help, portal and console share: each is one transaction with its mail."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.computer_key import Binding
from keyferry.protocol.errors import MalformedCode, WrongDeactivationCode
from keyferry.protocol.license_file import read_license_file
from keyferry.server.core.audit import By
from keyferry.server.core.errors import LicenseRefused, LimitReached, Malformed, NotFound
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import licenses
from keyferry.server.core.licensing.deactivation import Code, Forced
from keyferry.server.core.mail import outbox
from keyferry.server.core.mail.mails import Mail
from keyferry.server.core.models import (
    Activation,
    AuditEvent,
    Customer,
    License,
    OutboxMail,
    Role,
)
from keyferry.server.db import reading, transaction
from keyferry.server.parts import parts
from keyferry.server.services import operations
from keyferry.server.services.guard import PER_ADDRESS, PER_LICENSE
from keyferry.server.services.requests import Typed

pytestmark = pytest.mark.engines("sqlite", "postgresql")

pytestmark = pytest.mark.usefixtures("mail_works")

STRANGER = By(Channel.SELF_HELP, address="192.0.2.7")
ADA = By(Channel.PORTAL, "ada", "192.0.2.7", Role.ADMINISTRATOR)
GRACE = By(Channel.CONSOLE, "grace", role=Role.ADMINISTRATOR)


def typed(machine, name: str = "") -> Typed:
    return Typed(machine.activation_key.text, machine.computer_id.text, name)


def wrong(machine) -> Code:
    return Code(replace(machine, secret=b"guess" * 3 + b"!").code)


def mails() -> list[OutboxMail]:
    with reading() as session:
        return list(session.scalars(select(OutboxMail)))


def taken(now) -> Mail:
    with transaction() as session:
        mail = outbox.take(session, now)
    assert mail is not None
    return outbox.opened(mail, parts().keyring)


def customer_of(key: ActivationKey) -> str | None:
    with reading() as session:
        license = licenses.find(session, key)
        return license.customer.email if license.customer else None


@pytest.fixture
def machine(vendor):
    return vendor.machine(vendor.issue())


@pytest.mark.parametrize("vendor", ["short", "signed"], indirect=True)
def test_the_key_is_given_with_its_license_file(vendor, machine):
    given = operations.activate(typed(machine, "LAB-PC-07"), by=STRANGER)
    assert given.done.computer_key == vendor.activate(machine).computer_key
    binding = Binding("demo-cad", machine.activation_key, machine.computer_id)
    content = read_license_file(given.license_file, binding, machine.profile.epochs[0].license_file_key)
    assert content.computer_name == "LAB-PC-07"
    assert (given.mailed_to, mails()) == (None, [])


def test_the_mail_is_committed_with_the_key_that_it_brings(vendor, machine):
    given = operations.activate(typed(machine), by=ADA, email=" ADA@example.com ", mails_key=True)
    assert given.mailed_to == "ada@example.com"
    [row] = mails()
    assert (row.recipient, row.channel, row.who) == ("ada@example.com", "portal", "ada")
    assert row.activation_id == given.done.activation.id
    mail = taken(vendor.clock.now)
    assert given.done.computer_key in mail.text
    assert [file.content for file in mail.attachments] == [given.license_file]


def test_an_operation_that_is_refused_leaves_no_mail_and_no_customer(vendor):
    key = vendor.issue()
    vendor.activate(vendor.machine(key, "first"))
    with pytest.raises(LicenseRefused):
        operations.activate(
            typed(vendor.machine(key, "second")), by=ADA, email="ada@example.com", mails_key=True
        )
    assert (mails(), customer_of(key)) == ([], None)


def test_a_mail_that_cannot_be_written_leaves_no_activation(vendor, machine, monkeypatch):
    def fail(*_, **__) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(operations.outbox, "post", fail)
    with pytest.raises(ZeroDivisionError):
        operations.activate(typed(machine), by=ADA, email="ada@example.com", mails_key=True)
    assert vendor.seats_used(machine.activation_key) == 0
    with reading() as session:
        assert session.scalars(select(Customer)).all() == []


@pytest.mark.parametrize("email", ["", "ada", "ada@example.com, bob@example.com"])
def test_a_key_that_is_to_be_mailed_needs_one_address_and_before_that_nothing_is_done(vendor, machine, email):
    with pytest.raises(Malformed) as refused:
        operations.activate(typed(machine), by=ADA, email=email, mails_key=True)
    assert refused.value.code == "malformed_email"
    assert vendor.seats_used(machine.activation_key) == 0


def test_a_license_without_a_customer_becomes_that_of_the_address(vendor, machine):
    given = operations.activate(typed(machine), by=ADA, email="Ada@Example.com")
    assert customer_of(machine.activation_key) == "ada@example.com"
    assert (given.mailed_to, mails()) == (None, [])


def test_a_license_that_has_a_customer_keeps_it(vendor):
    key = vendor.issue(customer="ada@example.com")
    given = operations.activate(typed(vendor.machine(key)), by=ADA, email="grace@example.com", mails_key=True)
    assert (customer_of(key), given.mailed_to) == ("ada@example.com", "grace@example.com")


def test_notes_are_kept_with_the_activation_and_stay_when_none_are_given(vendor, machine):
    def notes() -> str | None:
        with reading() as session:
            return session.scalars(select(Activation.notes)).one()

    operations.activate(typed(machine), by=ADA, notes=" by fax \n see 4711 ")
    assert notes() == "by fax\n see 4711"
    operations.activate(typed(machine), by=ADA)
    assert notes() == "by fax\n see 4711"
    operations.activate(typed(machine), by=ADA, notes="by letter")
    assert notes() == "by letter"


def test_notes_that_cannot_be_kept_are_refused_before_anything_is_done(vendor, machine):
    with pytest.raises(Malformed) as refused:
        operations.activate(typed(machine), by=ADA, notes="x" * 2001)
    assert refused.value.code == "malformed_notes"
    assert vendor.seats_used(machine.activation_key) == 0


def test_a_mistyped_code_is_offered_and_counts_as_no_guess(vendor, machine):
    key = machine.activation_key.text
    mistyped = ("0" if key[0] != "0" else "1") + key[1:]
    for _ in range(PER_LICENSE + 1):
        with pytest.raises(MalformedCode) as refused:
            operations.activate(Typed(mistyped, machine.computer_id.text), by=STRANGER)
    assert refused.value.suggestion == key
    assert operations.activate(typed(machine), by=STRANGER).done.license.seats_used == 1


def test_a_release_by_staff_is_recorded_with_its_way_its_person_and_its_reason(vendor, machine):
    vendor.activate(machine)
    done = operations.release(typed(machine), Forced("The computer burnt down."), by=ADA)
    assert done.recorded == "forced"
    with reading() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.event == "released_forced")).one()
    assert (event.channel, event.who, event.address) == ("portal", "ada", "192.0.2.7")
    assert event.detail == {"reason": "The computer burnt down."}


def guess(machine, by: By, count: int) -> None:
    for _ in range(count):
        with pytest.raises(WrongDeactivationCode):
            operations.release(typed(machine), wrong(machine), by=by)


def test_who_guesses_at_a_customers_key_does_not_keep_staff_from_helping(vendor, machine):
    vendor.activate(machine)
    guess(machine, STRANGER, PER_LICENSE)
    with pytest.raises(LimitReached):
        operations.release(typed(machine), Code(machine.code), by=STRANGER)
    assert operations.release(typed(machine), Code(machine.code), by=ADA).recorded == "proven"


def test_guesses_of_staff_are_counted_too_all_together_at_one_license(vendor, machine):
    vendor.activate(machine)
    guess(machine, ADA, PER_LICENSE - 1)
    guess(machine, GRACE, 1)
    for by in (ADA, GRACE):
        with pytest.raises(LimitReached):
            operations.release(typed(machine), Code(machine.code), by=by)
    assert operations.release(typed(machine), Code(machine.code), by=STRANGER).recorded == "proven"


@pytest.mark.thorough
def test_each_member_of_the_staff_is_counted_apart_wherever_they_sit(vendor):
    def look(number: int, by: By) -> None:
        with pytest.raises(NotFound):
            operations.look_up(ActivationKey.generate(number.to_bytes(12, "big")).text, by=by)

    for number in range(PER_ADDRESS):
        look(number, ADA)
    with pytest.raises(LimitReached):
        operations.look_up(vendor.issue().text, by=By(Channel.CONSOLE, "ada"))
    look(PER_ADDRESS, GRACE)
    look(PER_ADDRESS + 1, STRANGER)


def test_who_looks_a_license_up_sees_its_product_and_its_computers(vendor, machine):
    vendor.activate(machine)
    found = operations.look_up(machine.activation_key.text, by=STRANGER)
    assert isinstance(found, License)
    assert (found.product.name, [one.computer_name for one in found.activations]) == (
        "Demo CAD",
        ["LAB-PC-07"],
    )

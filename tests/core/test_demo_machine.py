"""The demo machine: it asks, reads and gives up as a License Wizard does, and its license is for it alone."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.errors import ComputerIdMismatch, ComputerKeyRefused, MalformedCode
from keyferry.server.core import resealing
from keyferry.server.core.errors import LicenseRefused, NotFound
from keyferry.server.core.licensing import (
    activation,
    computers,
    demo_machine,
    license_changes,
    licenses,
    listings,
    products,
)
from keyferry.server.core.licensing.figures import figures
from keyferry.server.core.licensing.requests import Scanner
from keyferry.server.core.models import AuditEvent, DemoMachine
from keyferry.server.core.secrets import Keyring, new_master_key
from keyferry.server.db import reading, transaction
from keyferry.wizard.grants import Grant, Line
from keyferry.wizard.this_machine import ThisMachine
from tests.conftest import STAFF

ADDRESS = "https://keys.example.com"


@pytest.fixture
def begin(vendor):
    def begin() -> None:
        with transaction() as session:
            product = products.find_product(session, vendor.product_code)
            done = {"keyring": vendor.keyring, "by": STAFF, "now": vendor.clock.now}
            demo_machine.begin(session, product, **done)

    return begin


@pytest.fixture
def scan(vendor):
    """Do as a phone does with the QR code, and return the computer key."""

    def scan() -> str:
        with transaction() as session:
            machine = demo_machine.present(session)
            url = demo_machine.scan_address(machine, vendor.keyring, ADDRESS)
            asked = Scanner(vendor.keyring).open(url, reading)
            done = {"keyring": vendor.keyring, "by": STAFF, "now": vendor.clock.now}
            return activation.activate(session, asked, **done).computer_key

    return scan


@pytest.fixture
def type_key(vendor):
    def type_key(text: str):
        with transaction() as session:
            machine = demo_machine.present(session)
            done = {"keyring": vendor.keyring, "by": STAFF, "now": vendor.clock.now}
            return demo_machine.take_key(session, machine, text, **done)

    return type_key


@pytest.fixture
def end(vendor):
    def end() -> None:
        with transaction() as session:
            machine = demo_machine.present(session)
            done = {"keyring": vendor.keyring, "by": STAFF, "now": vendor.clock.now}
            demo_machine.end(session, machine, **done)

    return end


def demo_license():
    with reading() as session:
        license = session.get(DemoMachine, 1).license
        return licenses.with_id(session, license.id)


@pytest.mark.parametrize("vendor", ["short", "signed"], indirect=True)
def test_its_key_is_typed_once_a_phone_got_it(begin, scan, type_key):
    begin()
    key = scan()
    taken = type_key(key.lower().replace("-", " "))
    assert (taken.text, taken.corrections) == (key, ())
    assert taken.claims.expires is not None
    with reading() as session:
        machine = demo_machine.present(session)
        assert machine.activated_at is not None
        assert demo_machine.has_key(session, machine)


def test_it_corrects_what_is_mistyped_and_refuses_what_is_another_computers(vendor, begin, scan, type_key):
    begin()
    key = scan()
    other = vendor.activate(vendor.machine(vendor.issue())).computer_key
    with pytest.raises(ComputerKeyRefused):
        type_key(other)
    with pytest.raises(MalformedCode):
        type_key(key[:9])
    mistyped = ("Y" if key[0] == "X" else "X") + key[1:]
    assert [one.read for one in type_key(mistyped).corrections] == [key[0]]


def test_it_asks_as_a_wizard_with_its_secret_would(vendor, begin):
    begin()
    with reading() as session:
        machine = demo_machine.present(session)
        secret = vendor.keyring.open(machine.sealed_secret, demo_machine.SEALED.context(machine))
        fingerprint, key = machine.license.demo_fingerprint, machine.license.activation_key
        here = demo_machine.scan_address(machine, vendor.keyring, vendor.profile.server_url)
    line = Line.begun_with(secret, None)
    asked = Grant(ActivationKey.from_text(key), 1, secret, line, 1, computer_name=demo_machine.NAME)
    assert here == ThisMachine(vendor.profile, fingerprint).activation_urls(asked)[0]


def test_its_license_activates_no_other_machine(vendor, begin, scan):
    begin()
    key = ActivationKey.from_text(demo_license().activation_key)
    with pytest.raises(ComputerIdMismatch):
        vendor.activate(vendor.machine(key))
    assert vendor.seats_used(key) == 0
    scan()
    with pytest.raises(ComputerIdMismatch):
        vendor.activate(vendor.machine(key))
    assert vendor.seats_used(key) == 1
    license = demo_license()
    assert (license.seats, (license.expires_on - vendor.clock.now.date()).days) == (1, demo_machine.DAYS)


def test_once_it_ended_its_license_is_in_no_list_and_gives_no_key(vendor, begin, scan, type_key, end):
    own = vendor.issue()
    vendor.activate(vendor.machine(own, "LAB-PC-07"))
    begin()
    type_key(scan())
    with reading() as session:
        wanted = listings.Wanted()
        assert listings.licenses(session, wanted, now=vendor.clock.now).total == 2
        url = demo_machine.scan_address(demo_machine.present(session), vendor.keyring, ADDRESS)
    end()
    with reading() as session:
        assert demo_machine.present(session) is None
        for order, search in itertools.product(listings.Order, ("", "*-", "demo")):
            found = listings.licenses(session, listings.Wanted(search, order=order), now=vendor.clock.now)
            assert {one.activation_key for one in found.rows} <= {own.text}
            assert found.total == len(found.rows)
            wanted = listings.Wanted(search, order=order)
            numbers = listings.numbers(session, wanted, now=vendor.clock.now, most=9)
            assert set(numbers) == {one.id for one in found.rows}
        shown = computers.computers(session, computers.Wanted())
        assert [one.computer_name for one in shown.rows] == ["LAB-PC-07"]
        assert shown.total == 1
        events = [one.event for one in session.query(AuditEvent).order_by(AuditEvent.id)]
    assert events[-3:] == ["released_proven", "license_suspended", "demo_machine_ended"]
    assert demo_license().seats_used == 0
    asked = Scanner(vendor.keyring).open(url, reading)
    done = {"keyring": vendor.keyring, "by": STAFF, "now": vendor.clock.now}
    with transaction() as session, pytest.raises(LicenseRefused):
        activation.activate(session, asked, **done)


def test_one_that_no_phone_scanned_ends_too(vendor, begin, end):
    begin()
    end()
    with reading() as session:
        assert demo_machine.present(session) is None
        assert listings.licenses(session, listings.Wanted(), now=vendor.clock.now).total == 0


def test_figures_are_about_the_other_licenses(vendor, begin, scan):
    begin()
    scan()
    with reading() as session:
        found = figures(session, now=vendor.clock.now)
    assert (found.total.licenses, found.total.seats, found.ending_soon) == (0, 0, 0)
    assert not found.ever()


def test_its_days_end_and_another_one_takes_its_place(vendor, begin, scan, type_key):
    begin()
    key = scan()
    vendor.clock.now += timedelta(days=demo_machine.DAYS + 2)
    with pytest.raises(NotFound) as refused:
        type_key(key)
    assert refused.value.code == "demo_machine_over"
    begin()
    assert type_key(scan()).corrections == ()
    with reading() as session:
        assert len(demo_machine.former_licenses(session)) == 1


def test_it_ends_even_where_its_activation_key_was_replaced(vendor, begin, scan, end):
    begin()
    scan()
    vendor.clock.now += timedelta(minutes=1)
    with transaction() as session:
        license = licenses.with_id(session, demo_license().id)
        license_changes.replace_key(session, license, by=STAFF, now=vendor.clock.now)
    end()
    assert demo_license().seats_used == 0


def test_its_secret_is_sealed_again_under_a_newer_master_key(vendor, begin, master_key):
    begin()
    newer = Keyring.from_text(f"{new_master_key('newer')}\n{master_key}")
    with transaction() as session:
        assert resealing.older(session, demo_machine.SEALED, newer, after=0, most=9) == [1]
        assert resealing.reseal(session, demo_machine.SEALED, [1], newer) == 1
        machine = demo_machine.present(session)
        assert len(newer.open(machine.sealed_secret, demo_machine.SEALED.context(machine))) == 16
    assert demo_machine.SEALED in resealing.PLACES

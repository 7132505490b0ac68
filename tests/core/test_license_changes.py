from __future__ import annotations

import pytest

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.core.errors import Conflict, LicenseRefused, Malformed
from keyferry.server.core.licensing import license_changes, licenses, listings
from keyferry.server.core.licensing.continuity import Outcome
from keyferry.server.core.licensing.license_changes import Content
from keyferry.server.core.licensing.listings import Wanted
from keyferry.server.core.models import License
from keyferry.server.db import reading, transaction
from tests.audit_log import events
from tests.conftest import STAFF
from tests.refusals import refused

pytestmark = pytest.mark.engines("sqlite", "postgresql")


def edit(vendor, key: ActivationKey, **changes) -> License:
    with transaction() as session:
        license = licenses.find(session, key)
        content = vars(license_changes.content_of(license)) | changes
        return license_changes.edit(session, license, Content(**content), by=STAFF, now=vendor.clock.now)


def replace_key(vendor, key: ActivationKey) -> ActivationKey:
    vendor.change(key, license_changes.replace_key)
    with reading() as session:
        return ActivationKey.from_text(licenses.find(session, key, former_too=True).activation_key)


def test_seats_features_lease_customer_and_notes_can_be_changed(vendor):
    key = vendor.issue(customer="ada@example.com")
    edit(
        vendor, key, seats=7, features=["cam"], lease_days=90, customer="Grace@example.com", notes=" by fax "
    )
    with reading() as session:
        content = license_changes.content_of(licenses.find(session, key))
    assert content == Content(7, ("cam",), 90, "grace@example.com", "by fax")
    assert events()[-1].detail == {
        "seats": [1, 7],
        "lease_days": [None, 90],
        "features": [[], ["cam"]],
        "also": ["customer", "notes"],
    }


def test_a_change_of_nothing_is_no_event(vendor):
    key = vendor.issue(customer="ada@example.com")
    before = len(events())
    edit(vendor, key)
    assert len(events()) == before


def test_a_license_keeps_the_seats_that_are_in_use(vendor):
    key = vendor.issue(seats=3)
    for name in ("A", "B"):
        vendor.activate(vendor.machine(key, name))
    with refused("seats_in_use", Conflict):
        edit(vendor, key, seats=1)
    assert edit(vendor, key, seats=2)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"seats": 0}, "malformed_seats"),
        ({"lease_days": 0}, "malformed_terms"),
        ({"features": ["none"]}, "unknown_feature"),
        ({"customer": "nobody"}, "malformed_email"),
        ({"notes": "n" * 2001}, "malformed_notes"),
    ],
)
def test_what_a_license_cannot_hold_is_refused(vendor, changes, code):
    with refused(code, Malformed):
        edit(vendor, vendor.issue(), **changes)


def test_new_features_come_with_the_next_key(vendor):
    machine = vendor.machine(vendor.issue())
    before = vendor.activate(machine).computer_key
    edit(vendor, machine.activation_key, features=["cam"])
    after = vendor.activate(machine)
    assert after.computer_key != before
    assert after.outcome is Outcome.SAME_SEAT


def test_a_leaked_key_that_was_replaced_activates_nothing_more(vendor):
    leaked = vendor.issue(seats=3)
    vendor.activate(vendor.machine(leaked, "A"))
    fresh = replace_key(vendor, leaked)
    assert fresh != leaked
    for name in ("A", "THIEF"):
        with refused("activation_key_replaced", LicenseRefused):
            vendor.activate(vendor.machine(leaked, name))
    assert vendor.activate(vendor.machine(fresh, "B")).license.seats_used == 2
    [event] = events("activation_key_replaced")
    assert leaked.text not in str(event.detail)


def test_what_was_activated_with_the_former_key_can_be_given_back(vendor):
    leaked = vendor.issue()
    machine = vendor.machine(leaked)
    vendor.activate(machine)
    replace_key(vendor, leaked)
    assert vendor.release(machine).recorded == "proven"


def test_a_machine_that_comes_with_the_new_key_keeps_its_seat_as_often_as_keys_are_replaced(vendor):
    key = vendor.issue()
    machine = vendor.machine(key, "A")
    vendor.activate(machine)
    # More often than unproven replacements are allowed: it proves under the former key that this is none.
    for _ in range(6):
        vendor.clock.pass_days(1)
        key = replace_key(vendor, key)
        machine = machine.continuing(activation_key=key)
        done = vendor.activate(machine)
        assert done.outcome is Outcome.CONTINUED
        assert not done.activation.unproven_before
    assert vendor.seats_used(key) == 1


def test_a_former_key_still_finds_its_license(vendor):
    leaked = vendor.issue()
    fresh = replace_key(vendor, leaked)
    vendor.issue()
    with reading() as session:
        page = listings.licenses(session, Wanted(leaked.text[3:17]), now=vendor.clock.now)
    assert [license.activation_key for license in page.rows] == [fresh.text]

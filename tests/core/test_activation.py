from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import jwt
import pytest
from sqlalchemy import select

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.claims import Claims
from keyferry.protocol.computer_key import Binding
from keyferry.protocol.errors import ComputerIdMismatch
from keyferry.protocol.license_file import read_license_file
from keyferry.protocol.repair import read_short, read_signed
from keyferry.server.core.audit import By
from keyferry.server.core.errors import ComputerIdBurnt, NotFound, RetiredEpoch
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import activation, activation_rows, deactivation, licenses
from keyferry.server.core.licensing.activated import license_file
from keyferry.server.core.licensing.continuity import Outcome
from keyferry.server.core.licensing.requests import TypedRequest
from keyferry.server.core.models import Activation, AuditEvent, License
from keyferry.server.db import transaction
from tests.refusals import refusal_of, refused

pytestmark = pytest.mark.engines("sqlite", "postgresql")


def claims_of(machine, key) -> Claims:
    binding = Binding(machine.profile.product_code, machine.activation_key, machine.computer_id)
    if machine.profile.key_style == "short":
        return read_short(key, binding, machine.keys.short_computer_key).claims
    return read_signed(key, binding, machine.profile.epoch(machine.epoch).typed_key).claims


@pytest.mark.parametrize("vendor", ["short", "signed"], indirect=True)
def test_a_machine_accepts_the_key_that_it_gets(vendor):
    machine = vendor.machine(vendor.issue(expires=date(2027, 12, 31), features=("cam",)))
    key = vendor.activate(machine).computer_key
    assert claims_of(machine, key) == Claims(date(2026, 11, 24), date(2027, 12, 31), features=0b010)


@pytest.mark.parametrize("vendor", ["short", "signed"], indirect=True)
def test_the_same_machine_gets_the_same_key_and_takes_no_second_seat(vendor):
    key = vendor.issue(seats=2)
    machine = vendor.machine(key)
    first = vendor.activate(machine)
    vendor.clock.pass_days(40)
    again = vendor.activate(machine)
    assert again.computer_key == first.computer_key
    assert (first.outcome, again.outcome) == (Outcome.NEW_SEAT, Outcome.SAME_SEAT)
    assert vendor.seats_used(key) == 1


def test_the_last_seat_goes_to_one_machine_only(vendor):
    key = vendor.issue(seats=1)
    vendor.activate(vendor.machine(key, "first"))
    assert refusal_of(vendor.activate, vendor.machine(key, "second")) == "no_seat_left"
    assert vendor.seats_used(key) == 1


def test_a_preview_shows_what_would_happen_and_does_nothing(vendor):
    key = vendor.issue(seats=2, days=30)
    machine = vendor.machine(key)
    with transaction() as session:
        seen = activation.preview(session, machine.request, keyring=vendor.keyring, now=vendor.clock.now)
        assert (seen.outcome, seen.expires) == (Outcome.NEW_SEAT, date(2026, 12, 24))
    assert vendor.seats_used(key) == 0
    with transaction() as session:
        assert session.scalars(select(Activation)).all() == []
        assert licenses.find(session, key).first_activated_on is None


def test_days_count_from_the_first_activation(vendor):
    key = vendor.issue(seats=2, days=30)
    vendor.clock.pass_days(100)
    first = vendor.machine(key, "first")
    assert claims_of(first, vendor.activate(first).computer_key).expires == date(2027, 4, 3)
    vendor.clock.pass_days(10)
    second = vendor.machine(key, "second")
    assert claims_of(second, vendor.activate(second).computer_key).expires == date(2027, 4, 3)


def test_a_renewed_license_gives_a_new_key_with_the_new_date(vendor):
    key = vendor.issue(expires=date(2026, 12, 31))
    machine = vendor.machine(key)
    old = vendor.activate(machine).computer_key
    vendor.clock.pass_days(20)
    vendor.change(key, licenses.renew, expires=date(2027, 12, 31))
    new = vendor.activate(machine)
    assert new.computer_key != old
    assert new.outcome is Outcome.SAME_SEAT
    assert claims_of(machine, new.computer_key) == Claims(date(2026, 12, 14), date(2027, 12, 31))
    assert vendor.activate(machine).computer_key == new.computer_key


def test_a_lease_caps_the_key_and_is_renewed_when_half_of_it_is_over(vendor):
    key = vendor.issue(lease_days=30)
    machine = vendor.machine(key)
    first = vendor.activate(machine).computer_key
    assert claims_of(machine, first).expires == date(2026, 12, 24)
    vendor.clock.pass_days(14)
    assert vendor.activate(machine).computer_key == first
    vendor.clock.pass_days(1)
    second = vendor.activate(machine).computer_key
    assert claims_of(machine, second) == Claims(date(2026, 12, 9), date(2027, 1, 8))


def test_a_lease_never_outlives_its_license(vendor):
    key = vendor.issue(expires=date(2026, 12, 1), lease_days=30)
    machine = vendor.machine(key)
    first = vendor.activate(machine).computer_key
    assert claims_of(machine, first).expires == date(2026, 12, 1)
    vendor.clock.pass_days(6)
    assert vendor.activate(machine).computer_key == first


def test_an_expired_license_is_refused_by_the_wizards_own_day_rule(vendor):
    machine = vendor.machine(vendor.issue(expires=date(2026, 11, 30)))
    vendor.clock.now = vendor.clock.now.replace(day=30) + timedelta(hours=23, minutes=59)
    vendor.activate(machine)
    vendor.clock.now += timedelta(minutes=1)
    assert refusal_of(vendor.activate, machine) == "license_expired"


def test_a_suspended_license_gives_no_key_until_it_is_resumed(vendor):
    key = vendor.issue()
    vendor.change(key, licenses.suspend)
    assert refusal_of(vendor.activate, vendor.machine(key)) == "license_suspended"
    vendor.change(key, licenses.resume)
    vendor.activate(vendor.machine(key))


def test_an_unknown_activation_key_is_refused(vendor):
    vendor.issue()
    machine = vendor.machine(ActivationKey.generate(bytes(12)))
    assert refusal_of(vendor.activate, machine) == "unknown_activation_key"


def test_a_computer_id_made_for_another_activation_key_is_noticed(vendor):
    machine = vendor.machine(vendor.issue())
    foreign = TypedRequest(vendor.issue(), machine.computer_id)
    with transaction() as session, pytest.raises(ComputerIdMismatch):
        activation.activate(
            session, foreign, keyring=vendor.keyring, by=By(Channel.PHONE), now=vendor.clock.now
        )


def test_the_wizard_of_another_product_is_refused(vendor):
    machine = vendor.machine(vendor.issue())
    foreign = replace(machine.request, product_number=machine.profile.product_number + 1)
    with transaction() as session, pytest.raises(NotFound) as refused:
        activation.preview(session, foreign, keyring=vendor.keyring, now=vendor.clock.now)
    assert refused.value.code == "unknown_activation_key"
    assert "another product" in str(refused.value)


def test_a_released_computer_id_is_burnt_and_a_new_one_takes_the_seat(vendor):
    key = vendor.issue()
    machine = vendor.machine(key)
    vendor.activate(machine)
    vendor.release(machine)
    with refused("computer_id_released", ComputerIdBurnt):
        vendor.activate(machine)
    assert vendor.activate(vendor.machine(key)).outcome is Outcome.NEW_SEAT


def test_a_machine_that_lost_its_state_keeps_its_seat_and_its_old_computer_id_is_burnt(vendor):
    key = vendor.issue(seats=1)
    lost, reinstalled = vendor.machine(key), vendor.machine(key)
    vendor.activate(lost)
    assert vendor.activate(reinstalled).outcome is Outcome.REPLACEMENT
    assert vendor.seats_used(key) == 1
    assert refusal_of(vendor.activate, lost) == "computer_id_superseded"


def test_replacements_without_proof_are_limited_for_each_machine(vendor):
    key = vendor.issue(seats=50)
    for _ in range(4):
        vendor.activate(vendor.machine(key))
    assert refusal_of(vendor.activate, vendor.machine(key)) == "computer_looks_the_same"
    vendor.activate(vendor.machine(key, "another"))
    vendor.clock.pass_days(31)
    vendor.activate(vendor.machine(key))


def test_an_upgraded_application_keeps_its_seat_and_its_proof(vendor):
    machine = vendor.machine(vendor.issue(seats=1))
    vendor.activate(machine)
    for epoch in range(2, 8):
        vendor.rotate()
        machine = replace(machine, profile=vendor.profile).continuing(epoch=epoch)
        assert vendor.activate(machine).outcome is Outcome.CONTINUED
    assert vendor.seats_used(machine.activation_key) == 1
    assert vendor.release(machine).recorded == "proven"


def test_an_activation_that_changes_nothing_is_recorded_only_where_staff_asked(vendor):
    machine = vendor.machine(vendor.issue())
    for by in (By(Channel.PHONE), By(Channel.PHONE), By(Channel.COMMAND_LINE, who="ada"), By(Channel.PHONE)):
        with transaction() as session:
            activation.activate(session, machine.request, keyring=vendor.keyring, by=by, now=vendor.clock.now)
    with transaction() as session:
        events = select(AuditEvent.event, AuditEvent.who).where(AuditEvent.activation_id.is_not(None))
        assert session.execute(events.order_by(AuditEvent.id)).all() == [
            ("activated_new_seat", None),
            ("activated_same_seat", "ada"),
        ]


def test_a_new_computer_id_keeps_the_computers_name(vendor):
    key = vendor.issue()
    vendor.activate(vendor.machine(key))
    nameless = replace(vendor.machine(key).scanned, computer_name=None)
    with transaction() as session:
        done = activation.activate(
            session, nameless, keyring=vendor.keyring, by=By(Channel.PHONE), now=vendor.clock.now
        )
        assert (done.outcome, done.activation.computer_name) == (Outcome.REPLACEMENT, "LAB-PC-07")


def test_a_name_that_a_small_screen_shortened_does_not_replace_the_one_known(vendor):
    machine = vendor.machine(vendor.issue())

    def named(name: str) -> str | None:
        with transaction() as session:
            request = replace(machine.request, computer_name=name)
            done = activation.activate(
                session, request, keyring=vendor.keyring, by=By(Channel.PHONE), now=vendor.clock.now
            )
            return done.activation.computer_name

    assert [named(name) for name in ("LAB-PC", "LAB-PC-07", "LAB-PC", "DESK-1")] == [
        *("LAB-PC", "LAB-PC-07", "LAB-PC-07"),
        "DESK-1",
    ]


def test_a_rotated_product_still_answers_wizards_in_the_field(vendor):
    machine = vendor.machine(vendor.issue())
    vendor.rotate()
    claims_of(machine, vendor.activate(machine).computer_key)


def test_a_retired_epoch_gives_no_keys_but_still_releases(vendor):
    key = vendor.issue(seats=2)
    machine, late = vendor.machine(key), vendor.machine(key, "late")
    vendor.activate(machine)
    vendor.rotate(retire_old=True)
    with pytest.raises(RetiredEpoch):
        vendor.activate(late)
    with pytest.raises(RetiredEpoch):
        vendor.activate(machine)
    assert vendor.release(machine).outcome is deactivation.Outcome.RELEASED


@pytest.mark.parametrize("vendor", ["short", "signed"], indirect=True)
def test_a_license_file_says_what_the_key_says_and_any_jwt_library_can_check_it(vendor):
    key = vendor.issue(expires=date(2027, 12, 31), features=("export", "simulation"))
    machine = vendor.machine(key)
    with transaction() as session:
        done = activation.activate(
            session, machine.request, keyring=vendor.keyring, by=By(Channel.PHONE), now=vendor.clock.now
        )
        text = license_file(done, keyring=vendor.keyring)
    public = machine.profile.epoch(1).license_file_key
    binding = Binding(machine.profile.product_code, key, machine.computer_id)
    content = read_license_file(text, binding, public)
    assert content.claims == claims_of(machine, done.computer_key)
    assert content.features == ("export", "simulation")
    plain = jwt.decode(text, public, ["EdDSA"], audience="demo-cad", options={"verify_iat": False})
    assert plain["computer_name"] == "LAB-PC-07"


def test_the_database_itself_refuses_to_oversell_a_license(vendor, monkeypatch):
    def find_as_it_was_before(*arguments, **more):
        found = find(*arguments, **more)
        found.license.seats_used = 0
        return found

    find = activation_rows.find

    key = vendor.issue(seats=1)
    vendor.activate(vendor.machine(key))
    monkeypatch.setattr(activation_rows, "find", find_as_it_was_before)
    assert refusal_of(vendor.activate, vendor.machine(key, "LAB-PC-08")) == "no_seat_left"
    with transaction() as session:
        assert session.scalars(select(License.seats_used)).all() == [1]

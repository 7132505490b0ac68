from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.errors import ComputerIdMismatch, WrongDeactivationCode
from keyferry.server.core.errors import LimitReached, Malformed, NotFound
from keyferry.server.core.licensing import license_changes, licenses
from keyferry.server.core.licensing.deactivation import Claimed, Code, Forced, Outcome, preview
from keyferry.server.core.models import Activation, AuditEvent, License
from keyferry.server.db import transaction
from tests.audit_log import events
from tests.conftest import STAFF
from tests.machines import Machine
from tests.refusals import refused


@pytest.fixture
def machine(vendor):
    """A computer that holds the one seat of its license."""
    machine = vendor.machine(vendor.issue())
    vendor.activate(machine)
    return machine


@pytest.mark.parametrize(
    ("proof", "recorded"), [(None, "proven"), (Claimed(), "claimed"), (Forced("moved"), "forced")]
)
def test_a_release_frees_the_seat_and_is_recorded_as_what_it_is(vendor, machine, proof, recorded):
    done = vendor.release(machine, proof)
    assert (done.outcome, done.recorded) == (Outcome.RELEASED, recorded)
    assert vendor.seats_used(machine.activation_key) == 0


def test_the_same_code_once_more_changes_nothing(vendor, machine):
    first = vendor.release(machine)
    vendor.activate(vendor.machine(machine.activation_key))
    again = vendor.release(machine)
    assert (again.outcome, again.recorded) == (Outcome.ALREADY_RELEASED, "proven")
    assert again.activation.ended_at == first.activation.ended_at
    assert vendor.seats_used(machine.activation_key) == 1


@pytest.mark.parametrize("whose", ["another machine", "another license", "an earlier activation"])
def test_a_code_of_something_else_is_refused(vendor, whose):
    key = vendor.issue(seats=2)
    machine = vendor.machine(key)
    other = {
        "another machine": vendor.machine(key, "other", secret=machine.secret),
        "another license": vendor.machine(vendor.issue(), secret=machine.secret),
        "an earlier activation": vendor.machine(key),
    }[whose]
    vendor.activate(machine)
    with pytest.raises(WrongDeactivationCode):
        vendor.release(machine, Code(other.code))
    assert vendor.seats_used(key) == 1


def test_a_computer_that_was_never_activated_has_nothing_to_release(vendor):
    with refused("not_activated", NotFound):
        vendor.release(vendor.machine(vendor.issue()))


def test_an_invented_computer_id_is_noticed_before_the_code_is_tried(vendor, machine):
    foreign = vendor.machine(vendor.issue())
    with pytest.raises(ComputerIdMismatch):
        vendor.release(asked(foreign, machine.activation_key))


def test_after_an_unproven_replacement_the_right_code_is_only_a_claim(vendor):
    key = vendor.issue()
    vendor.activate(vendor.machine(key))
    reinstalled = vendor.machine(key)
    vendor.activate(reinstalled)
    assert vendor.release(reinstalled).recorded == "claimed"


def test_a_forced_release_keeps_its_reason(vendor, machine):
    done = vendor.release(machine, Forced("  the mainboard burnt "))
    assert (done.recorded, done.activation.reason) == ("forced", "the mainboard burnt")
    [event] = events("released_forced")
    assert event.detail == {"reason": "the mainboard burnt"}


@pytest.mark.parametrize("reason", ["  ", "tab\there", "\udcff", "x" * 501])
def test_a_forced_release_without_a_reason_that_can_be_kept_is_refused(vendor, machine, reason):
    with refused("malformed_reason", Malformed):
        vendor.release(machine, Forced(reason))


def everything_written(session) -> list[tuple]:
    rows = [*session.scalars(select(Activation)), *session.scalars(select(License))]
    columns = [tuple(getattr(row, column.key) for column in row.__table__.columns) for row in rows]
    return [*columns, *session.scalars(select(AuditEvent.event))]


def overtaken(vendor, key) -> Machine:
    """A machine whose seat an earlier state of it took over, so that its code frees nothing."""
    before = vendor.machine(key)
    machine = before.continuing()
    for state in (before, machine, before.continuing()):
        vendor.activate(state)
    return machine


@pytest.mark.parametrize("ended", [None, Claimed(), Forced("stolen"), "superseded"])
@pytest.mark.parametrize("proof", [None, Claimed(), Forced("to be sure"), Forced("")])
def test_what_holds_no_seat_is_released_already_and_nothing_is_written(vendor, ended, proof):
    key = vendor.issue(seats=3)
    machine = overtaken(vendor, key) if ended == "superseded" else vendor.machine(key)
    vendor.activate(vendor.machine(key, "another"))
    if ended != "superseded":
        vendor.activate(machine)
        vendor.release(machine, ended)
    with transaction() as session:
        before = everything_written(session)
    done = vendor.release(machine, proof)
    assert (done.outcome, done.superseded) == (Outcome.ALREADY_RELEASED, ended == "superseded")
    with transaction() as session:
        assert everything_written(session) == before


@pytest.mark.parametrize("ended", [None, Forced("stolen"), "superseded"])
def test_only_the_right_code_learns_that_nothing_is_to_be_released(vendor, ended):
    key = vendor.issue(seats=2)
    wrong = Code(vendor.machine(key).code)
    machine = overtaken(vendor, key) if ended == "superseded" else vendor.machine(key)
    if ended == "superseded":
        with pytest.raises(WrongDeactivationCode):
            previewed(vendor, machine, wrong)
        assert previewed(vendor, machine).superseded
    else:
        vendor.activate(machine)
        vendor.release(machine, ended)
    with pytest.raises(WrongDeactivationCode):
        vendor.release(machine, wrong)


def test_the_new_activation_key_releases_what_the_former_one_activated(vendor):
    former = vendor.issue(seats=2)
    machine = vendor.machine(former)
    vendor.activate(machine)
    with transaction() as session:
        license = licenses.find(session, former)
        license_changes.replace_key(session, license, by=STAFF, now=vendor.clock.now + timedelta(days=1))
        new = ActivationKey.from_text(license.activation_key)
    vendor.clock.pass_days(2)
    newer = vendor.machine(new, "newer")
    vendor.activate(newer)
    # Who has nothing but the key that leaked does not reach what the new one activated.
    with pytest.raises(ComputerIdMismatch):
        vendor.release(asked(newer, former), Claimed())
    assert vendor.release(asked(machine, new)).outcome is Outcome.RELEASED
    assert vendor.seats_used(new) == 1


def asked(machine, key) -> SimpleNamespace:
    """A machine's computer ID and code beside another activation key."""
    return SimpleNamespace(code=machine.code, request=replace(machine.request, activation_key=key))


def test_a_license_that_has_expired_or_is_suspended_can_still_be_released(vendor):
    key = vendor.issue(days=10)
    machine = vendor.machine(key)
    vendor.activate(machine)
    vendor.clock.pass_days(100)
    vendor.change(key, licenses.suspend)
    assert vendor.release(machine).outcome is Outcome.RELEASED


@pytest.mark.parametrize("proof", ["code", "force"])
def test_releases_of_every_kind_count_towards_the_limit_of_a_machine(vendor, proof):
    key = vendor.issue(seats=50)
    for _ in range(6):
        machine = vendor.machine(key)
        vendor.activate(machine)
        vendor.release(machine, Forced("moved") if proof == "force" else None)
    machine = vendor.machine(key)
    vendor.activate(machine)
    with refused("release_limit_reached", LimitReached):
        vendor.release(machine)
    assert vendor.seats_used(key) == 1
    assert vendor.release(machine, Forced("the limit was reached")).recorded == "forced"


def test_a_release_without_proof_is_limited_more_strictly(vendor):
    key = vendor.issue(seats=50)
    machines = [vendor.machine(key, f"PC-{number}") for number in range(4)]
    for machine in machines:
        vendor.activate(machine)
    assert vendor.release(machines[0], Claimed()).recorded == "claimed"
    again = vendor.machine(key, "PC-0")
    vendor.activate(again)
    with pytest.raises(LimitReached):
        vendor.release(again, Claimed())
    assert vendor.release(machines[1], Claimed()).recorded == "claimed"
    with pytest.raises(LimitReached):
        vendor.release(machines[2], Claimed())
    # Who has the proof is not held up by those who had none.
    assert vendor.release(machines[2]).recorded == "proven"
    vendor.clock.pass_days(31)
    assert vendor.release(machines[3], Claimed()).recorded == "claimed"


def test_a_release_is_possible_again_when_the_earlier_ones_are_long_ago(vendor):
    key = vendor.issue(seats=50)
    for _ in range(6):
        machine = vendor.machine(key)
        vendor.activate(machine)
        vendor.release(machine)
    machine = vendor.machine(key)
    vendor.activate(machine)
    vendor.clock.now += timedelta(days=30)
    assert vendor.release(machine).outcome is Outcome.RELEASED


def test_releases_are_limited_for_each_license_too(vendor):
    key = vendor.issue(seats=1)
    for number in range(8):
        machine = vendor.machine(key, f"PC-{number}")
        vendor.activate(machine)
        vendor.release(machine)
    machine = vendor.machine(key, "PC-9")
    vendor.activate(machine)
    with pytest.raises(LimitReached):
        vendor.release(machine)


def test_a_preview_shows_what_would_happen_and_does_nothing(vendor):
    key = vendor.issue(seats=2)
    machine = vendor.machine(key)
    vendor.activate(machine)
    assert not previewed(vendor, machine).already_released
    assert vendor.seats_used(key) == 1
    vendor.release(machine)
    assert previewed(vendor, machine).already_released


def previewed(vendor, machine, proof=None):
    with transaction() as session:
        asked = machine.request, proof or Code(machine.code)
        return preview(session, *asked, keyring=vendor.keyring, now=vendor.clock.now)


def test_who_released_what_stays_in_the_rows(vendor, machine):
    vendor.release(machine)
    with transaction() as session:
        row = session.scalars(select(Activation)).one()
        assert (row.ended_by, row.ended_at, row.channel) == ("ada", vendor.clock.now, "command_line")

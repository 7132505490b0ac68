"""A computer ID that follows another: who proves to go on from it, who doesn't, and what codes free then."""

from __future__ import annotations

from contextlib import suppress

import pytest
from sqlalchemy import select

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.openings import Level
from keyferry.protocol.request_token import DeactivationRequest
from keyferry.server.core.audit import By
from keyferry.server.core.errors import ComputerIdBurnt, LicenseRefused, NotFound
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import former_ids, license_changes, licenses
from keyferry.server.core.licensing.continuity import Outcome
from keyferry.server.core.licensing.deactivation import Code
from keyferry.server.core.models import Activation, FormerComputerId, License, Role
from keyferry.server.db import reading
from keyferry.server.services import operations, settings
from keyferry.server.services.guard import PER_LICENSE
from keyferry.server.services.requests import Typed
from tests.audit_log import events
from tests.machines import Machine
from tests.refusals import refusal_of, refused

pytestmark = pytest.mark.engines("sqlite", "postgresql")

PHONE = By(Channel.PHONE, address="192.0.2.7")
STAFF = By(Channel.PORTAL, who="ada", address="192.0.2.1", role=Role.ADMINISTRATOR)
LEASE = 60


def scan(machine: Machine) -> Outcome:
    return operations.activate(machine.scanned, by=PHONE).done.outcome


def hand_in(*machines: Machine, level: Level = Level.PROOF):
    first, codes = machines[0], tuple(one.opening(level) for one in machines)
    token = DeactivationRequest(
        first.profile.product_number, first.computer_id, first.activation_key, codes, first.name
    )
    return operations.release(token, Code(token.code), by=PHONE)


def recorded(*machines: Machine, level: Level = Level.PROOF) -> str:
    return str(hand_in(*machines, level=level).recorded)


def typed(machine: Machine) -> Typed:
    return Typed(machine.activation_key.text, machine.computer_id.text)


def set_property(name: str, value: str) -> None:
    settings.set_property(name, value, by=STAFF, show=str)


def activations() -> list[Activation]:
    with reading() as session:
        return list(session.scalars(select(Activation).order_by(Activation.id)))


def former() -> dict[int, str]:
    with reading() as session:
        return {one.commitment: one.how for one in session.scalars(select(FormerComputerId))}


def passes_used(vendor, machine: Machine) -> int:
    with reading() as session:
        license = licenses.find(session, machine.activation_key)
        return former_ids.counted(session, license, vendor.clock.now, 365, fingerprint=machine.fingerprint)


@pytest.fixture
def leased(vendor):
    """A computer with the one seat of a license on a lease."""
    machine = vendor.machine(vendor.issue(lease_days=LEASE))
    scan(machine)
    return machine


def test_an_opening_of_the_live_id_goes_on_with_the_same_activation(vendor, leased):
    [before] = activations()
    vendor.clock.pass_days(40)
    after = leased.continuing()
    done = operations.activate(after.scanned, by=PHONE).done
    assert (done.outcome, done.former) == (Outcome.CONTINUED, (leased.computer_id.text,))
    [row] = activations()
    assert (row.id, row.activated_at) == (before.id, before.activated_at)
    assert (row.computer_id, row.commitment) == (after.computer_id.text, after.computer_id.commitment)
    assert row.issued_on == vendor.clock.now.date()
    assert not row.unproven_before
    assert passes_used(vendor, leased) == 0
    assert [event.activation_id for event in events("activated_continued")] == [row.id]
    assert recorded(after) == "proven"


def test_no_limit_counts_what_goes_on(vendor, leased):
    machine = leased
    for _ in range(20):
        machine = machine.continuing()
        assert scan(machine) is Outcome.CONTINUED


@pytest.mark.parametrize("level", Level)
def test_each_level_of_an_opening_goes_on_and_only_the_weak_one_leaves_a_mark(vendor, leased, level):
    after = leased.continuing(level=level)
    assert scan(after) is Outcome.CONTINUED
    assert recorded(after) == ("claimed" if level is Level.CLAIM else "proven")


def test_a_mark_stays_through_continuations(vendor, leased):
    machine = leased.continuing(level=Level.CLAIM)
    scan(machine)
    machine = machine.continuing()
    scan(machine)
    assert recorded(machine) == "claimed"


def test_the_same_token_again_gives_the_same_key_and_its_openings_are_not_read(vendor, leased, monkeypatch):
    after = leased.continuing()
    first = operations.activate(after.scanned, by=PHONE).done
    monkeypatch.setattr("keyferry.server.core.licensing.openings.commitment", None)
    again = operations.activate(after.scanned, by=PHONE).done
    assert (again.outcome, again.computer_key) == (Outcome.SAME_SEAT, first.computer_key)


def test_a_former_id_is_answered_with_its_successors_key_however_it_is_asked_for(vendor, leased):
    after = leased.continuing()
    first = operations.activate(after.scanned, by=PHONE).done
    for asked in (leased.scanned, typed(leased)):
        answer = operations.activate(asked, by=PHONE).done
        assert (answer.outcome, answer.computer_key) == (Outcome.SAME_SEAT, first.computer_key)
    assert [row.computer_id for row in activations()] == [after.computer_id.text]


def test_an_earlier_state_is_stale_passes_twice_a_year_and_marks_the_seat(vendor, leased):
    current = leased.continuing()
    scan(current)
    for number in range(2):
        vendor.clock.pass_days(61)
        assert scan(leased.continuing()) is Outcome.STALE
        assert passes_used(vendor, leased) == number + 1
    third = leased.continuing()
    refusal = refusal_of(scan, third)
    assert refusal == "replacement_needs_vendor"
    live = operations.activate(third.scanned, by=STAFF, reason="restored from a backup").done
    assert live.activation.unproven_before
    assert recorded(third) == "claimed"
    assert len(events("activated_stale")) == 3


def test_a_longer_lease_has_one_pass_in_two_of_them(vendor):
    machine = vendor.machine(vendor.issue(lease_days=300))
    scan(machine)
    assert scan(vendor.machine(machine.activation_key)) is Outcome.REPLACEMENT
    vendor.clock.pass_days(400)
    assert refusal_of(scan, vendor.machine(machine.activation_key)) == "replacement_needs_vendor"
    vendor.clock.pass_days(201)
    assert scan(vendor.machine(machine.activation_key)) is Outcome.REPLACEMENT


def test_the_vendor_sets_how_often_passes(vendor, leased):
    set_property("options/maxUnprovenReplacementCount", "0")
    with refused("replacement_needs_vendor", LicenseRefused):
        scan(vendor.machine(leased.activation_key))


def test_one_scan_does_not_renew_every_clone(vendor, leased):
    """Two copies of a state take turns: one of both has stopped after three lease lengths."""
    clones, ends = [leased, leased], [LEASE, LEASE]
    for day in range(4 * 365):
        vendor.clock.pass_days(1)
        for number in range(2):
            after = clones[number].continuing()
            if ends[number] - day <= LEASE // 2:
                with suppress(LicenseRefused):
                    scan(after)
                    clones[number], ends[number] = after, day + LEASE
        if min(ends) < day:
            break
    assert day <= 3 * LEASE
    assert len(events("activated_stale")) == 2


def test_a_stranger_with_profile_key_and_id_takes_no_seat_uncounted_and_proves_nothing(vendor):
    victim = vendor.machine(vendor.issue(lease_days=LEASE))
    scan(victim)
    vendor.rotate()
    stranger = Machine(vendor.profile, victim.activation_key, victim.name, epoch=2)
    assert scan(stranger) is Outcome.REPLACEMENT
    assert passes_used(vendor, victim) == 1
    assert recorded(stranger) == "claimed"


def test_a_replaced_activation_key_excuses_nobody_and_openings_under_the_former_one_go_on(vendor, leased):
    vendor.clock.pass_days(1)
    vendor.change(leased.activation_key, license_changes.replace_key)
    with reading() as session:
        key = ActivationKey.from_text(session.scalars(select(License.activation_key)).one())
    opening = leased.opening(Level.CONTINUATION)
    honest, stranger = Machine(vendor.profile, key, openings=(opening,)), Machine(vendor.profile, key)
    assert scan(honest) is Outcome.CONTINUED
    assert scan(stranger) is Outcome.REPLACEMENT
    assert passes_used(vendor, honest) == 1


def test_wrong_openings_are_counted_and_beyond_the_count_never_without_proof(vendor):
    leased = vendor.machine(vendor.issue(lease_days=LEASE, seats=2))
    scan(leased)
    set_property("options/maxUnprovenReplacementCount", "0")
    for _ in range(PER_LICENSE):
        wrong = vendor.machine(leased.activation_key).continuing()
        assert refusal_of(scan, wrong) == "replacement_needs_vendor"
    set_property("options/maxUnprovenReplacementCount", "2")
    assert refusal_of(scan, vendor.machine(leased.activation_key).continuing()) == "too_many_attempts"
    assert passes_used(vendor, leased) == 0


def test_right_openings_use_up_no_attempt(vendor, leased):
    machine = leased
    for _ in range(PER_LICENSE + 2):
        machine = machine.continuing()
        assert scan(machine) is Outcome.CONTINUED


def test_without_a_lease_the_limits_of_replacements_hold(vendor):
    machine = vendor.machine(vendor.issue(seats=9))
    scan(machine)
    for _ in range(3):
        assert scan(vendor.machine(machine.activation_key)) is Outcome.REPLACEMENT
    assert refusal_of(scan, vendor.machine(machine.activation_key)) == "computer_looks_the_same"


def test_who_proves_the_live_and_the_displaced_id_takes_back_count_and_mark(vendor, leased):
    lost = vendor.machine(leased.activation_key)
    assert scan(lost) is Outcome.REPLACEMENT
    both = lost.continuing(leased)
    assert scan(both) is Outcome.CONTINUED
    assert passes_used(vendor, leased) == 0
    assert recorded(both) == "proven"


def test_what_came_as_proof_and_never_was_live_takes_no_seat_back(vendor, leased):
    """A late token: another phone sends a request that was begun before the one that counts."""
    late = leased.continuing()
    present = leased.continuing(late)
    scan(present)
    answer = operations.activate(late.scanned, by=PHONE).done
    assert answer.activation.computer_id == present.computer_id.text
    assert former()[late.computer_id.commitment] == "companion"
    assert scan(present.continuing()) is Outcome.CONTINUED
    assert passes_used(vendor, leased) == 0


def test_after_a_restore_what_the_backup_does_not_know_passes_for_a_time(vendor, leased):
    unknown = leased.continuing()
    set_property("options/acceptStaleRequestsUntil", "2026-12-31")
    assert scan(unknown.continuing()) is Outcome.REPLACEMENT
    for _ in range(3):
        assert scan(unknown.continuing()) is Outcome.STALE
    assert passes_used(vendor, leased) == 0
    assert activations()[-1].unproven_before
    vendor.clock.pass_days(60)
    for _ in range(2):
        scan(unknown.continuing())
    assert refusal_of(scan, unknown.continuing()) == "replacement_needs_vendor"


def test_the_code_of_an_id_that_went_on_frees_the_seat_and_its_successor_reopens(vendor, leased):
    """A new epoch was scanned, and never typed in; then the wizard gives up the license that it has."""
    scanned = leased.continuing()
    scan(scanned)
    assert recorded(leased) == "proven"
    assert vendor.seats_used(leased.activation_key) == 0
    assert scan(scanned) is Outcome.NEW_SEAT
    assert recorded(scanned) == "proven"
    assert refusal_of(scan, scanned) == "computer_id_released"
    assert refusal_of(scan, leased) == "computer_id_released"


def test_all_codes_of_a_token_count_and_none_of_them_takes_a_seat_again(vendor, leased):
    scanned, unseen = leased.continuing(), leased.continuing()
    scan(scanned)
    done = hand_in(leased, scanned, unseen)
    assert (str(done.recorded), len(done.others)) == ("proven", 1)
    for given_up in (leased, scanned, unseen):
        assert refusal_of(scan, given_up) == "computer_id_released"
    assert vendor.seats_used(leased.activation_key) == 0


def test_a_code_that_was_used_in_a_request_frees_nothing(vendor, leased):
    """The license was given up; its code is still on paper when the computer is activated again."""
    again = leased.continuing(level=Level.PROOF)
    scan(again)
    assert recorded(leased) == "superseded"
    assert vendor.seats_used(leased.activation_key) == 1
    assert recorded(again) == "proven"


def test_the_code_of_an_id_that_was_displaced_without_proof_frees_the_seat_as_a_claim(vendor, leased):
    scan(vendor.machine(leased.activation_key))
    assert recorded(leased) == "claimed"


def test_a_code_burns_an_id_that_the_server_never_saw(vendor, leased):
    unseen = leased.continuing()
    with refused("not_activated", NotFound):
        hand_in(unseen)
    with refused("computer_id_released", ComputerIdBurnt):
        scan(unseen)
    assert vendor.seats_used(leased.activation_key) == 1


def test_weak_codes_are_claims_once_for_a_machine_in_a_month(vendor):
    key = vendor.issue(seats=5)
    first, second = vendor.machine(key), vendor.machine(key)
    scan(first)
    assert recorded(first, level=Level.CLAIM) == "claimed"
    scan(second)
    assert refusal_of(hand_in, second, level=Level.CLAIM) == "release_limit_reached"
    assert recorded(second) == "proven"
    vendor.clock.pass_days(31)
    third = vendor.machine(key)
    scan(third)
    assert recorded(third, level=Level.CLAIM) == "claimed"


def test_a_typed_weak_code_is_a_claim_too(vendor, leased):
    weak = Code(type(leased.code).of(leased.opening(Level.CLAIM)))
    assert str(operations.release(typed(leased), weak, by=PHONE).recorded) == "claimed"


def test_staff_free_the_seat_by_the_id_that_the_wizard_shows(vendor, leased):
    scan(leased.continuing())
    done = operations.force_release(typed(leased), "the customer moved", by=STAFF)
    assert str(done.recorded) == "forced"
    assert vendor.seats_used(leased.activation_key) == 0


def test_renewing_by_scan_only_gives_the_same_key_and_none_once_that_has_ended(vendor, leased):
    set_property("options/renewByScanOnly", "true")
    first = operations.activate(leased.scanned, by=PHONE).done
    vendor.clock.pass_days(45)
    for asked in (leased.scanned, typed(leased)):
        assert operations.activate(asked, by=PHONE).done.computer_key == first.computer_key
        _, seat = operations.preview(asked, by=PHONE)
        assert seat.expires == first.activation.expires_on
    vendor.clock.pass_days(20)
    for asked in (leased.scanned, typed(leased)):
        assert refusal_of(operations.activate, asked, by=PHONE) == "renewal_needs_scan"
    assert scan(leased.continuing()) is Outcome.CONTINUED


def test_a_typed_id_is_renewed_while_it_is_live(vendor, leased):
    first = operations.activate(leased.scanned, by=PHONE).done
    vendor.clock.pass_days(45)
    again = operations.activate(typed(leased), by=PHONE).done
    assert again.activation.expires_on > first.activation.expires_on

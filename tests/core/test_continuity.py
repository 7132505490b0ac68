"""A computer ID that follows another: who proves to go on from it, who doesn't, and what codes free then."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace

import pytest
from sqlalchemy import select

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.openings import Level
from keyferry.server.core.errors import LicenseRefused
from keyferry.server.core.licensing import activation_refusals, license_changes
from keyferry.server.core.licensing.continuity import Outcome
from keyferry.server.core.models import License
from keyferry.server.db import reading
from keyferry.server.services import operations
from keyferry.server.services.guard import PER_LICENSE
from tests.audit_log import events
from tests.going_on import (
    LEASE,
    PHONE,
    STAFF,
    activations,
    former,
    passes_used,
    recorded,
    scan,
    set_property,
    typed,
)
from tests.machines import Machine
from tests.refusals import refusal_of, refused

pytestmark = pytest.mark.engines("sqlite", "postgresql")


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


@pytest.mark.parametrize(
    "refusal",
    [
        activation_refusals.replacement_needs_vendor(),
        activation_refusals.replacement_unconfirmed(),
        activation_refusals.computer_looks_the_same(30),
        activation_refusals.too_many_transfers(30),
        activation_refusals.no_seat_left(License(seats=1)),
        activation_refusals.no_seat_left(License(seats=7)),
    ],
    ids=lambda refusal: refusal.code,
)
def test_a_refusal_for_a_limit_or_for_the_vendor_names_the_codes_in_the_wizard_first(refusal):
    said = str(refusal)
    codes = re.search("In the License Wizard, .*?code", said)
    assert codes is not None
    assert codes.start() < (said + "ask the vendor").index("ask the vendor")


def test_two_who_send_the_same_request_get_one_key_and_use_no_count(vendor, leased):
    after = leased.continuing()
    keys = {operations.activate(after.scanned, by=PHONE).done.computer_key for _ in range(2)}
    assert len(keys) == 1
    assert passes_used(vendor, leased) == 0


def test_staff_are_told_to_give_a_reason_where_a_customer_is_sent_to_the_vendor(vendor, leased):
    set_property("options/maxUnprovenReplacementCount", "0")
    lost = vendor.machine(leased.activation_key)
    assert refusal_of(operations.activate, lost.scanned, by=STAFF) == "replacement_needs_reason"
    given = operations.activate(lost.scanned, by=STAFF, reason="the disk died").done
    assert given.outcome is Outcome.REPLACEMENT
    [event] = events("activated_replacement")
    assert event.detail == {"reason": "the disk died"}
    assert passes_used(vendor, leased) == 0


def test_a_name_beside_an_opening_is_kept_as_for_any_request(vendor, leased):
    after = replace(leased.continuing(), openings=(leased.opening(Level.CONTINUATION),) * 3)
    scan(after)
    assert [row.computer_name for row in activations()] == [leased.name]

"""Which codes free a seat after computer IDs followed each other, and what they prove."""

from __future__ import annotations

import pytest

from keyferry.protocol.openings import Level
from keyferry.server.core.errors import ComputerIdBurnt, NotFound
from keyferry.server.core.licensing.continuity import Outcome
from keyferry.server.core.licensing.deactivation import Code
from keyferry.server.services import operations
from tests.audit_log import events
from tests.going_on import (
    LEASE,
    PHONE,
    STAFF,
    hand_in,
    passes_used,
    recorded,
    scan,
    typed,
)
from tests.refusals import refusal_of, refused

pytestmark = pytest.mark.engines("sqlite", "postgresql")


@pytest.fixture
def leased(vendor):
    """A computer with the one seat of a license on a lease."""
    machine = vendor.machine(vendor.issue(lease_days=LEASE))
    scan(machine)
    return machine


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


def test_a_second_activation_after_a_code_that_was_not_handed_in_stays_proven(vendor, leased):
    """Deactivated, not reported, activated again, and deactivated: once only claimed."""
    again = leased.continuing(level=Level.PROOF)
    scan(again)
    last = again.continuing(level=Level.PROOF)
    scan(last)
    assert recorded(last) == "proven"
    assert [event.event for event in events("released_claimed", "released_proven")] == ["released_proven"]


def test_a_request_with_another_key_leaves_the_one_that_was_delivered_to_its_code(vendor, leased):
    """The wizard gives up what it asked for with one key; the phone had activated it already."""
    delivered = vendor.machine(vendor.issue(), leased.name)
    scan(delivered)
    assert recorded(delivered) == "proven"
    assert vendor.seats_used(delivered.activation_key) == 0
    assert vendor.seats_used(leased.activation_key) == 1


def test_what_was_released_starts_anew_and_owes_no_proof(vendor, leased):
    hand_in(leased)
    assert scan(vendor.machine(leased.activation_key)) is Outcome.NEW_SEAT
    assert passes_used(vendor, leased) == 0

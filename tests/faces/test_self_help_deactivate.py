"""Self Help: giving a seat back, with the code that proves it or without."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from keyferry.protocol.request_token import scan_url
from keyferry.server.core.licensing.release_limits import CLAIMS
from keyferry.server.core.models import Activation
from keyferry.server.db import reading
from tests.audit_log import events
from tests.faces.test_self_help_activate import codes, mistyped

WITH_CODE = "customerSite/showDeactivationVerificationCode"


def with_code(machine) -> dict[str, str]:
    return codes(machine) | {"code": machine.code.text}


@pytest.fixture
def machine(vendor):
    """A computer that holds the one seat of its license."""
    machine = vendor.machine(vendor.issue())
    vendor.activate(machine)
    return machine


def releases() -> list[str | None]:
    with reading() as session:
        return list(session.scalars(select(Activation.ended_how).order_by(Activation.id)))


def refused() -> list[str | None]:
    return [event.code for event in events("release_refused")]


def test_the_right_code_frees_the_seat_and_proves_it(vendor, visitor, machine):
    shown = visitor.fill_in("deactivate", **with_code(machine))
    assert shown.status == 200
    assert "LAB-PC-07 is deactivated" in shown.words
    assert "Its seat for Demo CAD is free" in shown.words
    assert "0 of 1 seat in use" in shown.words
    assert "Confirmed by the code yes" in shown.words
    assert releases() == ["proven"]
    assert vendor.seats_used(machine.activation_key) == 0


def test_the_same_code_once_more_says_so_and_changes_nothing(vendor, visitor, machine):
    visitor.fill_in("deactivate", **with_code(machine))
    vendor.activate(vendor.machine(machine.activation_key))
    again = visitor.fill_in("deactivate", **with_code(machine))
    assert again.status == 200
    assert "This computer was already deactivated" in again.words
    assert vendor.seats_used(machine.activation_key) == 1
    assert releases() == ["proven", None]


@pytest.mark.parametrize("field", ["code", "computer_id"])
def test_all_codes_of_a_pasted_link_are_tried(vendor, visitor, machine, field):
    """What the wizard has was scanned on, and the key for that was never typed in."""
    delivered, unseen = machine.continuing(), machine.continuing()
    vendor.activate(delivered)
    link = scan_url("https://keys.example.com", unseen.deactivation_token_with(machine, delivered))
    shown = visitor.fill_in("deactivate", **with_code(unseen) | {field: link})
    assert shown.status == 200
    assert "0 of 1 seat in use" in shown.words
    assert vendor.seats_used(machine.activation_key) == 0


def test_a_link_counts_only_where_it_says_what_was_typed(vendor, visitor, machine):
    delivered, unseen = machine.continuing(), machine.continuing()
    vendor.activate(delivered)
    other = vendor.machine(machine.activation_key, "LAB-PC-08")
    link = scan_url("https://keys.example.com", unseen.deactivation_token_with(delivered))
    refused = visitor.fill_in("deactivate", **codes(other), code=link)
    assert refused.status in (400, 404)
    assert vendor.seats_used(machine.activation_key) == 1


@pytest.mark.parametrize("whose", ["another machine", "another license", "an earlier activation"])
def test_a_code_of_something_else_is_refused_and_in_the_audit(vendor, visitor, whose):
    key = vendor.issue(seats=2)
    machine = vendor.machine(key)
    other = {
        "another machine": vendor.machine(key, "other", secret=machine.secret),
        "another license": vendor.machine(vendor.issue(), secret=machine.secret),
        "an earlier activation": vendor.machine(key),
    }[whose]
    vendor.activate(machine)
    shown = visitor.fill_in("deactivate", **codes(machine), code=other.code.text)
    assert (shown.status, shown.form.is_wrong("code")) == (400, True)
    assert "doesn’t match this activation" in shown.words
    assert shown.form.values.items() >= codes(machine).items()
    assert refused() == ["wrong_deactivation_code"]
    assert releases() == [None]


def test_a_wrong_code_for_a_seat_that_is_free_already_is_still_wrong(vendor, visitor, machine):
    visitor.fill_in("deactivate", **with_code(machine))
    other = vendor.machine(machine.activation_key)
    shown = visitor.fill_in("deactivate", **codes(machine), code=other.code.text)
    assert shown.status == 400


def test_a_code_with_a_wrong_character_is_repaired_since_the_commitment_vouches_for_it(visitor, machine):
    shown = visitor.fill_in("deactivate", **codes(machine), code=mistyped(machine.code.text))
    assert shown.status == 200
    assert releases() == ["proven"]


@pytest.mark.parametrize("field", ["activation_key", "computer_id"])
def test_a_mistyped_code_of_another_kind_is_offered_for_one_press(visitor, machine, field):
    right = with_code(machine)
    shown = visitor.fill_in("deactivate", **right | {field: mistyped(right[field])})
    assert shown.status == 400
    assert shown.form.values["code"] == machine.code.text
    assert visitor.take(shown).status == 200
    assert releases() == ["proven"]


def test_without_the_code_nothing_is_given_back(visitor, machine):
    assert visitor.open("deactivate").form.requires("code")
    shown = visitor.fill_in("deactivate", **codes(machine), code=" ")
    assert (shown.status, shown.form.is_wrong("code")) == (400, True)
    assert "Type the deactivation verification code." in shown.words
    assert releases() == [None]


def test_a_computer_that_was_never_activated_has_no_seat_to_give_back(vendor, visitor):
    machine = vendor.machine(vendor.issue())
    shown = visitor.fill_in("deactivate", **with_code(machine))
    assert (shown.status, shown.form.is_wrong("computer_id")) == (409, True)
    assert refused() == ["not_activated"]


def test_where_the_vendor_asks_for_no_code_a_release_is_a_claim(visitor, switch, machine):
    switch(WITH_CODE, "false")
    page = visitor.open("deactivate")
    assert not page.form.takes("code")
    shown = visitor.fill_in("deactivate", **codes(machine))
    assert shown.status == 200
    assert "Confirmed by the code no" in shown.words
    assert releases() == ["claimed"]


def test_a_claim_may_be_made_less_often_than_a_proof(vendor, visitor, switch, machine):
    switch(WITH_CODE, "false")
    for _ in range(CLAIMS.per_machine):
        assert visitor.fill_in("deactivate", **codes(machine)).status == 200
        machine = vendor.machine(machine.activation_key)
        vendor.activate(machine)
    shown = visitor.fill_in("deactivate", **codes(machine))
    assert shown.status == 403
    assert "changed computers too often" in shown.words
    assert refused() == ["release_limit_reached"]
    switch(WITH_CODE, "true")
    assert visitor.fill_in("deactivate", **with_code(machine)).status == 200
    assert releases() == ["claimed", "proven"]


def test_a_code_that_came_in_the_address_is_proof_even_where_none_is_asked_for(visitor, switch, machine):
    switch(WITH_CODE, "false")
    page = visitor.open("deactivate", is_deactcode=machine.code.text)
    assert page.form.values["code"] == machine.code.text
    assert "Confirmed by the code yes" in visitor.send(page.form, **codes(machine)).words
    assert releases() == ["proven"]


def test_so_soon_after_an_activation_the_vendor_may_forbid_it(vendor, visitor, switch, machine):
    switch("customerSite/preventDeactivationPeriod", str(10 * 24 * 60))
    shown = visitor.fill_in("deactivate", **with_code(machine))
    assert shown.status == 403
    assert "can be deactivated here starting 2026-12-04 12:00 UTC" in shown.words
    assert refused() == ["deactivation_too_early"]
    vendor.clock.pass_days(10)
    assert visitor.fill_in("deactivate", **with_code(machine)).status == 200


def test_the_vendor_sets_how_often_seats_change_hands(vendor, visitor, switch, machine):
    switch("options/maxReleaseCount", "1")
    assert visitor.fill_in("deactivate", **with_code(machine)).status == 200
    second = vendor.machine(machine.activation_key)
    vendor.activate(second)
    assert visitor.fill_in("deactivate", **with_code(second)).status == 403
    switch("options/maxReleasePeriodInDays", "7")
    vendor.clock.pass_days(8)
    assert visitor.fill_in("deactivate", **with_code(second)).status == 200


def test_a_freed_computer_id_is_burnt_for_activation(visitor, machine):
    visitor.fill_in("deactivate", **with_code(machine))
    shown = visitor.fill_in("activate", **codes(machine))
    assert (shown.status, shown.form.is_wrong("computer_id")) == (409, True)

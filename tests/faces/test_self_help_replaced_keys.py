"""Self Help: a key that leaked and was replaced activates nothing, and still gives seats back."""

from __future__ import annotations

import pytest

from keyferry.server.core.licensing import license_changes
from tests.faces.test_self_help_activate import codes, mistyped

SENTENCE = "The vendor replaced this activation key with a new one."


@pytest.fixture
def machine(vendor):
    """A computer that was activated with a key before that was replaced."""
    machine = vendor.machine(vendor.issue(seats=2))
    vendor.activate(machine)
    vendor.change(machine.activation_key, license_changes.replace_key)
    return machine


@pytest.mark.parametrize("page", ["activate", "license"])
def test_a_former_key_is_refused_beside_its_field(visitor, machine, page):
    typed = codes(machine) if page == "activate" else {"activation_key": machine.activation_key.text}
    shown = visitor.fill_in(page, **typed)
    assert (shown.status, shown.form.is_wrong("activation_key")) == (403, True)
    assert SENTENCE in shown.words


def test_a_seat_that_was_taken_with_a_former_key_is_given_back(visitor, machine):
    shown = visitor.fill_in("deactivate", **codes(machine), code=machine.code.text)
    assert "0 of 2 seats in use" in shown.words


def test_a_mistyped_computer_id_is_offered_beside_a_former_key_too(visitor, machine):
    typed = codes(machine) | {"computer_id": mistyped(machine.computer_id.text)}
    shown = visitor.fill_in("deactivate", **typed, code=machine.code.text)
    assert f"Did you mean {machine.computer_id.text}?" in shown.words
    assert visitor.take(shown).status == 200

"""Self Help: guesses are counted by address and by license, together with those made by phone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from keyferry.server.services.guard import PER_LICENSE, PERIOD
from tests.faces.test_self_help_activate import codes
from tests.faces.visitor import Visitor


@pytest.fixture
def machine(vendor):
    machine = vendor.machine(vendor.issue())
    vendor.activate(machine)
    return machine


def wrong(machine):
    """The same computer with the code of another activation."""
    return replace(machine, secret=b"guess" * 3 + b"!")


def guess_here(app, machine, count: int, *, address: str = "192.0.2.7") -> set[int]:
    visitor = Visitor(app, address=address)
    form = visitor.open("deactivate").form
    typed = codes(machine) | {"code": wrong(machine).code.text}
    return {visitor.send(form, **typed).status for _ in range(count)}


def guess_by_phone(app, machine, count: int) -> set[int]:
    token = wrong(machine).deactivation_token_for(machine.computer_id)
    ask = app.test_client().post
    return {ask("/phone/v1/deactivations", json={"token": token}).status_code for _ in range(count)}


def test_too_many_guesses_at_a_license_are_stopped_and_the_right_code_waits_too(app, vendor, machine):
    assert guess_here(app, machine, PER_LICENSE) == {400}
    right = codes(machine) | {"code": machine.code.text}
    # From another address, too: it is the license that is counted.
    elsewhere = Visitor(app, address="198.51.100.7")
    shown = elsewhere.fill_in("deactivate", **right)
    assert shown.status == 429
    assert "Too many attempts. Wait 60 min, then try again." in shown.words
    assert int(shown.answer.headers["Retry-After"]) == PERIOD.total_seconds()
    assert shown.form.values.items() >= right.items()
    vendor.clock.now += PERIOD
    assert elsewhere.fill_in("deactivate", **right).status == 200


@pytest.mark.thorough
def test_what_is_typed_and_what_is_scanned_is_counted_apart(app, machine):
    assert guess_by_phone(app, machine, PER_LICENSE) == {400}
    assert guess_by_phone(app, machine, 1) == {429}
    assert guess_here(app, machine, PER_LICENSE) == {400}
    assert guess_here(app, machine, 1) == {429}


def test_what_was_typed_by_phone_counts_here(app, vendor, machine):
    stranger, foreign = app.test_client(), vendor.machine(vendor.issue())
    typed = {"activation_key": machine.activation_key.text, "computer_id": foreign.computer_id.text}
    for _ in range(PER_LICENSE):
        answer = stranger.post("/phone/v1/requests", json=typed)
        assert answer.json["code"] == "computer_id_mismatch"
    assert guess_here(app, machine, 1) == {429}


def test_a_license_over_its_limit_shows_nothing_and_gives_nothing_by_any_form(app, machine):
    guess_here(app, machine, PER_LICENSE)
    visitor = Visitor(app, address="198.51.100.7")
    key = machine.activation_key.text
    assert visitor.fill_in("license", activation_key=key).status == 429
    assert visitor.fill_in("activate", **codes(machine)).status == 429


def test_a_limit_ends_with_its_period_and_not_before(app, vendor, machine):
    guess_here(app, machine, PER_LICENSE)
    vendor.clock.now += PERIOD - timedelta(seconds=1)
    assert guess_here(app, machine, 1) == {429}
    vendor.clock.now += timedelta(seconds=1)
    assert guess_here(app, machine, 1) == {400}

"""Self Help: from what is typed to the computer key."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import select

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.core.licensing import licenses
from keyferry.server.core.models import Activation
from keyferry.server.db import reading
from tests.audit_log import events, refused_events


def mistyped(code: str) -> str:
    return ("0" if code[0] != "0" else "1") + code[1:]


def codes(machine) -> dict[str, str]:
    return {"activation_key": machine.activation_key.text, "computer_id": machine.computer_id.text}


def refused() -> list[tuple[str, str | None, str]]:
    return [(event.event, event.code, event.channel) for event in refused_events()]


@pytest.mark.parametrize("vendor", ["short", "signed"], indirect=True)
def test_what_the_wizard_shows_gives_the_key_that_the_phone_gives(app, vendor, visitor):
    machine = vendor.machine(vendor.issue(seats=5, features=("cam",), expires=date(2027, 12, 31)))
    shown = visitor.fill_in("activate", **codes(machine), computer_name="LAB-PC-07")
    assert shown.status == 200
    phone = app.test_client().post("/phone/v1/activations", json={"token": machine.activation_token}).json
    assert shown.key == phone["computer_key"]
    assert (phone["state"], phone["computer_name"]) == ("active", "LAB-PC-07")
    said = "Type this key on LAB-PC-07 Demo CAD · 1 of 5 seats in use · valid until Dec 31, 2027"
    assert said in shown.words


def test_the_key_stands_in_numbered_groups_and_in_words(vendor, visitor):
    shown = visitor.fill_in("activate", **codes(vendor.machine(vendor.issue())))
    for number in range(1, 1 + len(shown.key.split("-"))):
        assert f'<span class="n" aria-hidden="true">{number}</span>' in shown.answer.text
    assert "Spell it out over the phone" in shown.words


def test_small_letters_spaces_and_look_alikes_are_read(vendor, visitor):
    machine = vendor.machine(vendor.issue())
    forgiving = {
        "activation_key": machine.activation_key.text.lower().replace("-", " "),
        "computer_id": machine.computer_id.text.replace("-", "").replace("0", "o").replace("1", "l"),
    }
    assert visitor.fill_in("activate", **forgiving).key == vendor.activate(machine).computer_key


def test_the_same_codes_once_more_give_the_same_key_on_the_same_seat(vendor, visitor):
    machine = vendor.machine(vendor.issue(seats=2))
    first = visitor.fill_in("activate", **codes(machine))
    again = visitor.fill_in("activate", **codes(machine))
    assert again.key == first.key
    assert vendor.seats_used(machine.activation_key) == 1


def test_a_computer_that_is_activated_already_reads_of_its_other_accounts(vendor, visitor):
    key = vendor.issue()
    hint = "If another account on it still uses the software, let the accounts share one license"
    assert hint not in visitor.fill_in("activate", **codes(vendor.machine(key))).words
    pasted = f"HTTPS://LICENSE.EXAMPLE/A#{vendor.machine(key).activation_token}"
    assert hint in visitor.fill_in("activate", activation_key=pasted, computer_id=pasted).words


def test_who_did_it_stands_in_the_audit_by_channel_and_address(vendor, visitor):
    machine = vendor.machine(vendor.issue())
    visitor.fill_in("activate", **codes(machine))
    event = events()[-1]
    with reading() as session:
        row = session.scalars(select(Activation)).one()
    assert (event.event, event.channel, event.address) == ("activated_new_seat", "self_help", "192.0.2.7")
    assert (row.channel, event.activation_key_ending) == ("self_help", machine.activation_key.last_group)


@pytest.mark.parametrize("field", ["activation_key", "computer_id"])
def test_a_mistyped_code_comes_back_with_a_reading_that_one_press_takes(vendor, visitor, field):
    machine = vendor.machine(vendor.issue())
    right = codes(machine)
    shown = visitor.fill_in("activate", **right | {field: mistyped(right[field])}, computer_name="Bench 3")
    assert shown.status == 400
    assert f"Did you mean {right[field]}?" in shown.words
    assert shown.form.values["computer_name"] == "Bench 3"
    assert shown.form.values[field] == mistyped(right[field])
    assert shown.form.is_wrong(field)
    assert vendor.seats_used(machine.activation_key) == 0
    taken = visitor.take(shown)
    assert taken.status == 200
    assert taken.key == vendor.activate(machine).computer_key
    assert "on Bench 3" in taken.words


def test_two_mistyped_codes_are_repaired_one_after_the_other(vendor, visitor):
    machine = vendor.machine(vendor.issue())
    wrong = {name: mistyped(code) for name, code in codes(machine).items()}
    first = visitor.fill_in("activate", **wrong)
    second = visitor.take(first)
    assert (second.status, second.form.is_wrong("computer_id")) == (400, True)
    assert visitor.take(second).key == vendor.activate(machine).computer_key


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"activation_key": ""}, "activation_key", "Type the activation key."),
        ({"computer_id": ""}, "computer_id", "Type the computer ID."),
        ({"activation_key": "???"}, "activation_key", "activation key"),
        ({"computer_id": "ABCDE"}, "computer_id", "computer ID"),
        ({"computer_name": "a\u202eb"}, "computer_name", "name"),
        ({"computer_name": "a\x00b"}, "computer_name", "name"),
    ],
)
def test_what_cannot_be_read_is_named_beside_its_field(vendor, visitor, typed, field, sentence):
    machine = vendor.machine(vendor.issue())
    shown = visitor.fill_in("activate", **codes(machine) | typed)
    assert shown.status == 400
    assert sentence in shown.words
    assert shown.form.is_wrong(field)
    assert shown.form.values.items() >= (codes(machine) | typed).items()
    assert refused() == []


def test_the_codes_in_each_others_fields_are_recognized(vendor, visitor):
    machine = vendor.machine(vendor.issue())
    shown = visitor.fill_in(
        "activate", activation_key=machine.computer_id.text, computer_id=machine.activation_key.text
    )
    assert shown.status == 400
    assert "computer ID" in shown.words


def refusals(vendor):
    """Yield each refusal's code, status and sentence with the machine that meets it."""
    expired, suspended, key = vendor.issue(), vendor.issue(), vendor.issue()
    vendor.change(expired, licenses.renew, expires=date(2026, 11, 1))
    vendor.change(suspended, licenses.suspend)
    unknown = ActivationKey.generate(b"k" * 12)
    yield "unknown_activation_key", 404, "activation key", vendor.machine(unknown)
    yield "license_expired", 403, "expired", vendor.machine(expired)
    yield "license_suspended", 403, "on hold", vendor.machine(suspended)
    first = vendor.machine(key)
    vendor.activate(first)
    yield "no_seat_left", 403, "Was this computer set up again or replaced?", vendor.machine(key, "second")
    renewed = vendor.machine(key)
    vendor.activate(renewed)
    yield "computer_id_superseded", 409, "with a newer one", first
    vendor.release(renewed)
    yield "computer_id_released", 409, "seat was released", renewed
    vendor.rotate(retire_old=True)
    yield "retired_epoch", 403, "Update it and try again.", vendor.machine(vendor.issue())


def test_every_refusal_keeps_what_was_typed_and_is_in_the_audit(vendor, visitor):
    met = []
    for code, status, sentence, machine in refusals(vendor):
        shown = visitor.fill_in("activate", **codes(machine), computer_name="LAB-PC-07")
        assert (shown.status, shown.read.keys) == (status, []), code
        assert sentence in shown.words
        said = re.search(r'class="fix".*?</p>', shown.answer.text, re.DOTALL)
        assert said is not None
        assert re.search(r"<p>(<b>[^<]+\.</b> \S|[^<.]+\.</p>)", said[0]), "what is the matter stands out"
        assert shown.form.values.items() >= codes(machine).items()
        assert shown.form.values["computer_name"] == "LAB-PC-07"
        met.append(("activation_refused", code, "self_help"))
    assert refused() == met


def test_a_computer_id_of_another_key_is_refused_beside_its_field(vendor, visitor):
    one, other = vendor.machine(vendor.issue()), vendor.machine(vendor.issue())
    shown = visitor.fill_in("activate", **codes(one) | {"computer_id": other.computer_id.text})
    assert (shown.status, shown.form.is_wrong("computer_id")) == (400, True)
    assert refused() == [("activation_refused", "computer_id_mismatch", "self_help")]


def test_the_license_file_is_that_of_the_activation(app, vendor, visitor):
    machine = vendor.machine(vendor.issue(features=("cam",)))
    shown = visitor.fill_in("activate", **codes(machine), computer_name="LAB-PC-07")
    saved = visitor.send(shown.form)
    assert saved.status == 200
    name = f"demo-cad-LAB-PC-07-{machine.computer_id.text[-5:]}.lic"
    assert saved.answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert saved.answer.headers["Cache-Control"] == "no-store"
    phone = app.test_client().post("/phone/v1/activations", json={"token": machine.activation_token}).json
    assert saved.answer.text == phone["license_file"]


def test_a_mistyped_code_and_the_license_file_go_together(vendor, visitor):
    machine = vendor.machine(vendor.issue())
    wrong = codes(machine) | {"activation_key": mistyped(machine.activation_key.text)}
    shown = visitor.take(visitor.fill_in("activate", **wrong))
    assert visitor.send(shown.form).answer.mimetype == "application/octet-stream"


def test_a_license_that_was_suspended_meanwhile_gives_no_file_either(vendor, visitor):
    machine = vendor.machine(vendor.issue())
    shown = visitor.fill_in("activate", **codes(machine))
    vendor.change(machine.activation_key, licenses.suspend)
    refusal = visitor.send(shown.form)
    assert refusal.status == 403
    assert refusal.form.action == "/self-help/activate"

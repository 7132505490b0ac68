"""`keyferry activate` and `keyferry deactivate`."""

from __future__ import annotations

import jwt
import pytest
from sqlalchemy import select

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.computer_key import Binding
from keyferry.protocol.license_file import read_license_file
from keyferry.protocol.repair import read_short, read_signed
from keyferry.server.core.models import AuditEvent
from keyferry.server.db import reading
from tests.faces.conftest import mode_of
from tests.machines import Machine


@pytest.fixture
def key(vendor, issue) -> str:
    return issue()


@pytest.fixture
def machine(vendor, key) -> Machine:
    return vendor.machine(ActivationKey.from_text(key))


@pytest.mark.parametrize("vendor", ["short", "signed"], indirect=True)
def test_staff_activate_a_computer_and_the_wizard_accepts_the_key(vendor, done, issue, tmp_path):
    key = issue("--expires", "2090-12-31", "--feature", "cam", "--customer", "ada@example.com")
    machine = vendor.machine(ActivationKey.from_text(key))
    out = tmp_path / "lab.lic"
    given = done("activate", key, machine.computer_id.text, "--name", "LAB-PC-07", "--license-file", str(out))
    computer_key = given.pop("computer_key")
    assert given == {
        "activation_key": key,
        "computer_id": machine.computer_id.text,
        "computer_name": "LAB-PC-07",
        "outcome": "new_seat",
        "product": "demo-cad",
        "product_name": "Demo CAD",
        "expires": "2090-12-31",
        "features": ["cam"],
        "seats": 2,
        "seats_used": 1,
        "license_file": str(out),
    }
    binding = Binding("demo-cad", machine.activation_key, machine.computer_id)
    epoch = vendor.profile.current_epoch
    if vendor.profile.key_style == "short":
        claims = read_short(computer_key, binding, machine.keys.short_computer_key).claims
    else:
        claims = read_signed(computer_key, binding, epoch.typed_key).claims
    file = read_license_file(out.read_text(), binding, epoch.license_file_key)
    assert file.claims == claims
    assert (mode_of(out), file.computer_name) == (0o600, "LAB-PC-07")
    # For other libraries it is a JWT.
    content = jwt.decode(out.read_text(), options={"verify_signature": False})
    assert content["aud"] == "demo-cad"


def test_the_same_computer_gets_the_same_key(done, key, machine):
    first, again = (done("activate", key, machine.computer_id.text) for _ in range(2))
    assert first["computer_key"] == again["computer_key"]
    assert (first["outcome"], again["outcome"], again["seats_used"]) == ("new_seat", "same_seat", 1)


def test_a_long_key_is_shown_in_lines_of_whole_groups(done, instance, key, machine):
    text = instance("activate", key, machine.computer_id.text).stdout
    shown = [line.strip() for line in text.splitlines() if line.startswith("    ")]
    assert "-".join(shown) == done("activate", key, machine.computer_id.text)["computer_key"]


def test_a_license_file_never_replaces_a_file_and_then_no_seat_is_taken(
    done, instance, tmp_path, key, machine
):
    out = tmp_path / "dear.lic"
    out.write_text("dear")
    said = instance("activate", key, machine.computer_id.text, "--license-file", str(out), "--json")
    assert said.refusal == "file_exists"
    assert out.read_text() == "dear"
    assert done("license", "show", key)["licenses"][0]["seats_used"] == 0


def test_a_refused_activation_leaves_no_license_file_and_is_written_down(
    done, instance, tmp_path, key, machine
):
    done("license", "suspend", key)
    out = tmp_path / "lab.lic"
    said = instance("activate", key, machine.computer_id.text, "--license-file", str(out), "--json")
    assert said.refusal == "license_suspended"
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
    with reading() as session:
        [event] = session.scalars(select(AuditEvent).where(AuditEvent.code.is_not(None)))
        assert (event.event, event.channel) == ("activation_refused", "command_line")
        assert event.activation_key_ending == key[-5:]


def test_a_mistyped_computer_id_is_refused_with_what_was_probably_meant(instance, key, machine):
    computer_id = machine.computer_id.text
    typed = ("2" if computer_id[6] != "2" else "3").join((computer_id[:6], computer_id[7:]))
    said = instance("activate", key, typed, "--json")
    assert said.refusal == "malformed_computer_id"
    assert said.json["suggestion"] == computer_id


def test_keys_in_the_wrong_order_are_recognized(instance, key, machine):
    computer_id = machine.computer_id.text
    said = instance("activate", computer_id, key)
    assert said.exit_code == 1
    assert "This is the computer ID" in said.stderr


def test_a_computer_is_released_with_its_code(done, key, machine):
    done("activate", key, machine.computer_id.text, "--name", "LAB-PC-07")
    released = done("deactivate", key, machine.computer_id.text, machine.code.text)
    assert (released["release"], released["outcome"]) == ("proven", "released")
    assert (released["seats"], released["seats_used"]) == (2, 0)
    again = done("deactivate", key, machine.computer_id.text, machine.code.text)
    assert (again["release"], again["outcome"]) == ("proven", "already_released")
    [activation] = done("license", "show", key)["licenses"][0]["activations"]
    assert (activation["state"], activation["computer_name"]) == ("proven", "LAB-PC-07")
    assert activation["ended_at"] is not None


def test_a_computer_is_released_by_force_with_a_reason(done, key, machine):
    done("activate", key, machine.computer_id.text)
    released = done("deactivate", key, machine.computer_id.text, "--forced", "--reason", "the disk died")
    assert (released["release"], released["seats_used"]) == ("forced", 0)
    [activation] = done("license", "show", key)["licenses"][0]["activations"]
    assert (activation["state"], activation["reason"]) == ("forced", "the disk died")


def test_a_wrong_code_releases_nothing(vendor, done, instance, key):
    machine, other = (vendor.machine(ActivationKey.from_text(key)) for _ in range(2))
    done("activate", key, machine.computer_id.text)
    said = instance("deactivate", key, machine.computer_id.text, other.code.text, "--json")
    assert said.refusal == "wrong_deactivation_code"
    assert done("license", "show", key)["licenses"][0]["seats_used"] == 1


def test_a_computer_that_was_never_activated_is_said_so(instance, key, machine):
    said = instance("deactivate", key, machine.computer_id.text, machine.code.text, "--json")
    assert said.refusal == "not_activated"

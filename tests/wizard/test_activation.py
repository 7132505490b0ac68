from dataclasses import replace
from datetime import date, timedelta
from secrets import token_bytes
from unittest.mock import Mock

import pytest

from keyferry.protocol.computer_key import Style
from keyferry.protocol.errors import ComputerKeyRefused, LicenseFileRefused, MalformedCode
from keyferry.protocol.profile import MachineSource
from keyferry.wizard.control import ActivationControl
from keyferry.wizard.errors import KeyNotAccepted, NotActivated
from keyferry.wizard.results import LicenseState

from .parts import TODAY, Vendor


def test_a_fresh_machine_is_not_activated_and_nothing_is_written_by_asking(machine):
    assert machine.control().status().state is LicenseState.NOT_ACTIVATED
    assert not machine.folder.exists()
    assert not machine.anchors.exists()


@pytest.mark.parametrize("style", Style)
def test_a_typed_key_activates_and_the_restarted_application_runs(machine, vendor, style):
    vendor.style = style
    key = vendor.activation_key()
    begun = machine.control().begin(key.text, "LAB-PC-07")
    assert (begun.activation_key, begun.computer_name, begun.renewal) == (key, "LAB-PC-07", False)
    assert machine.control().status().state is LicenseState.PENDING
    completed = machine.control().complete(vendor.computer_key(begun, features=0b10))
    assert (completed.features, completed.corrections) == (("render",), ())
    status = machine.control().status()
    assert status.state is LicenseState.ACTIVE
    assert status.claims == completed.claims
    assert (status.activation_key, status.computer_id) == (key, begun.computer_id)
    assert (status.computer_name, status.features) == ("LAB-PC-07", ("render",))
    assert status.not_remembered is None


@pytest.mark.parametrize("style", Style)
def test_a_license_file_activates_where_typing_is_too_long(machine, vendor, style):
    vendor.style = style
    begun = machine.control().begin(vendor.activation_key())
    completed = machine.control().complete(f"\n{vendor.license_file(begun)}\n")
    assert (completed.features, completed.computer_key) == (("export", "render"), None)
    assert machine.control().status().state is LicenseState.ACTIVE


def test_the_computer_id_stays_the_same_however_often_the_wizard_is_opened(machine, vendor):
    key = vendor.activation_key()
    first = machine.control().begin(key, "LAB-PC-07")
    again = machine.control().begin(key)
    assert again == first


def test_a_new_name_does_not_change_the_computer_id(machine, vendor):
    key = vendor.activation_key()
    first, renamed = machine.control().begin(key, "OLD"), machine.control().begin(key, "NEW")
    assert renamed.computer_id == first.computer_id
    assert renamed.computer_name == "NEW"


def test_another_activation_key_gets_another_computer_id(machine, vendor):
    first = machine.control().begin(vendor.activation_key())
    second = machine.control().begin(vendor.activation_key())
    assert first.computer_id.fingerprint == second.computer_id.fingerprint
    assert first.computer_id.commitment != second.computer_id.commitment


def test_a_key_with_four_wrong_characters_activates_and_they_are_named(machine, vendor):
    begun = machine.control().begin(vendor.activation_key())
    issued = vendor.computer_key(begun)
    typed = list(issued)
    for place in (0, 8, 15, 22):
        typed[place] = "Z" if typed[place] != "Z" else "Y"
    completed = machine.control().complete("".join(typed).lower())
    assert completed.computer_key == issued
    assert [(found.group, found.place) for found in completed.corrections] == [(1, 1), (2, 3), (3, 4), (4, 5)]
    assert machine.control().status().state is LicenseState.ACTIVE


def test_a_refused_key_changes_nothing(machine, vendor, tmp_path):
    begun = machine.control().begin(vendor.activation_key())
    before = machine.state_file.read_bytes()
    stranger = replace(machine, vendor=Vendor(), folder=tmp_path / "other", anchors=tmp_path / "other")
    foreign = stranger.vendor.computer_key(stranger.control().begin(stranger.vendor.activation_key()))
    for typed in ("", "ABCDE", "0" * 30, foreign, "x" * 5000):
        with pytest.raises((MalformedCode, ComputerKeyRefused)):
            machine.control().complete(typed)
    assert machine.state_file.read_bytes() == before
    assert machine.control().complete(vendor.computer_key(begun)).corrections == ()


def test_a_key_without_a_request_is_refused_with_what_to_do_first(machine):
    for attempt in (machine.control().complete, machine.control().complete_from_file):
        with pytest.raises(NotActivated, match="Request a computer key first") as refused:
            attempt("12345")
        assert refused.value.code == "not_activated"
    assert not machine.folder.exists()


def test_a_file_that_is_no_license_file_is_called_that(machine, vendor):
    machine.control().begin(vendor.activation_key())
    with pytest.raises(LicenseFileRefused):
        machine.control().complete_from_file("dear diary")


def test_neither_key_nor_file_for_another_machine_activates_this_one(machine, vendor, tmp_path):
    key = vendor.activation_key()
    machine.control().begin(key)
    foreign = replace(machine, folder=tmp_path / "other", identifier="machine-2").control().begin(key)
    with pytest.raises(LicenseFileRefused, match="another computer"):
        machine.control().complete(vendor.license_file(foreign))
    with pytest.raises(ComputerKeyRefused):
        machine.control().complete(vendor.computer_key(foreign))


def test_an_expired_key_is_refused_with_its_reason_and_the_request_stays(machine, vendor):
    begun = machine.control().begin(vendor.activation_key())
    expired = vendor.computer_key(begun, issued=TODAY - timedelta(9), expires=TODAY - timedelta(2))
    with pytest.raises(
        KeyNotAccepted, match="it ended on February 28, 2026, and this computer's clock says March 2"
    ) as refused:
        machine.control().complete(expired)
    assert refused.value.code == "license_expired"
    assert machine.control().status().state is LicenseState.PENDING
    assert machine.control().complete(vendor.computer_key(begun)).computer_id == begun.computer_id


def test_a_key_from_the_future_says_that_the_clock_is_behind(machine, vendor):
    begun = machine.control().begin(vendor.activation_key())
    with pytest.raises(KeyNotAccepted, match="clock says March 2, 2026, 09:30 UTC") as refused:
        machine.control().complete(vendor.computer_key(begun, issued=TODAY + timedelta(2)))
    assert refused.value.code == "not_yet_valid"
    machine.clock.advance(days=1)
    machine.control().complete(vendor.computer_key(begun, issued=TODAY + timedelta(2)))
    assert machine.control().status().state is LicenseState.ACTIVE


def test_an_activation_key_that_is_mistyped_is_asked_about_and_never_swapped(machine, vendor):
    key = vendor.activation_key()
    wrong = ("2" if key.text[0] != "2" else "3") + key.text[1:]
    with pytest.raises(MalformedCode, match="Did you mean") as refused:
        machine.control().begin(wrong)
    assert refused.value.suggestion == key.text
    assert machine.control().status().state is LicenseState.NOT_ACTIVATED


def test_a_name_that_cannot_be_shown_is_refused(machine, vendor):
    with pytest.raises(MalformedCode) as refused:
        machine.control().begin(vendor.activation_key(), "LAB\x1b[2J")
    assert refused.value.code == "malformed_computer_name"


def test_an_application_that_names_the_machine_must_hand_the_name_in(vendor, tmp_path):
    with pytest.raises(ValueError, match="machine_identifier"):
        ActivationControl(vendor.profile, tmp_path)


def test_a_product_that_asks_the_system_needs_no_name(vendor, tmp_path, monkeypatch):
    vendor.machine_source = MachineSource.OS
    monkeypatch.setattr("keyferry.wizard.machine.machine_identifier", lambda: "linux:1")
    control = ActivationControl(vendor.profile, tmp_path / "state", anchor_folder=tmp_path / "anchors")
    begun = control.begin(vendor.activation_key())
    control.complete(vendor.computer_key(begun, issued=date(2020, 1, 2), expires=None))
    assert control.status().state is LicenseState.ACTIVE


def test_the_randomness_is_the_one_that_is_handed_in(machine, vendor):
    random_bytes = Mock(side_effect=token_bytes)
    machine.control(random_bytes=random_bytes).begin(vendor.activation_key())
    random_bytes.assert_called_once_with(16)


def test_no_result_shows_a_key_in_its_repr(machine, vendor):
    key = vendor.activation_key()
    begun = machine.control().begin(key)
    typed = vendor.computer_key(begun)
    shown = [repr(begun), repr(machine.control().complete(typed)), repr(machine.control().status())]
    released = machine.control().deactivate()
    shown.append(repr(released))
    for text in shown:
        assert key.text not in text
        assert typed not in text
        assert released.code.text not in text
        assert "HTTPS" not in text


def test_what_is_pending_can_be_shown_again_without_its_activation_key(machine):
    assert machine.control().pending() is None
    begun = machine.control().begin(machine.vendor.activation_key(), "LAB-PC-07")
    assert machine.control().pending() == begun
    machine.control().complete(machine.vendor.computer_key(begun))
    assert machine.control().pending() is None

"""A service runs under an account without a home: its license goes on, and a warning says what it lacks."""

import os

import pytest

from keyferry.wizard.control import ActivationControl
from keyferry.wizard.errors import StorageUnavailable
from keyferry.wizard.results import LicenseState


@pytest.fixture(params=[None, "", "/dev/null", "/nonexistent"])
def homeless(request, monkeypatch):
    """An account that is not root, with no HOME or one that is none."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    if request.param is None:
        monkeypatch.delenv("HOME", raising=False)
    else:
        monkeypatch.setenv("HOME", request.param)
    # Root, as whom tests run, could make a folder anywhere.
    if request.param == "/nonexistent":
        monkeypatch.setenv("HOME", "/proc/nonexistent")


def control_of_the_service(machine):
    return ActivationControl(
        machine.vendor.profile,
        machine.folder,
        machine_identifier=machine.identifier,
        now=machine.clock.now,
    )


def test_an_active_license_stays_active_with_a_warning(machine, vendor, homeless):
    machine.activate(vendor.activation_key())
    machine.clock.advance(days=1)
    status = control_of_the_service(machine).status()
    assert status.state is LicenseState.ACTIVE
    assert status.hindrance.code == "anchor_not_writable"
    assert status.not_remembered


def test_nothing_is_changed_and_what_is_missing_is_said(machine, vendor, homeless):
    activated = machine.activate(vendor.activation_key())
    before = machine.state_file.read_bytes()
    for operation in (
        lambda control: control.begin(activated.activation_key),
        lambda control: control.deactivate(),
    ):
        with pytest.raises(StorageUnavailable) as refused:
            operation(control_of_the_service(machine))
        assert refused.value.code == "anchor_not_writable"
    assert machine.state_file.read_bytes() == before

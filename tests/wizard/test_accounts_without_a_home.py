"""A service runs under an account without a home: what its license needs is in the state, or said."""

import os

import pytest

from keyferry.protocol.openings import Level
from keyferry.wizard import latest_time
from keyferry.wizard.anchor_place import default_anchor_folder
from keyferry.wizard.control import ActivationControl
from keyferry.wizard.errors import StorageUnavailable
from keyferry.wizard.results import LicenseState


@pytest.fixture(params=[None, "", "/dev/null", "/proc/nonexistent"])
def homeless(request, monkeypatch):
    """An account that is not root, with no HOME or one that is none."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(latest_time, "default_anchor_folder", default_anchor_folder)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    if request.param is None:
        monkeypatch.delenv("HOME", raising=False)
    else:
        monkeypatch.setenv("HOME", request.param)


def control_of_the_service(machine):
    return ActivationControl(
        machine.vendor.profile,
        machine.folder,
        machine_identifier=machine.identifier,
        now=machine.clock.now,
    )


def test_a_license_runs_and_is_given_up_beside_the_anchor_that_the_state_names(machine, homeless):
    machine.activate()
    machine.clock.advance(days=1)
    status = control_of_the_service(machine).status()
    assert (status.state, status.not_remembered) == (LicenseState.ACTIVE, None)
    assert control_of_the_service(machine).deactivate().level is Level.PROOF


def test_a_request_without_a_state_needs_a_place_for_the_anchor(machine, vendor, homeless):
    with pytest.raises(StorageUnavailable) as refused:
        control_of_the_service(machine).begin(vendor.activation_key())
    assert refused.value.code == "anchor_not_writable"
    assert not machine.state_file.exists()

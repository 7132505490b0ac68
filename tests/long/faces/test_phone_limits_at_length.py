"""A license over its limit does not lock its address."""

from __future__ import annotations

from keyferry.server.services.guard import PER_ADDRESS
from tests.faces.test_phone import phone, wrong_code

__all__ = ["phone"]


def test_one_license_over_its_limit_does_not_lock_its_whole_address(vendor, phone):
    machine, other = vendor.machine(vendor.issue()), vendor.machine(vendor.issue())
    vendor.activate(machine)
    guess = wrong_code(vendor, machine)
    for _ in range(PER_ADDRESS + 20):
        phone("deactivations", guess)
    assert phone("activations", other.activation_token).json["state"] == "new"

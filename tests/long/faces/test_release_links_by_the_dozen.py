"""Mailboxes are not filled."""

from __future__ import annotations

import pytest

from keyferry.server.services.release_links import PER_ADDRESS, PER_LICENSE
from tests.faces.test_release_links import ADA, ask, dead, waiting

pytestmark = pytest.mark.usefixtures("mail_works")
__all__ = ["dead"]


def test_mailboxes_are_not_filled_and_a_guess_counts(app, vendor, visitor, dead):
    new = vendor.machine(dead.activation_key, "LAB-PC-08")
    codes_of = [ask(app, new, address=f"192.0.2.{number}").status_code for number in range(PER_LICENSE + 1)]
    assert codes_of == [200] * PER_LICENSE + [429]
    assert waiting() == PER_LICENSE
    others = [vendor.machine(vendor.issue(customer=ADA)) for _ in range(PER_ADDRESS + 1)]
    answers = [ask(app, other, address="198.51.100.9").status_code for other in others]
    assert answers == [200] * PER_ADDRESS + [429]
    stranger = vendor.machine(vendor.issue(), "LAB-PC-09")
    mixed = ask(app, new, address="203.0.113.1", computer_id=stranger.computer_id.text)
    assert mixed.json["code"] == "computer_id_mismatch"

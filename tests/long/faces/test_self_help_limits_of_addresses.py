"""Self Help: as many guesses as an address has, and what uses up none."""

from __future__ import annotations

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.services.guard import PER_ADDRESS, PER_LICENSE
from tests.faces.test_self_help_activate import codes
from tests.faces.test_self_help_limits import guess_here, machine
from tests.faces.visitor import Visitor

__all__ = ["machine"]


def test_activation_keys_are_guessed_only_so_often_from_one_address(app, vendor, machine):
    visitor = Visitor(app)
    form = visitor.open("license").form
    for number in range(PER_ADDRESS):
        key = ActivationKey.generate(number.to_bytes(12, "big")).text
        assert visitor.send(form, activation_key=key).status == 404
    assert visitor.send(form, activation_key=machine.activation_key.text).status == 429
    elsewhere = Visitor(app, address="198.51.100.7")
    assert elsewhere.fill_in("license", activation_key=machine.activation_key.text).status == 200


def test_a_customers_whole_ipv6_network_is_one_address(app, vendor):
    for number in range(PER_ADDRESS):
        visitor = Visitor(app, address=f"2001:db8::{number:x}")
        form = visitor.open("license").form
        key = ActivationKey.generate(number.to_bytes(12, "big")).text
        assert visitor.send(form, activation_key=key).status == 404
    right = {"activation_key": vendor.issue().text}
    assert Visitor(app, address="2001:db8::ffff:1").fill_in("license", **right).status == 429
    assert Visitor(app, address="2001:db8:0:1::1").fill_in("license", **right).status == 200


def test_what_succeeds_or_is_mistyped_uses_up_nothing(app, vendor, visitor, machine):
    form = visitor.open("activate").form
    for _ in range(PER_LICENSE + 5):
        assert visitor.send(form, **codes(machine)).status == 200
        mistyped = codes(machine) | {"computer_id": "ABCDE"}
        assert visitor.send(form, **mistyped).status == 400
    assert guess_here(app, machine, 1) == {400}

"""Proof of deactivation: a code opens the commitment that its computer ID has carried from the beginning."""

from dataclasses import replace
from random import Random

import pytest
from protocol_samples import ACTIVATION_KEY, KEYS, MACHINE, fixed_bytes, with_wrong

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.deactivation import (
    DeactivationCode,
    commitment,
    deactivation_code,
    read_deactivation_code,
    verify_deactivation_code,
)
from keyferry.protocol.errors import WrongDeactivationCode

pytestmark = pytest.mark.full_price

CODE = MACHINE.code
OTHERS = {
    "another machine": replace(MACHINE, identifier="another-machine"),
    "another license": replace(MACHINE, activation_key=ActivationKey.generate(fixed_bytes("another", 12))),
    "another epoch": replace(MACHINE, epoch=4, application_secret=fixed_bytes("epoch 4")),
    "an earlier activation": replace(MACHINE, secret=fixed_bytes("an earlier r", 16)),
}


def verify(code, machine=MACHINE):
    verify_deactivation_code(
        code,
        product_code=machine.product_code,
        activation_key=machine.activation_key,
        computer_id=machine.computer_id,
    )


def test_the_code_of_an_activation_opens_its_commitment():
    verify(CODE)
    verify(read_deactivation_code(CODE.text))


def test_a_code_has_three_groups():
    assert [len(group) for group in CODE.text.split("-")] == [5, 5, 5]


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS.keys())
def test_the_code_of_something_else_is_wrong(other):
    with pytest.raises(WrongDeactivationCode) as caught:
        verify(other.code)
    assert caught.value.code == "wrong_deactivation_code"


def test_the_code_of_another_product_is_wrong_even_under_the_same_secret():
    with pytest.raises(WrongDeactivationCode):
        verify_deactivation_code(
            CODE, product_code="demo-cam", activation_key=ACTIVATION_KEY, computer_id=MACHINE.computer_id
        )


@pytest.mark.thorough
def test_random_codes_are_wrong():
    random = Random(1)
    for _ in range(8):
        with pytest.raises(WrongDeactivationCode):
            verify(DeactivationCode(tuple(random.randrange(32) for _ in range(10))))


@pytest.mark.parametrize("place", [0, 9])
def test_a_code_with_one_bit_flipped_is_wrong(place):
    symbols = list(CODE.symbols)
    symbols[place] ^= 1
    with pytest.raises(WrongDeactivationCode):
        verify(DeactivationCode(tuple(symbols)))


@pytest.mark.parametrize("size", [0, 15, 17])
def test_a_secret_of_another_size_is_refused(size):
    with pytest.raises(ValueError, match="16 bytes"):
        deactivation_code(KEYS, secret=bytes(size), activation_key=ACTIVATION_KEY, fingerprint=0)


def test_a_code_is_compared_by_its_symbols_however_it_was_typed():
    assert read_deactivation_code(with_wrong(CODE.text, (3,), Random(4))) == CODE


def test_the_computer_id_reveals_nothing_of_the_code_to_who_does_not_run_scrypt():
    other = replace(MACHINE, secret=fixed_bytes("another r", 16))
    assert (
        commitment(
            other.code,
            product_code=MACHINE.product_code,
            activation_key=ACTIVATION_KEY,
            fingerprint=MACHINE.fingerprint,
        )
        != MACHINE.computer_id.commitment
    )
    assert MACHINE.computer_id.fingerprint == other.computer_id.fingerprint

"""Proof of deactivation: a code opens the commitment that its computer ID has carried from the beginning."""

from dataclasses import replace
from random import Random

import pytest
from protocol_samples import ACTIVATION_KEY, KEYS, MACHINE, fixed_bytes, with_wrong

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.deactivation import (
    DeactivationCode,
    proof,
    read_deactivation_code,
    verify_deactivation_code,
)
from keyferry.protocol.errors import WrongDeactivationCode
from keyferry.protocol.openings import Level, Opening, commitment, weaken

pytestmark = pytest.mark.full_price

CODE = MACHINE.code
OTHERS = {
    "another machine": replace(MACHINE, identifier="another-machine"),
    "another license": replace(MACHINE, activation_key=ActivationKey.generate(fixed_bytes("another", 12))),
    "another epoch": replace(MACHINE, epoch=4, application_secret=fixed_bytes("epoch 4")),
    "an earlier activation": replace(MACHINE, secret=fixed_bytes("an earlier r", 16)),
}


def verify(code, machine=MACHINE):
    return verify_deactivation_code(
        code,
        product_code=machine.product_code,
        activation_key=machine.activation_key,
        computer_id=machine.computer_id,
    )


def test_the_code_of_an_activation_opens_its_commitment():
    assert verify(CODE) is Level.PROOF
    assert verify(read_deactivation_code(CODE.text)) is Level.PROOF


def test_the_weak_code_opens_it_too_and_says_less():
    assert verify(DeactivationCode.of(MACHINE.opening(Level.CLAIM))) is Level.CLAIM


def test_what_only_continues_is_no_code():
    continuing = MACHINE.opening(Level.CONTINUATION)
    with pytest.raises(ValueError, match="no code"):
        DeactivationCode.of(continuing)
    with pytest.raises(WrongDeactivationCode):
        verify(DeactivationCode(continuing.symbols))


def test_every_level_leads_to_the_one_commitment_and_none_leads_back():
    holder = {
        "product_code": MACHINE.product_code,
        "activation_key": ACTIVATION_KEY,
        "fingerprint": MACHINE.fingerprint,
    }
    openings = [MACHINE.opening(level) for level in Level]
    assert {commitment(opening, **holder) for opening in openings} == {MACHINE.computer_id.commitment}
    assert len({opening.symbols for opening in openings}) == 3
    assert weaken(MACHINE.opening(Level.CLAIM), Level.CONTINUATION, **holder) == openings[0]
    with pytest.raises(ValueError, match="higher level"):
        weaken(openings[0], Level.CLAIM, **holder)


@pytest.mark.parametrize("level", Level)
def test_an_opening_does_not_show_in_what_is_printed(level):
    opening = MACHINE.opening(level)
    assert repr(opening) == repr(Opening(level, (0,) * 10))


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
        proof(KEYS, secret=bytes(size), activation_key=ACTIVATION_KEY, fingerprint=0)


def test_a_code_is_compared_by_its_symbols_however_it_was_typed():
    assert read_deactivation_code(with_wrong(CODE.text, (3,), Random(4))) == CODE


def test_the_computer_id_reveals_nothing_of_the_code_to_who_does_not_run_scrypt():
    other = replace(MACHINE, secret=fixed_bytes("another r", 16))
    assert (
        commitment(
            other.proof,
            product_code=MACHINE.product_code,
            activation_key=ACTIVATION_KEY,
            fingerprint=MACHINE.fingerprint,
        )
        != MACHINE.computer_id.commitment
    )
    assert MACHINE.computer_id.fingerprint == other.computer_id.fingerprint

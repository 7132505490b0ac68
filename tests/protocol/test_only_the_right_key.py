"""Nothing is accepted that tag or signature did not decide.

The keys of something else, of another scheme, and with changed claims are among the vectors.
"""

from dataclasses import replace
from random import Random

import pytest
from protocol_samples import (
    BINDING,
    CLAIMS,
    KEYS,
    MACHINE,
    PUBLIC_KEY,
    SHORT_KEY,
    SIGNED_KEY,
    bare,
    random_text,
    with_wrong,
)

from keyferry.protocol.alphabet import SYMBOLS, grouped
from keyferry.protocol.codes import Kind, encode
from keyferry.protocol.computer_id import verify_computer_id
from keyferry.protocol.computer_key import encode_rows, issue_short
from keyferry.protocol.errors import ComputerIdMismatch, ComputerKeyRefused, MalformedCode, NewerVersion
from keyferry.protocol.repair import read_short, read_signed


def symbols_of(text):
    return tuple(map(SYMBOLS.index, bare(text)))


def refused_short(text):
    with pytest.raises((ComputerKeyRefused, NewerVersion)) as caught:
        read_short(text, BINDING, KEYS.short_computer_key)
    assert caught.value.code == ("computer_key_refused" if text[0] in "12" else "newer_version")


def refused_signed(text):
    with pytest.raises((ComputerKeyRefused, NewerVersion)) as caught:
        read_signed(text, BINDING, PUBLIC_KEY)
    assert caught.value.code == ("computer_key_refused" if text[0] in "12" else "newer_version")


def test_every_bit_of_a_short_key_counts():
    content = symbols_of(SHORT_KEY)[:25]
    for place in range(25):
        for bit in range(5):
            changed = [*content[:place], content[place] ^ 1 << bit, *content[place + 1 :]]
            refused_short(grouped(encode(Kind.COMPUTER_KEY, tuple(changed))))


def test_every_bit_of_a_signed_key_counts_the_reserved_ones_too():
    whole = symbols_of(SIGNED_KEY)
    content = [symbol for row in range(4) for symbol in whole[30 * row : 30 * row + 28]]
    for place in range(112):
        for bit in range(5):
            changed = [*content[:place], content[place] ^ 1 << bit, *content[place + 1 :]]
            refused_signed(grouped(encode_rows(tuple(changed))))


@pytest.mark.thorough
def test_random_well_formed_short_keys_are_refused():
    random = Random(1)
    for _ in range(5000):
        content = (1, *(random.randrange(32) for _ in range(24)))
        refused_short(grouped(encode(Kind.COMPUTER_KEY, content)))


@pytest.mark.thorough
def test_random_texts_are_no_short_keys_however_much_repair_is_tried():
    random = Random(2)
    for length in (28, 29, 31, 32):
        for _ in range(8):
            with pytest.raises((MalformedCode, ComputerKeyRefused)):
                read_short(bare(random_text(length, random)), BINDING, KEYS.short_computer_key)
    for _ in range(4):
        with pytest.raises((MalformedCode, ComputerKeyRefused)):
            read_short(random_text(30, random), BINDING, KEYS.short_computer_key)


@pytest.mark.thorough
def test_random_well_formed_signed_keys_are_refused():
    random = Random(3)
    for _ in range(2000):
        refused_signed(grouped(encode_rows((2, *(random.randrange(32) for _ in range(110)), 0))))


@pytest.mark.thorough
@pytest.mark.parametrize("damaged", [0, 1])
def test_the_key_of_another_machine_is_refused_also_with_a_typing_error(damaged):
    other = replace(MACHINE, identifier="another-machine")
    random = Random(4)
    for place in range(0, 30, 7):
        text = issue_short(other.binding, CLAIMS, KEYS.short_computer_key)
        with pytest.raises(ComputerKeyRefused):
            read_short(with_wrong(text, [place][:damaged], random), BINDING, KEYS.short_computer_key)


def test_every_bit_of_a_computer_id_counts():
    verify_computer_id(MACHINE.computer_id, KEYS, MACHINE.activation_key)
    symbols = MACHINE.computer_id.symbols
    for place in range(20):
        for bit in range(5):
            changed = (*symbols[:place], symbols[place] ^ 1 << bit, *symbols[place + 1 :])
            with pytest.raises(ComputerIdMismatch):
                verify_computer_id(
                    type(MACHINE.computer_id).from_symbols(changed), KEYS, MACHINE.activation_key
                )


def test_few_invented_computer_ids_slip_through():
    random = Random(5)
    accepted = 0
    for _ in range(5000):
        invented = replace(MACHINE.computer_id, commitment=random.getrandbits(40), tag=random.getrandbits(15))
        try:
            verify_computer_id(invented, KEYS, MACHINE.activation_key)
            accepted += 1
        except ComputerIdMismatch:
            continue
    assert accepted <= 2

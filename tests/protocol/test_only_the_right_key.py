"""Nothing is accepted that tag or signature did not decide."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from protocol_samples import (
    BINDING,
    CLAIMS,
    KEYS,
    MACHINE,
    PRIVATE_KEY,
    PUBLIC_KEY,
    SHORT_KEY,
    SIGNED_KEY,
    bare,
    fixed_bytes,
    random_text,
    with_wrong,
)

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.alphabet import SYMBOLS, grouped, to_symbols, top_bits
from keyferry.protocol.claims import Claims
from keyferry.protocol.codes import Kind, encode
from keyferry.protocol.computer_id import verify_computer_id
from keyferry.protocol.computer_key import encode_rows, issue_short, issue_signed
from keyferry.protocol.errors import ComputerIdMismatch, ComputerKeyRefused, MalformedCode
from keyferry.protocol.keys import mac, product_digest
from keyferry.protocol.repair import read_short, read_signed

OTHERS = {
    "another machine": replace(MACHINE, identifier="another-machine"),
    "another license": replace(MACHINE, activation_key=ActivationKey.generate(fixed_bytes("another", 12))),
    "another product": replace(MACHINE, product_code="demo-cam"),
    "another epoch": replace(MACHINE, epoch=4, application_secret=fixed_bytes("epoch 4")),
    "an earlier activation": replace(MACHINE, secret=fixed_bytes("an earlier r", 16)),
}
NEIGHBOURING_CLAIMS = [
    replace(CLAIMS, expires=None),
    replace(CLAIMS, expires=date(2027, 3, 1)),
    replace(CLAIMS, issued=date(2026, 2, 28)),
    replace(CLAIMS, features=0b111),
]


def symbols_of(text):
    return tuple(map(SYMBOLS.index, bare(text)))


def refused_short(text):
    with pytest.raises(ComputerKeyRefused) as caught:
        read_short(text, BINDING, KEYS.short_computer_key)
    assert caught.value.code == "computer_key_refused"


def refused_signed(text):
    with pytest.raises(ComputerKeyRefused) as caught:
        read_signed(text, BINDING, PUBLIC_KEY)
    assert caught.value.code == "computer_key_refused"


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS.keys())
def test_the_short_key_of_something_else_is_refused(other):
    refused_short(issue_short(other.binding, CLAIMS, other.keys.short_computer_key))


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS.keys())
def test_the_short_key_of_something_else_is_refused_even_under_the_same_secret(other):
    binding = replace(other.binding, computer_id=replace(other.computer_id, tag=MACHINE.computer_id.tag))
    refused_short(issue_short(binding, CLAIMS, KEYS.short_computer_key))


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS.keys())
def test_the_signed_key_of_something_else_is_refused_under_the_same_private_key(other):
    refused_signed(issue_signed(other.binding, CLAIMS, PRIVATE_KEY))


def test_the_epoch_in_the_computer_id_is_part_of_what_is_signed():
    other = replace(BINDING, computer_id=replace(BINDING.computer_id, epoch=4))
    refused_short(issue_short(other, CLAIMS, KEYS.short_computer_key))
    refused_signed(issue_signed(other, CLAIMS, PRIVATE_KEY))


def test_the_signed_key_of_another_private_key_is_refused():
    refused_signed(issue_signed(BINDING, CLAIMS, Ed25519PrivateKey.from_private_bytes(fixed_bytes("forger"))))


@pytest.mark.parametrize("claims", NEIGHBOURING_CLAIMS)
def test_claims_cannot_be_changed_in_a_key_whose_check_symbols_are_made_anew(claims):
    refused_short(grouped(encode(Kind.COMPUTER_KEY, (1, *claims.symbols, *symbols_of(SHORT_KEY)[9:25]))))
    content = [symbol for row in range(4) for symbol in symbols_of(SIGNED_KEY)[30 * row : 30 * row + 28]]
    refused_signed(grouped(encode_rows((2, *claims.symbols, *content[9:]))))


def test_flipping_any_bit_of_a_key_leads_back_to_the_claims_that_were_issued_or_to_nothing():
    for place in range(30):
        for bit in range(5):
            symbols = list(symbols_of(SHORT_KEY))
            symbols[place] ^= 1 << bit
            assert read_short(grouped(symbols), BINDING, KEYS.short_computer_key).claims == CLAIMS


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


@pytest.mark.parametrize("scheme", [0, 2, 3, 31])
def test_another_scheme_is_refused_by_a_short_product_even_where_the_tag_fits(scheme):
    """The profile fixes the style: a typed scheme never does."""
    head = (scheme, *CLAIMS.symbols)
    tag = to_symbols(top_bits(mac(KEYS.short_computer_key, "short computer key", *message(head)), 80), 16)
    refused_short(grouped(encode(Kind.COMPUTER_KEY, head + tag)))


@pytest.mark.parametrize("scheme", [0, 1, 3, 31])
def test_another_scheme_is_refused_by_a_signed_product_even_where_the_signature_fits(scheme):
    head = (scheme, *CLAIMS.symbols)
    signature = PRIVATE_KEY.sign(b"keyferry/1 signed computer key\x00" + b"".join(message(head)))
    rest = to_symbols(int.from_bytes(signature, "big") << 3, 103)
    refused_signed(grouped(encode_rows(head + rest)))


def message(head):
    """What both styles sign, by hand."""
    return (
        product_digest("demo-cad"),
        bytes(BINDING.activation_key.symbols),
        bytes(BINDING.computer_id.symbols),
        bytes(head),
        b"\x00",
    )


def test_random_well_formed_short_keys_are_refused():
    random = Random(1)
    for _ in range(5000):
        content = (1, *(random.randrange(32) for _ in range(24)))
        refused_short(grouped(encode(Kind.COMPUTER_KEY, content)))


def test_random_texts_are_no_short_keys_however_much_repair_is_tried():
    random = Random(2)
    for length in (28, 29, 31, 32):
        for _ in range(8):
            with pytest.raises((MalformedCode, ComputerKeyRefused)):
                read_short(bare(random_text(length, random)), BINDING, KEYS.short_computer_key)
    for _ in range(4):
        with pytest.raises((MalformedCode, ComputerKeyRefused)):
            read_short(random_text(30, random), BINDING, KEYS.short_computer_key)


def test_random_well_formed_signed_keys_are_refused():
    random = Random(3)
    for _ in range(2000):
        refused_signed(grouped(encode_rows((2, *(random.randrange(32) for _ in range(110)), 0))))


@pytest.mark.parametrize("damaged", [0, 1])
def test_the_key_of_another_machine_is_refused_also_with_a_typing_error(damaged):
    other = OTHERS["another machine"]
    random = Random(4)
    for place in range(0, 30, 7):
        text = issue_short(other.binding, CLAIMS, KEYS.short_computer_key)
        refused_short(with_wrong(text, [place][:damaged], random))


def test_the_same_inputs_give_the_same_key():
    assert issue_short(MACHINE.binding, CLAIMS, MACHINE.keys.short_computer_key) == SHORT_KEY
    assert issue_signed(MACHINE.binding, CLAIMS, PRIVATE_KEY) == SIGNED_KEY


@pytest.mark.parametrize(
    "other", [value for name, value in OTHERS.items() if "machine" not in name and "earlier" not in name]
)
def test_the_computer_id_of_another_license_product_or_epoch_is_a_mismatch(other):
    with pytest.raises(ComputerIdMismatch) as caught:
        verify_computer_id(MACHINE.computer_id, other.keys, other.activation_key)
    assert caught.value.code == "computer_id_mismatch"


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


def test_claims_that_were_read_are_those_that_were_issued():
    for claims in [*NEIGHBOURING_CLAIMS, Claims(date(2020, 1, 1), date(2109, 9, 17), 1023)]:
        key = issue_short(BINDING, claims, KEYS.short_computer_key)
        assert read_short(key, BINDING, KEYS.short_computer_key).claims == claims

"""Request tokens: verified before they are parsed, written in one way only, and rubbish is only rubbish."""

import hmac
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_samples import KEYS, MACHINE, PROPERTY, fixed_bytes

from keyferry.protocol.alphabet import SYMBOLS, to_symbols, write
from keyferry.protocol.computer_id import ComputerId
from keyferry.protocol.computer_name import readable_name, shortened_for_token
from keyferry.protocol.errors import BadSignature, MalformedToken, NewerVersion
from keyferry.protocol.keys import EpochKeys
from keyferry.protocol.openings import Level, Opening
from keyferry.protocol.request_token import (
    MAX_PRODUCT_NUMBER,
    ActivationRequest,
    DeactivationRequest,
    TokenHeader,
    peek,
    scan_url,
    sign_request,
    verify_request,
)

ACTIVATION = ActivationRequest(42, MACHINE.computer_id, MACHINE.activation_key, "LAB-PC-07")
DEACTIVATION = DeactivationRequest(
    42, MACHINE.computer_id, MACHINE.activation_key, (MACHINE.proof,), "LAB-PC-07"
)
OPENINGS = tuple(MACHINE.opening(level) for level in (Level.CONTINUATION, Level.PROOF, Level.CLAIM))
REQUESTS = [
    pytest.param(ACTIVATION, id="activation"),
    pytest.param(DEACTIVATION, id="deactivation"),
    pytest.param(replace(ACTIVATION, computer_name=None), id="activation without a name"),
    pytest.param(replace(DEACTIVATION, computer_name="x" * 24), id="deactivation with the longest name"),
    pytest.param(replace(ACTIVATION, openings=OPENINGS[:1]), id="continuation"),
    pytest.param(
        replace(ACTIVATION, openings=(*OPENINGS, OPENINGS[0]), computer_name=None), id="four openings"
    ),
    pytest.param(
        replace(DEACTIVATION, codes=(*OPENINGS[1:], *OPENINGS[1:], OPENINGS[1]), computer_name=None),
        id="five codes",
    ),
]
ALPHANUMERIC = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
NAME = 45


def signed(packed: str, salt: str = "activation", keys: EpochKeys = KEYS) -> str:
    """Sign what the protocol itself would never write, by hand."""
    key = hmac.digest(keys.request_token, f"keyferry/1 {salt} request".encode(), "sha256")
    value = int.from_bytes(hmac.digest(key, packed.encode(), "sha256"), "big") >> 156
    return f"{packed}.{write(to_symbols(value, 20))}"


def refused(token, keys=KEYS):
    """Whatever is wrong with a token, it is one of two errors, and neither holds the token."""
    with pytest.raises((MalformedToken, BadSignature, NewerVersion)) as caught:
        verify_request(token, keys)
    # No other letter begins a token yet.
    others = "CEFGHJKMNPQRSTVWXYZ"
    assert caught.value.code in ("malformed_token", "bad_signature", "newer_version")
    assert caught.value.code != "newer_version" or token[0] in others
    assert token not in str(caught.value) or len(token) < 2
    return type(caught.value)


@pytest.mark.parametrize("request_", REQUESTS)
def test_a_request_survives_the_way(request_):
    token = sign_request(request_, KEYS)
    assert verify_request(token, KEYS) == request_
    assert peek(token) == TokenHeader(42, 3)


@PROPERTY
@given(
    number=st.integers(0, MAX_PRODUCT_NUMBER),
    fields=st.tuples(st.integers(0, 2**40 - 1), st.integers(0, 2**40 - 1), st.integers(0, 2**15 - 1)),
    name=st.none()
    | st.text(st.characters(categories=["L", "N", "P", "Zs"], max_codepoint=0x2FFF), max_size=30),
    codes=st.lists(st.lists(st.integers(0, 31), min_size=10, max_size=10), max_size=4),
    releases=st.booleans(),
)
def test_any_request_survives_the_way(number, fields, name, codes, releases):
    computer_id = ComputerId(KEYS.epoch, *fields)
    request: ActivationRequest | DeactivationRequest = ActivationRequest(
        number, computer_id, MACHINE.activation_key, name
    )
    levels = (Level.PROOF, Level.CLAIM) if releases else tuple(Level)
    openings = tuple(Opening(levels[code[0] % len(levels)], tuple(code)) for code in codes)
    if releases and openings:
        request = DeactivationRequest(number, computer_id, MACHINE.activation_key, openings, name)
    elif openings:
        request = replace(request, openings=openings)
    carried = shortened_for_token(name) if len(openings) <= 2 else None
    token = sign_request(request, KEYS)
    assert token[0] == ("D" if releases and openings else "B" if openings else "A")
    assert verify_request(token, KEYS) == replace(request, computer_name=carried or None)


@pytest.mark.parametrize(
    "request_",
    [
        replace(ACTIVATION, openings=OPENINGS[:1] * 5),
        replace(DEACTIVATION, codes=()),
        replace(DEACTIVATION, codes=OPENINGS[1:2] * 6),
        replace(DEACTIVATION, codes=OPENINGS[:1]),
    ],
    ids=["five openings", "no code", "six codes", "a code that only continues"],
)
def test_openings_that_do_not_fit_are_not_signed(request_):
    with pytest.raises(ValueError, match=r"code|openings"):
        sign_request(request_, KEYS)


@pytest.mark.parametrize("level", ["3", "7", "8", "Z", "4"])
def test_a_block_of_openings_has_one_form(level):
    """No level 3, no further flag, and what promises more holds more."""
    packed = sign_request(replace(ACTIVATION, openings=OPENINGS[:1], computer_name=None), KEYS)[:-21]
    token = signed(packed[:NAME] + level + packed[NAME + 1 :], "continuation")
    assert refused(token) is MalformedToken


def test_a_deactivation_with_what_only_continues_is_malformed():
    packed = sign_request(replace(DEACTIVATION, computer_name=None), KEYS)[:-21]
    token = signed(packed[:NAME] + "0" + packed[NAME + 1 :], "deactivation")
    assert refused(token) is MalformedToken


def test_the_same_opening_looks_different_in_each_request_and_place():
    twice = sign_request(replace(ACTIVATION, openings=OPENINGS[:1] * 2, computer_name=None), KEYS)
    block = twice[NAME:-21]
    assert block[1:11] != block[12:22]
    other = sign_request(
        replace(ACTIVATION, product_number=43, openings=OPENINGS[:1] * 2, computer_name=None), KEYS
    )
    assert other[NAME:-21][1:11] != block[1:11]


@pytest.mark.parametrize("request_", REQUESTS)
def test_a_token_and_its_address_stay_in_the_alphanumeric_mode_of_a_qr_code(request_):
    url = scan_url("https://lic.example.com:8443", sign_request(request_, KEYS))
    assert url.startswith("HTTPS://LIC.EXAMPLE.COM:8443/A#")
    assert set(url.replace("#", "", 1)) <= ALPHANUMERIC


def test_a_name_is_cleaned_before_it_is_signed():
    token = sign_request(replace(ACTIVATION, computer_name="  Bu\u0308ro "), KEYS)
    assert verify_request(token, KEYS).computer_name == "Büro"
    for unfit in ("a\x1bb", "\u202e"):
        token = sign_request(replace(ACTIVATION, computer_name=unfit), KEYS)
        assert verify_request(token, KEYS).computer_name is None


@pytest.mark.parametrize("request_", REQUESTS)
def test_each_flipped_bit_and_another_symbol_in_each_place_is_noticed(request_):
    token = sign_request(request_, KEYS)
    for place, character in enumerate(token):
        other = next(symbol for symbol in SYMBOLS if symbol != character)
        for changed in (other, *(chr(ord(character) ^ 1 << bit) for bit in range(8))):
            refused(token[:place] + changed + token[place + 1 :])


@pytest.mark.parametrize("request_", REQUESTS)
def test_each_truncation_and_each_extension_is_noticed(request_):
    token = sign_request(request_, KEYS)
    for length in range(len(token)):
        refused(token[:length])
        refused(token[length + 1 :])
    for more in ("0", ".", "\n", " ", token):
        refused(token + more)
        refused(more + token)


def test_every_transposition_of_neighbors_is_noticed():
    token = sign_request(ACTIVATION, KEYS)
    for place in range(len(token) - 1):
        swapped = token[:place] + token[place + 1] + token[place] + token[place + 2 :]
        if swapped != token:
            refused(swapped)


@pytest.mark.parametrize(
    "rubbish",
    [
        "",
        ".",
        "A",
        "." * 100,
        "A" * 1_000_000,
        "." * 1_000_000,
        "A" * 45 + "." + "A" * 1_000_000,
        "A" * 94 + "." + "A" * 20,
        "é" * 70,
        "\ud800" * 70,
        "\x00" * 70,
        "A" * 45 + "." + "é" * 20,
        "Ａ" * 45 + "." + "A" * 20,
    ],
    ids=range(13),
)
def test_rubbish_is_refused_without_another_error(rubbish):
    refused(rubbish)
    if len(rubbish) != 115:
        with pytest.raises(MalformedToken):
            peek(rubbish)


@PROPERTY
@given(st.text(max_size=130) | st.text(SYMBOLS + ".", min_size=60, max_size=120))
def test_any_other_text_is_refused(text):
    refused(text)


@pytest.mark.parametrize(
    "keys",
    [
        EpochKeys.derive(fixed_bytes("another product"), product_code="demo-cam", epoch=3),
        EpochKeys.derive(fixed_bytes("another epoch"), product_code="demo-cad", epoch=4),
    ],
)
@pytest.mark.parametrize("request_", REQUESTS)
def test_a_token_of_another_product_or_epoch_has_a_bad_signature(request_, keys):
    assert refused(sign_request(request_, keys)) is BadSignature
    assert refused(sign_request(request_, KEYS), keys) is BadSignature


def test_a_deactivation_is_never_taken_for_an_activation_nor_the_other_way_round():
    activation, deactivation = sign_request(ACTIVATION, KEYS), sign_request(DEACTIVATION, KEYS)
    assert refused("D" + activation[1:]) in (BadSignature, MalformedToken)
    assert refused("A" + deactivation[1:]) is BadSignature
    packed = sign_request(DEACTIVATION, KEYS).partition(".")[0]
    assert verify_request(signed(packed, "deactivation"), KEYS) == DEACTIVATION
    assert refused(signed(packed, "activation")) is BadSignature


def test_an_operation_of_a_newer_wizard_is_called_newer():
    packed = "C" + sign_request(ACTIVATION, KEYS).partition(".")[0][1:]
    with pytest.raises(NewerVersion, match="newer version"):
        peek(signed(packed))


def named(symbols: str) -> str:
    """A token with these symbols for a name, and a right signature."""
    return signed(sign_request(replace(ACTIVATION, computer_name=None), KEYS)[:NAME] + symbols)


def name_symbols(encoded: bytes) -> str:
    count = -(-8 * len(encoded) // 5)
    return write(to_symbols(int.from_bytes(encoded, "big") << (5 * count - 8 * len(encoded)), count))


def test_the_tests_write_names_as_the_protocol_does():
    assert named(name_symbols(b"LAB-PC-07")) == sign_request(ACTIVATION, KEYS)


@pytest.mark.parametrize(
    "symbols",
    [
        pytest.param(name_symbols(b"LAB") + "0", id="a symbol too many"),
        pytest.param(name_symbols(b"\x00"), id="a zero byte"),
        pytest.param(name_symbols(b"A\x1b[2JB"), id="an escape sequence"),
        pytest.param(name_symbols(b"\xc0\x80"), id="UTF-8 longer than it need be"),
        pytest.param(name_symbols(b"\xed\xa0\x80"), id="half a character"),
        pytest.param(name_symbols("👩\u200d".encode()), id="half of a joined emoji"),
    ],
)
def test_what_is_no_name_is_dropped_and_the_signed_request_stays(symbols):
    """More such names are among the vectors."""
    assert verify_request(named(symbols), KEYS) == replace(ACTIVATION, computer_name=None)


@PROPERTY
@given(st.text(SYMBOLS, max_size=39))
def test_no_name_costs_anybody_a_signed_request(symbols):
    name = verify_request(named(symbols), KEYS).computer_name
    assert name == readable_name(name)


def test_an_activation_key_of_a_newer_format_is_named_so():
    newer = replace(MACHINE.activation_key, symbols=(2, *MACHINE.activation_key.symbols[1:]))
    with pytest.raises(NewerVersion, match="newer version") as caught:
        verify_request(sign_request(replace(ACTIVATION, activation_key=newer), KEYS), KEYS)
    assert caught.value.code == "newer_version"


def test_the_activation_key_is_masked():
    token = sign_request(ACTIVATION, KEYS)
    assert write(MACHINE.activation_key.symbols) not in token
    other = replace(MACHINE, secret=fixed_bytes("another r", 16)).computer_id
    masked = {
        sign_request(replace(ACTIVATION, computer_id=cid), KEYS)[25:45]
        for cid in (MACHINE.computer_id, other)
    }
    assert len(masked) == 2


def test_random_tokens_of_the_right_form_have_a_bad_signature():
    random = Random(1)
    for _ in range(2000):
        packed = "A" + "".join(random.choice(SYMBOLS) for _ in range(44))
        assert refused(packed + "." + "".join(random.choice(SYMBOLS) for _ in range(20))) is BadSignature

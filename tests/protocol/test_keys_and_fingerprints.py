"""One key for each purpose; each value against hashlib and hmac by hand."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_samples import APPLICATION_SECRET, KEYS, MACHINE, PROPERTY, fixed_bytes

from keyferry.protocol.alphabet import to_int
from keyferry.protocol.computer_id import ComputerId
from keyferry.protocol.keys import EpochKeys, machine_fingerprint

PURPOSES = {
    "request_token": "request token",
    "activation_key_mask": "activation key mask",
    "computer_id": "computer id",
    "deactivation": "deactivation",
    "short_computer_key": "short computer key",
}


def by_hand(secret: bytes, label: bytes) -> bytes:
    """HKDF-SHA256 without salt, for one block: RFC 5869."""
    extracted = hmac.digest(bytes(32), secret, "sha256")
    return hmac.digest(extracted, label + b"\x01", "sha256")


@pytest.mark.parametrize(("name", "purpose"), PURPOSES.items())
def test_each_key_is_the_one_of_rfc_5869_under_its_own_label(name, purpose):
    assert getattr(KEYS, name) == by_hand(APPLICATION_SECRET, f"keyferry/1 {purpose}".encode())


def test_no_two_purposes_share_a_key():
    assert len({getattr(KEYS, name) for name in PURPOSES}) == len(PURPOSES)


def test_the_keys_are_not_shown():
    assert repr(KEYS) == "EpochKeys(product_code='demo-cad', epoch=3)"


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_secret_of_another_size_is_refused(size):
    with pytest.raises(ValueError, match="32 bytes"):
        EpochKeys.derive(bytes(size), product_code="demo-cad", epoch=1)


@pytest.mark.parametrize("epoch", [-1, 0, 32])
def test_an_epoch_that_no_computer_id_can_name_is_refused(epoch):
    with pytest.raises(ValueError, match="1 to 31"):
        EpochKeys.derive(APPLICATION_SECRET, product_code="demo-cad", epoch=epoch)


@PROPERTY
@given(st.binary(min_size=32, max_size=32), st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_a_fingerprint_is_the_first_40_bits_of_an_hmac(key, identifier):
    message = b"keyferry/1 machine fingerprint\x00" + identifier.encode()
    expected = int.from_bytes(hmac.digest(key, message, "sha256")[:5], "big")
    assert machine_fingerprint(key, identifier) == expected


def test_two_vendors_cannot_link_a_machine():
    one, other = (machine_fingerprint(fixed_bytes(vendor), "machine") for vendor in ("one", "other"))
    assert one != other


def test_the_tag_of_a_computer_id_is_an_hmac_over_product_key_and_the_rest():
    computer_id = MACHINE.computer_id
    message = b"".join(
        (
            b"keyferry/1 computer id\x00",
            hashlib.sha256(b"demo-cad").digest(),
            bytes(MACHINE.activation_key.symbols),
            bytes(computer_id.symbols[:17]),
        )
    )
    digest = hmac.digest(by_hand(APPLICATION_SECRET, b"keyferry/1 computer id"), message, "sha256")
    assert computer_id.tag == int.from_bytes(digest[:2], "big") >> 1


def test_a_computer_id_is_epoch_fingerprint_commitment_and_tag():
    symbols = ComputerId(3, 2**39, 1, 2**15 - 1).symbols
    assert symbols == (3, 16, *[0] * 7, *[0] * 7, 1, 31, 31, 31)
    assert to_int(symbols[1:9]) == 2**39

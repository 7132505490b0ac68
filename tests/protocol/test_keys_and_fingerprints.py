"""One key for each purpose; `test_vectors_by_oracles.py` holds each value against hashlib and hmac."""

import pytest
from protocol_samples import APPLICATION_SECRET, KEYS, fixed_bytes

from keyferry.protocol.keys import EpochKeys, machine_fingerprint

PURPOSES = ("request_token", "activation_key_mask", "computer_id", "deactivation", "short_computer_key")


def test_no_two_purposes_share_a_key():
    assert len({getattr(KEYS, name) for name in PURPOSES}) == len(PURPOSES)


def test_the_keys_are_not_shown():
    assert repr(KEYS) == "EpochKeys(product_code='demo-cad', epoch=3)"


@pytest.mark.parametrize("epoch", [-1, 0, 32])
def test_an_epoch_that_no_computer_id_can_name_is_refused(epoch):
    with pytest.raises(ValueError, match="1 to 31"):
        EpochKeys.derive(APPLICATION_SECRET, product_code="demo-cad", epoch=epoch)


def test_two_vendors_cannot_link_a_machine():
    one, other = (machine_fingerprint(fixed_bytes(vendor), "machine") for vendor in ("one", "other"))
    assert one != other

"""The committed vectors of states and anchors, read by the wizard, and verified without a line of it."""

import hashlib
import hmac
import json
from base64 import b64decode

import pytest
from generate_vectors import FOLDER

from keyferry.protocol.profile import WizardProfile
from keyferry.wizard import state_form
from keyferry.wizard.anchor import Anchored
from keyferry.wizard.errors import StateNewer, WizardError
from keyferry.wizard.state_seal import decode_state, encode_state, seal_of

STATES, ANCHORS = (
    json.loads((FOLDER / f"wizard_{name}.json").read_text("ascii")) for name in ("states", "anchors")
)
PROFILE = WizardProfile.from_json(STATES["given"]["profile"])


def hkdf(secret: bytes, info: bytes) -> bytes:
    return hmac.digest(hmac.digest(bytes(32), secret, "sha256"), info + b"\x01", "sha256")


@pytest.mark.parametrize("case", STATES["valid"], ids=lambda case: None)
def test_states_are_read_and_written(case):
    state = decode_state(case["file"].encode(), PROFILE)
    assert state_form.to_json(state) == case["state"]
    assert encode_state(state, PROFILE) == case["file"].encode()
    assert seal_of(case["file"].encode()) == case["seal"]


@pytest.mark.parametrize("case", STATES["invalid"], ids=lambda case: case["because"])
def test_an_invalid_state_is_refused_with_its_code(case):
    with pytest.raises(WizardError) as refused:
        decode_state(case["file"].encode(), PROFILE)
    assert refused.value.code == case["error"]


@pytest.mark.parametrize("case", STATES["valid"], ids=lambda case: None)
def test_states_are_sealed_by_the_epoch_that_they_name(case):
    profile = json.loads(STATES["given"]["profile"])
    file = json.loads(case["file"])
    epoch = next(each for each in profile["epochs"] if each["number"] == file["epoch"])
    key = hkdf(b64decode(epoch["application_secret"]), b"keyferry/1 wizard state")
    product = hashlib.sha256(profile["product_code"].encode()).digest()
    inner = case["file"][case["file"].index('"state":') + 8 : -2]
    message = b"keyferry/1 wizard state\0" + product + bytes([file["epoch"]]) + inner.encode()
    assert hmac.digest(key, message, "sha256").hex() == file["mac"]
    assert json.loads(inner) == file["state"] == case["state"]


def test_lines_are_digests_of_their_first_secrets():
    lines = STATES["given"]["lines"]
    for secret, digest in lines.items():
        whole = hashlib.sha256(b"keyferry/1 wizard line\0" + bytes.fromhex(secret)).hexdigest()
        assert whole[:16] == digest
    stored = STATES["valid"][-1]["state"]
    assert stored["license"]["line"] == stored["kept"][0]["line"] == lines[stored["license"]["secret"]]


@pytest.mark.parametrize("case", ANCHORS["valid"], ids=lambda case: None)
def test_anchors_are_read_and_written(case):
    anchored = Anchored.from_bytes(case["file"].encode())
    assert (f"{anchored.number:016x}", anchored.seal) == (case["number"], case["seal"])
    assert [f"{digest:016x}" for digest in anchored.burnt] == case["burnt"]
    assert anchored.to_bytes() == case["file"].encode()


@pytest.mark.parametrize("case", ANCHORS["valid"], ids=lambda case: None)
def test_anchors_carry_the_digest_of_what_they_say(case):
    *lines, check, _ = case["file"].split("\n")
    text = "".join(f"{line}\n" for line in lines)
    assert hashlib.sha256(b"keyferry/1 wizard anchor\0" + text.encode()).hexdigest() == check
    assert lines == [f"keyferry-anchor/1 {case['number']} {case['seal']}", *case["burnt"]]


@pytest.mark.parametrize("case", ANCHORS["invalid"], ids=lambda case: case["because"])
def test_an_anchor_that_cannot_be_read_is_missing_or_newer(case):
    if case["error"] == "missing":
        assert Anchored.from_bytes(case["file"].encode()) is None
    else:
        with pytest.raises(StateNewer) as refused:
            Anchored.from_bytes(case["file"].encode())
        assert refused.value.code == case["error"]

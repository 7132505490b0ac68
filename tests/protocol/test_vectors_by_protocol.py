"""The committed vectors, verified with the protocol; and made again, byte for byte."""

import json
from datetime import date, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from generate_vectors import FILES, FOLDER, rendered
from vector_texts import SOURCES

from keyferry.protocol import characters
from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.alphabet import SYMBOLS, to_symbols, typed_groups, value_of, write
from keyferry.protocol.claims import Claims
from keyferry.protocol.codes import Kind, encode, read, whole_code
from keyferry.protocol.computer_id import ComputerId, read_computer_id, verify_computer_id
from keyferry.protocol.computer_key import Binding, issue_short, issue_signed
from keyferry.protocol.computer_name import clean_computer_name, readable_name, shortened_for_token
from keyferry.protocol.deactivation import (
    DeactivationCode,
    proof,
    read_deactivation_code,
    verify_deactivation_code,
)
from keyferry.protocol.errors import ProtocolError
from keyferry.protocol.keys import EpochKeys, machine_fingerprint
from keyferry.protocol.license_code import is_license_code, license_file_of
from keyferry.protocol.license_file import read_license_file
from keyferry.protocol.license_text import canonical_text, text_of
from keyferry.protocol.openings import Level, commitment, weaken
from keyferry.protocol.profile import WizardProfile
from keyferry.protocol.reed_solomon import check_symbols
from keyferry.protocol.repair import read_short, read_signed
from keyferry.protocol.request_token import DeactivationRequest, peek, scan_url, sign_request, verify_request

pytestmark = pytest.mark.full_price

DOCUMENTS = {name: json.loads((FOLDER / f"{name}.json").read_text(encoding="ascii")) for name in FILES}


def given(name):
    return DOCUMENTS[name]["given"]


def valid(name):
    cases = [
        pytest.param(case, id=f"{name}-{number}") for number, case in enumerate(DOCUMENTS[name]["valid"])
    ]
    return pytest.mark.parametrize("case", cases)


def keys_of(known):
    secret = bytes.fromhex(known["application_secret"])
    return EpochKeys.derive(secret, product_code=known["product_code"], epoch=known["epoch"])


def binding_of(known):
    key, computer_id = (
        ActivationKey.from_text(known["activation_key"]),
        read_computer_id(known["computer_id"]),
    )
    return Binding(known["product_code"], key, computer_id)


def claims_of(case):
    expires = case["expires"] and date.fromisoformat(case["expires"])
    return Claims(date.fromisoformat(case["issued"]), expires, case["features"])


@pytest.mark.thorough
@pytest.mark.parametrize("name", FILES)
def test_the_files_are_what_their_generator_makes(name):
    assert (FOLDER / f"{name}.json").read_text(encoding="ascii") == rendered(name)


def test_there_is_no_file_that_nothing_makes():
    assert {path.stem for path in FOLDER.iterdir()} == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_each_invalid_case_says_why_and_with_which_code(name):
    document = DOCUMENTS[name]
    assert document["format"] == "keyferry-vectors/1"
    assert document["valid"]
    assert all(case["because"] and case["error"] for case in document["invalid"])


@valid("code_points")
def test_the_lists_of_code_points_are_those_that_texts_are_read_by(case):
    ranges = [[int(end, 16) for end in listed.split("-")] for listed in case["ranges"]]
    points = {chr(point) for first, last in ranges for point in range(first, last + 1)}
    assert set(getattr(characters, case["list"].upper())) == points


@valid("alphabet")
def test_the_alphabet_is_read(case):
    assert list(typed_groups(case["typed"])) == case["groups"]
    assert [value_of(letter) for letter in "".join(case["groups"])] == case["symbols"]
    assert given("alphabet")["symbols"] == SYMBOLS


@valid("check_groups")
def test_check_symbols_are_made(case):
    content = tuple(case["content"])
    if case["kind"] == "signed_row":
        assert list(check_symbols(content, 2)) == case["check"]
    else:
        assert list(encode(Kind[case["kind"].upper()], content)) == case["content"] + case["check"]


def read_plainly(case):
    kind = Kind[case["kind"].upper()]
    return kind, read(kind, case["typed"], vouched=kind is not Kind.ACTIVATION_KEY)


@valid("reading")
def test_typed_codes_are_read(case):
    kind, reading = read_plainly(case)
    assert reading.text(kind) == case["text"]
    assert bool(reading.corrections) is case["repaired"]


@valid("spellings")
def test_every_spelling_is_read_as_the_code_that_it_spells(case):
    kind, reading = read_plainly(case)
    assert (reading.text(kind), reading.corrections) == (case["text"], ())
    assert whole_code(kind, case["typed"]) == case["text"]


@valid("keys")
def test_keys_are_derived(case):
    keys = EpochKeys.derive(bytes.fromhex(case["application_secret"]), product_code="demo-cad", epoch=1)
    for purpose, key in case.items():
        if purpose != "application_secret":
            assert getattr(keys, purpose.replace(" ", "_")).hex() == key


@valid("fingerprints")
def test_fingerprints_are_made(case):
    key = bytes.fromhex(given("fingerprints")["fingerprint_key"])
    assert f"{machine_fingerprint(key, case['identifier']):010x}" == case["fingerprint"]


@valid("machine_identifiers")
def test_machine_identifiers_are_made(case):
    assert SOURCES[case["source"]](case["text"]) == case["identifier"]


@pytest.mark.parametrize("case", DOCUMENTS["machine_identifiers"]["invalid"])
def test_what_names_no_machine_is_no_identifier(case):
    assert case["error"] == "machine_unknown"
    assert SOURCES[case["source"]](case["text"]) is None


@valid("activation_keys")
def test_activation_keys_are_made_and_read(case):
    key = ActivationKey.generate(bytes.fromhex(case["entropy"]))
    assert key == ActivationKey.from_text(case["text"])
    assert list(key.symbols) == case["symbols"]
    assert (key.text, key.last_group, key.digest.hex()) == (case["text"], case["last_group"], case["sha256"])


def verify_typed_id(case):
    known = given("computer_ids")
    key = ActivationKey.from_text(known["activation_key"])
    verify_computer_id(read_computer_id(case["typed"]), keys_of(known), key)


@valid("computer_ids")
def test_computer_ids_are_made_and_verified(case):
    known = given("computer_ids")
    key = ActivationKey.from_text(known["activation_key"])
    computer_id = ComputerId.make(
        keys_of(known),
        key,
        fingerprint=int(case["fingerprint"], 16),
        commitment=int(case["commitment"], 16),
    )
    assert (computer_id.text, computer_id.tag) == (case["text"], case["tag"])
    verify_computer_id(read_computer_id(case["text"]), keys_of(known), key)


@valid("claims")
def test_claims_are_written_and_judged(case):
    claims = claims_of(case)
    assert write(claims.symbols) == case["symbols"]
    assert Claims.from_symbols(tuple(map(SYMBOLS.index, case["symbols"]))) == claims
    states = {moment: claims.state_at(datetime.fromisoformat(moment)).value for moment in case["states"]}
    assert states == case["states"]


def read_short_key(typed):
    known = given("short_computer_keys")
    return read_short(typed, binding_of(known), keys_of(known).short_computer_key)


@valid("short_computer_keys")
def test_short_computer_keys_are_made_and_read(case):
    known, claims = given("short_computer_keys"), claims_of(case)
    assert issue_short(binding_of(known), claims, keys_of(known).short_computer_key) == case["text"]
    assert read_short_key(case["text"]).claims == claims


def read_signed_key(typed):
    known = given("signed_computer_keys")
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(known["public_key"]))
    return read_signed(typed, binding_of(known), public)


@valid("signed_computer_keys")
def test_signed_computer_keys_are_made_and_read(case):
    known, claims = given("signed_computer_keys"), claims_of(case)
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(known["private_key"]))
    assert issue_signed(binding_of(known), claims, private) == case["text"]
    assert read_signed_key(case["text"]).claims == claims


def repaired(case):
    return read_short_key(case["typed"]) if case["style"] == "short" else read_signed_key(case["typed"])


@valid("repair")
def test_mistyped_computer_keys_are_repaired(case):
    key = repaired(case)
    assert key.text == given("repair")[case["style"]]
    assert [vars(correction) for correction in key.corrections] == case["corrections"]


@valid("request_tokens")
def test_request_tokens_are_made_and_verified(case):
    known = given("request_tokens")
    request = verify_request(case["token"], keys_of(known))
    binding = binding_of(known)
    assert isinstance(request, DeactivationRequest) is (case["operation"] == "deactivate")
    assert (request.computer_id, request.activation_key) == (binding.computer_id, binding.activation_key)
    assert request.product_number == case["product_number"] == peek(case["token"]).product_number
    assert request.computer_name == case.get("read_name", case["computer_name"])
    openings = request.codes if isinstance(request, DeactivationRequest) else request.openings
    assert [(one.level, write(one.symbols)) for one in openings] == [
        (one["level"], one["symbols"]) for one in case["openings"]
    ]
    if "because" not in case:
        assert sign_request(request, keys_of(known)) == case["token"]
    assert scan_url(known["server_url"], case["token"]) == case["url"]


@valid("computer_names")
def test_computer_names_are_kept_and_shortened(case):
    assert clean_computer_name(case["typed"]) == readable_name(case["typed"]) == case["name"]
    assert shortened_for_token(case["typed"]) == case["in_token"]


def verify_code(case):
    known = given("deactivation_codes")
    code = read_deactivation_code(case["typed"])
    level = verify_deactivation_code(
        code,
        product_code=known["product_code"],
        activation_key=ActivationKey.from_text(known["activation_key"]),
        computer_id=read_computer_id(case["computer_id"]),
    )
    return code, level


@valid("deactivation_codes")
def test_deactivation_codes_are_made_and_verified(case):
    known = given("deactivation_codes")
    key = ActivationKey.from_text(known["activation_key"])
    read, level = verify_code(case)
    assert (read.text, level) == (case["text"], case["level"])
    if "r" in case:
        fingerprint = int(case["fingerprint"], 16)
        strong = proof(
            keys_of(known), secret=bytes.fromhex(case["r"]), activation_key=key, fingerprint=fingerprint
        )
        assert DeactivationCode.of(strong).text == case["text"]
        holder = {"product_code": "demo-cad", "activation_key": key, "fingerprint": fingerprint}
        assert DeactivationCode.of(weaken(strong, Level.CLAIM, **holder)).text == case["weak_code"]
        assert write(weaken(strong, Level.CONTINUATION, **holder).symbols) == case["continuation"]
        committed = commitment(strong, **holder)
        assert to_symbols(committed, 8) == to_symbols(int(case["commitment"], 16), 8)


def read_file(case):
    known = given("license_files")
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(known["public_key"]))
    return read_license_file(case["file"], binding_of(known), public)


@valid("license_files")
def test_license_files_are_read(case):
    content = read_file(case)
    assert content.activation_id == case["activation_id"]
    assert content.issued_at == datetime.fromisoformat(case["issued_at"])
    assert content.claims == claims_of(case["claims"])
    assert content.computer_name == case["computer_name"]
    assert list(content.features) == case["feature_names"]


def read_code(case):
    known = given("license_codes")
    file = license_file_of(case["code"], binding_of(known))
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(known["public_key"]))
    read_license_file(file, binding_of(known), public)
    return file


@valid("license_codes")
def test_license_files_in_qr_codes_are_read(case):
    assert read_code(case) == case["file"]
    assert is_license_code(case["code"])


def text_of_file(case):
    return canonical_text(text_of(bytes.fromhex(case["bytes"])))


@valid("license_texts")
def test_license_files_are_brought_into_their_one_form(case):
    assert text_of_file(case) == case["text"] == canonical_text(case["text"])


@valid("profiles")
def test_profiles_are_read_and_written(case):
    profile = WizardProfile.from_json(case["profile"])
    assert profile.to_json() == case["profile"]
    assert profile.current_epoch.number == case["current_epoch"]
    assert profile.fingerprint_key.hex() == case["fingerprint_key"]
    assert profile.unremembered_days == case["unremembered_days"]
    secrets = {str(epoch.number): epoch.application_secret.hex() for epoch in profile.epochs}
    assert secrets == case["application_secrets"]


READERS = {
    "alphabet": lambda case: typed_groups(case["typed"]),
    "check_groups": lambda case: read(Kind[case["kind"].upper()], case["typed"]),
    "reading": read_plainly,
    "spellings": read_plainly,
    "activation_keys": lambda case: ActivationKey.from_text(case["typed"]),
    "computer_ids": verify_typed_id,
    "short_computer_keys": lambda case: read_short_key(case["typed"]),
    "signed_computer_keys": lambda case: read_signed_key(case["typed"]),
    "repair": repaired,
    "request_tokens": lambda case: verify_request(case["token"], keys_of(given("request_tokens"))),
    "computer_names": lambda case: clean_computer_name(case["typed"]),
    "deactivation_codes": verify_code,
    "license_files": read_file,
    "license_codes": read_code,
    "license_texts": text_of_file,
    "profiles": lambda case: WizardProfile.from_json(case["profile"]),
}


@pytest.mark.parametrize(
    ("name", "case"),
    [
        pytest.param(name, case, id=f"{name}-{number}")
        for name in READERS
        for number, case in enumerate(DOCUMENTS[name]["invalid"])
    ],
)
def test_an_invalid_case_is_refused_with_its_code(name, case):
    with pytest.raises(ProtocolError) as caught:
        READERS[name](case)
    assert caught.value.code == case["error"]
    assert caught.value.suggestion == case.get("suggestion", caught.value.suggestion)
    assert not case.get("field") or f"“{case['field']}”" in str(caught.value)


OUT_OF_RANGE = {
    "keys": lambda case: EpochKeys.derive(
        bytes.fromhex(case["application_secret"]), product_code="demo-cad", epoch=1
    ),
    "claims": claims_of,
}


@pytest.mark.parametrize(
    ("name", "case"), [(name, case) for name in OUT_OF_RANGE for case in DOCUMENTS[name]["invalid"]]
)
def test_an_input_out_of_range_is_refused(name, case):
    assert case["error"] == "out_of_range"
    with pytest.raises(ValueError, match=r"32 bytes|day lies|features"):
        OUT_OF_RANGE[name](case)


def test_every_invalid_case_is_tried():
    assert {name for name in FILES if DOCUMENTS[name]["invalid"]} == {
        *READERS,
        *OUT_OF_RANGE,
        "machine_identifiers",
        # By test_vectors_of_the_wizard.py.
        "wizard_states",
        "wizard_anchors",
        "wizard_clock",
    }

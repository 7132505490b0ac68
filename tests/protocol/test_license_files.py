"""License files: what another library verifies too, and nothing that was not signed for this computer."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from protocol_samples import (
    ACTIVATION_KEY,
    BINDING,
    CLAIMS,
    LICENSE_FILE_PRIVATE_KEY,
    MACHINE,
    ODD_VALUES,
    PRIVATE_KEY,
    PROPERTY,
    fixed_bytes,
    json_values,
)

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.alphabet import write
from keyferry.protocol.errors import LicenseFileRefused, NewerVersion
from keyferry.protocol.license_file import LicenseFile, issue_license_file, read_license_file

PUBLIC = LICENSE_FILE_PRIVATE_KEY.public_key()
CONTENT = LicenseFile(
    activation_id="0b7e4c1e-52b1-4f5c-9a53-d1b0a3a1c2d4",
    issued_at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
    claims=CLAIMS,
    computer_name="LAB-PC-07",
    features=("export", "simulation"),
)
FILE = issue_license_file(CONTENT, BINDING, LICENSE_FILE_PRIVATE_KEY)
HEADER = {"alg": "EdDSA", "typ": "keyferry-license+jwt", "kid": "3"}
PAYLOAD = {
    "iss": "keyferry",
    "aud": "demo-cad",
    "jti": CONTENT.activation_id,
    "iat": 1772357400,
    "computer_id": MACHINE.computer_id.text,
    "activation_key_sha256": ACTIVATION_KEY.digest.hex(),
    "claims": write(CLAIMS.symbols),
    "computer_name": "LAB-PC-07",
    "features": ["export", "simulation"],
}


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def made(header=HEADER, payload=PAYLOAD, key=LICENSE_FILE_PRIVATE_KEY) -> str:
    """A file made by hand, without the library."""
    parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload)]
    message = ".".join(map(base64url, parts))
    return f"{message}.{base64url(key.sign(message.encode()))}"


def read(text):
    return read_license_file(text, BINDING, PUBLIC)


CODES = {"license_file_refused", "license_file_empty", "license_file_incomplete", "not_a_license_file"}


def refused(text, binding=BINDING, key=PUBLIC):
    with pytest.raises(LicenseFileRefused) as caught:
        read_license_file(text, binding, key)
    assert caught.value.code in CODES
    return str(caught.value)


def newer(text):
    with pytest.raises(NewerVersion, match="newer version") as caught:
        read(text)
    assert caught.value.code == "newer_version"


def without(name):
    return {key: value for key, value in PAYLOAD.items() if key != name}


def test_a_license_file_survives_the_way():
    assert read(FILE) == CONTENT


def test_a_file_made_by_hand_is_read():
    assert read(made()) == CONTENT
    assert decoded(FILE.split(".")[1]) == json.dumps(PAYLOAD, separators=(",", ":")).encode()
    assert json.loads(decoded(FILE.split(".")[0])) == HEADER


def test_each_changed_character_is_noticed():
    for place, letter in enumerate(FILE):
        refused(FILE[:place] + ("A" if letter != "A" else "B") + FILE[place + 1 :])


def test_each_truncation_is_noticed():
    for length in range(len(FILE)):
        refused(FILE[:length])


@pytest.mark.parametrize("more", ["=", "A", "!", ".", ".e30", "\u00e9", " x", "\n."])
def test_nothing_can_be_added(more):
    refused(FILE + more)
    refused(more + FILE)


def test_characters_that_base64_decoders_skip_are_not_skipped():
    head, _, signature = FILE.rpartition(".")
    refused(f"{head}.{signature[:10]}*{signature[10:]}")


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "NONE", "", None, "HS256", "ES256", "ed25519", ["EdDSA"], {}]
)
def test_the_algorithm_is_not_the_files_to_choose(algorithm):
    refused(made({**HEADER, "alg": algorithm}))


def test_an_unsigned_file_is_refused():
    message = ".".join(base64url(json.dumps(part).encode()) for part in ({**HEADER, "alg": "none"}, PAYLOAD))
    refused(f"{message}.")
    refused(message)


def test_the_public_key_is_no_shared_secret():
    head = base64url(json.dumps({**HEADER, "alg": "HS256"}).encode())
    message = f"{head}.{base64url(json.dumps(PAYLOAD).encode())}"
    for key in (PUBLIC.public_bytes_raw(), PUBLIC.public_bytes_raw().hex().encode()):
        refused(f"{message}.{base64url(hmac.new(key, message.encode(), hashlib.sha256).digest())}")


@pytest.mark.parametrize("key", [PRIVATE_KEY, Ed25519PrivateKey.from_private_bytes(fixed_bytes("forger"))])
def test_the_file_of_another_key_is_refused(key):
    """Also of the key for typed computer keys: one key for each purpose."""
    refused(made(key=key))


@pytest.mark.parametrize(
    "typ", ["JWT", "keyferry-license", "KEYFERRY-LICENSE+JWT", None, 1, ["keyferry-license+jwt"]]
)
def test_another_type_of_file_is_refused(typ):
    assert "isn’t a license file" in refused(made({**HEADER, "typ": typ}))
    refused(made({name: value for name, value in HEADER.items() if name != "typ"}))


def test_both_names_of_the_algorithm_are_read():
    assert read(made({**HEADER, "alg": "Ed25519"})) == CONTENT


@pytest.mark.parametrize(
    "header", [{"b64": False, "crit": ["b64"]}, {"crit": ["exp"]}, {"crit": []}, {"crit": None}]
)
def test_an_extension_that_must_be_understood_is_for_a_newer_version(header):
    newer(made({**HEADER, **header}))


def test_payloads_that_are_not_encoded_are_refused():
    refused(made({**HEADER, "b64": False}))


@pytest.mark.parametrize("typ", ["keyferry-license-2+jwt", "keyferry-license-10+jwt"])
def test_a_newer_type_is_for_a_newer_version(typ):
    newer(made({**HEADER, "typ": typ}))


def test_a_critical_field_that_is_not_known_is_for_a_newer_version():
    newer(made(payload={**PAYLOAD, "crit": ["hours"], "hours": "09:00-17:00"}))
    newer(made(payload={**PAYLOAD, "crit": ["features", "hours"], "hours": "09:00-17:00"}))


def test_critical_fields_that_are_known_and_there_are_read():
    assert read(made(payload={**PAYLOAD, "crit": ["claims", "features"]})) == CONTENT
    refused(made(payload={**without("features"), "crit": ["features"]}))


@pytest.mark.parametrize("critical", [[], {}, "features", None, [1], [["features"]], True])
def test_critical_fields_are_a_list_of_names(critical):
    refused(made(payload={**PAYLOAD, "crit": critical}))


@pytest.mark.parametrize(
    "field", ["iss", "aud", "jti", "iat", "computer_id", "activation_key_sha256", "claims"]
)
def test_each_required_claim_is_required(field):
    refused(made(payload=without(field)))
    refused(made(payload={**PAYLOAD, field: None}))


@pytest.mark.parametrize("value", ["keyferri", "KEYFERRY", ["keyferry"], {}, 1, ""])
def test_another_issuer_is_refused(value):
    refused(made(payload={**PAYLOAD, "iss": value}))


@pytest.mark.parametrize(
    "value", ["demo-cam", "DEMO-CAD", ["demo-cad"], ["demo-cad", "demo-cam"], {"demo-cad": 1}, 1, ""]
)
def test_another_audience_is_refused(value):
    refused(made(payload={**PAYLOAD, "aud": value}))


@pytest.mark.parametrize(
    "claims",
    [list(PAYLOAD["claims"]), dict.fromkeys(PAYLOAD["claims"]), "0" * 7, "0" * 9, "IIIIIIII", "u" * 8],
)
def test_claims_in_any_but_their_one_form_are_refused(claims):
    refused(made(payload={**PAYLOAD, "claims": claims}))


def test_lower_case_claims_are_refused():
    letters = replace(CLAIMS, features=0b1010101010)
    payload = {**PAYLOAD, "claims": write(letters.symbols)}
    assert read(made(payload=payload)).claims == letters
    refused(made(payload={**payload, "claims": payload["claims"].lower()}))


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
def test_no_clock_of_a_library_decides(name):
    """The 40 bits of claims alone do, by the wizard's own day rule."""
    for moment in (1, 4_000_000_000):
        assert read(made(payload={**PAYLOAD, name: moment})).claims == CLAIMS


def test_the_claims_are_those_of_the_40_bits_and_not_of_the_names():
    content = read(made(payload={**PAYLOAD, "features": ["export", "everything"]}))
    assert content.claims.features == CLAIMS.features


@pytest.mark.parametrize("more", ['"computer_id": "AAAAA"', '"later": {"a": 1, "a": 1}', '"later": NaN'])
def test_json_that_two_readers_might_read_differently_is_refused(more):
    refused(made(payload=f"{json.dumps(PAYLOAD)[:-1]}, {more}}}".encode()))
    refused(made(header=f"{json.dumps(HEADER)[:-1]}, {more.replace('computer_id', 'alg')}}}".encode()))


def test_the_file_of_another_license_is_refused_even_for_the_same_computer_id():
    other = replace(BINDING, activation_key=ActivationKey.generate(fixed_bytes("another", 12)))
    assert "another activation key" in refused(issue_license_file(CONTENT, other, LICENSE_FILE_PRIVATE_KEY))


@pytest.mark.parametrize(
    "rubbish",
    [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "{}",
        "\ud800",
        "é.é.é",
        "e30.e30.",
        "x" * 32_768,
        "x" * 1_000_000,
        "." * 1_000_000,
        made(payload=b"[]"),
        made(payload=b"null"),
        made(payload=b"\xff"),
        made(header=b"[]"),
        made(header=b"\xff"),
        made(header=b"[" * 5000),
        made(payload=b"[" * 5000),
        made(payload=b'{"a":' * 1000 + b"1" + b"}" * 1000),
        made(payload=b'{"iat":' + b"9" * 5000 + b"}"),
        made({**HEADER, "kid": 3}),
        made({**HEADER, "kid": ["3"]}),
    ],
    ids=range(23),
)
def test_rubbish_is_refused_without_another_error(rubbish):
    refused(rubbish)


def test_a_file_that_is_too_large_is_refused_though_it_is_signed():
    assert "too large" in refused(made(payload={**PAYLOAD, "computer_name": "x" * 32_000}))
    assert read(made(payload={**PAYLOAD, "computer_name": "x" * 20_000})).computer_name == "x" * 20_000


def test_what_is_missing_and_what_is_something_else_is_said():
    assert "empty" in refused("\ufeff\r\n")
    for cut in (FILE[:-1], FILE[:100], FILE[5:], FILE.rpartition(".")[0]):
        assert "part of this license file is missing" in refused(cut)
    assert "web page" in refused("<html><h1>Sign in</h1></html>")


def test_what_mail_programs_add_changes_nothing():
    lines = [FILE[start : start + 72] for start in range(0, len(FILE), 72)]
    for broken in ("\r\n".join(lines), "=\n".join(lines), "\n> ".join(["", *lines]), f"„{FILE}“"):
        assert read(broken) == CONTENT


@PROPERTY
@given(st.text(max_size=60) | st.text("eyJ.-_=A0", max_size=200))
def test_any_other_text_is_refused(text):
    refused(text)


def is_read_or_refused(field, value):
    try:
        content = read(made(payload={**PAYLOAD, field: value}))
    except LicenseFileRefused:
        return
    assert content.claims == CLAIMS or field == "claims"
    assert isinstance(content.activation_id, str)
    assert content.computer_name is None or isinstance(content.computer_name, str)
    assert all(isinstance(name, str) for name in content.features)


@pytest.mark.parametrize("field", PAYLOAD)
def test_a_signed_value_of_any_kind_is_read_or_refused(field):
    for value in ODD_VALUES:
        is_read_or_refused(field, value)


@PROPERTY
@given(st.sampled_from(list(PAYLOAD)), json_values)
def test_any_signed_value_is_read_or_refused(field, value):
    is_read_or_refused(field, value)


@PROPERTY
@given(st.sampled_from([*HEADER, "crit", "b64", "jwk", "x5c", "zip"]), json_values)
def test_any_signed_header_is_read_or_refused(field, value):
    try:
        assert read(made({**HEADER, field: value})) == CONTENT
    except (LicenseFileRefused, NewerVersion):
        assert field is not None

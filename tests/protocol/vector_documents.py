"""Vectors of license files and wizard profiles."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from vector_inputs import (
    ACTIVATION_KEY,
    APPLICATION_SECRET,
    BINDING,
    CLAIMS,
    COMPUTER_ID,
    EARLIER_COMPUTER_ID,
    FINGERPRINT_KEY,
    LICENSE_FILE_KEY,
    OTHER_ACTIVATION_KEY,
    OTHER_COMPUTER_ID,
    PRODUCT_CODE,
    PRODUCT_NUMBER,
    TYPED_KEY,
    Case,
    claims_case,
    document,
    fixed_bytes,
    refused,
)
from vector_journeys import JOURNEYS, LOST

from keyferry.protocol.alphabet import bytes_to_symbols, write
from keyferry.protocol.computer_key import Style
from keyferry.protocol.license_code import license_code
from keyferry.protocol.license_file import LicenseFile, issue_license_file
from keyferry.protocol.profile import MachineSource, ProfileEpoch, WizardProfile

REFUSED, MALFORMED = "license_file_refused", "malformed_profile"
EMPTY, INCOMPLETE = "license_file_empty", "license_file_incomplete"
ELSE, NEWER = "not_a_license_file", "newer_version"
CONTENT = LicenseFile(
    activation_id="c0ffee00-1234-4abc-8def-000000004711",
    issued_at=datetime(2026, 11, 24, 12, tzinfo=UTC),
    claims=CLAIMS,
    computer_name="LAB-PC-07",
    features=("export", "simulation"),
)
HEADER = {"alg": "EdDSA", "typ": "keyferry-license+jwt", "kid": "2"}
PAYLOAD: Case = {
    "iss": "keyferry",
    "aud": PRODUCT_CODE,
    "jti": CONTENT.activation_id,
    "iat": int(CONTENT.issued_at.timestamp()),
    "computer_id": COMPUTER_ID.text,
    "activation_key_sha256": ACTIVATION_KEY.digest.hex(),
    "claims": write(CLAIMS.symbols),
    "computer_name": CONTENT.computer_name,
    "features": ["export", "simulation"],
}


def license_files() -> Case:
    """License files."""
    nameless = LicenseFile(CONTENT.activation_id, CONTENT.issued_at, replace(CLAIMS, expires=None))
    longest = replace(CONTENT, features=("x" * 24_109,))
    return document(
        "License files: JWTs under the epoch's key for license files; only the claims decide.",
        given={
            "product_code": PRODUCT_CODE,
            "activation_key": ACTIVATION_KEY.text,
            "computer_id": COMPUTER_ID.text,
            "private_key": LICENSE_FILE_KEY.private_bytes_raw().hex(),
            "public_key": LICENSE_FILE_KEY.public_key().public_bytes_raw().hex(),
        },
        valid=[
            *map(_file_case, (CONTENT, nameless)),
            {**_file_case(CONTENT), "file": f"\n {_file(CONTENT)}\r\n"},
            {**_file_case(CONTENT), "file": _made(payload={**PAYLOAD, "exp": 1, "later": {}})},
            {**_file_case(CONTENT), "file": _made({**HEADER, "alg": "Ed25519"})},
            {**_file_case(CONTENT), "file": _made(payload={**PAYLOAD, "crit": ["features", "claims"]})},
            {**_file_case(longest), "file": _file(longest)},
        ],
        invalid=[*_forged_files(), *_foreign_files(), *_odd_files(), *_critical_files()],
    )


def _file(content: LicenseFile) -> str:
    return issue_license_file(content, BINDING, LICENSE_FILE_KEY)


def _file_case(content: LicenseFile) -> Case:
    return {
        "file": _file(content),
        "activation_id": content.activation_id,
        "issued_at": f"{content.issued_at:%Y-%m-%dT%H:%M:%SZ}",
        "claims": claims_case(content.claims),
        "computer_name": content.computer_name,
        "feature_names": list(content.features),
    }


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _part(content: Any) -> bytes:
    return json.dumps(content).encode("ascii")


_PAYLOAD = _part(PAYLOAD)


def _message(header: Case, payload: Any) -> str:
    return f"{_base64url(_part(header))}.{_base64url(_part(payload))}"


def _made(header: Case = HEADER, payload: Any = PAYLOAD) -> str:
    return _signed(_part(header), _part(payload))


def _signed(header: bytes, payload: bytes) -> str:
    message = f"{_base64url(header)}.{_base64url(payload)}"
    return f"{message}.{_base64url(LICENSE_FILE_KEY.sign(message.encode('ascii')))}"


def _forged_files() -> Iterator[Case]:
    text = _file(CONTENT)
    message, _, signature = text.rpartition(".")
    changed = _message(HEADER, {**PAYLOAD, "claims": write(replace(CLAIMS, expires=None).symbols)})
    unsigned = _message({**HEADER, "alg": "none"}, PAYLOAD)
    other = Ed25519PrivateKey.from_private_bytes(fixed_bytes("another licence file key"))
    yield refused("nothing", EMPTY, file="")
    yield refused("cut short", INCOMPLETE, file=text[:-1])
    yield refused("the claims were changed", REFUSED, file=f"{changed}.{signature}")
    yield refused("a character that decoders of base64 pass over", ELSE, file=f"{message}.*{signature}")
    yield refused("padding", ELSE, file=f"{text}==")
    yield refused("the algorithm `none`", INCOMPLETE, file=f"{unsigned}.")
    yield refused("the algorithm HS256 in the header", REFUSED, file=_made({**HEADER, "alg": "HS256"}))
    yield refused("another key", REFUSED, file=issue_license_file(CONTENT, BINDING, other))
    yield refused(
        "the key for typed computer keys", REFUSED, file=issue_license_file(CONTENT, BINDING, TYPED_KEY)
    )
    yield refused("another type", REFUSED, file=_made({**HEADER, "typ": "JWT"}))


def _foreign_files() -> Iterator[Case]:
    fields = [
        ("another issuer", {"iss": "somebody"}),
        ("another product", {"aud": "demo-cam"}),
        ("several products", {"aud": [PRODUCT_CODE, "demo-cam"]}),
        ("another computer", {"computer_id": OTHER_COMPUTER_ID.text}),
        ("an earlier activation", {"computer_id": EARLIER_COMPUTER_ID.text}),
        ("another activation key", {"activation_key_sha256": OTHER_ACTIVATION_KEY.digest.hex()}),
    ]
    for because, field in fields:
        yield refused(because, REFUSED, file=_made(payload={**PAYLOAD, **field}))


def _odd_files() -> Iterator[Case]:
    for name in ("iss", "aud", "jti", "iat", "computer_id", "activation_key_sha256", "claims"):
        without = {key: value for key, value in PAYLOAD.items() if key != name}
        yield refused(f"{name} is missing", REFUSED, file=_made(payload=without))
    fields = [
        ("the claims are a list", {"claims": list(PAYLOAD["claims"])}),
        ("the claims are in lower case", {"claims": "abcdefgh"}),
        ("the claims are too short", {"claims": PAYLOAD["claims"][:-1]}),
        ("iat is a text", {"iat": "1795521600"}),
        ("features are a text", {"features": "export"}),
        ("a feature is a number", {"features": [1]}),
        ("the computer name is a list", {"computer_name": []}),
    ]
    for because, field in fields:
        yield refused(because, REFUSED, file=_made(payload={**PAYLOAD, **field}))
    yield refused("the payload is a list", REFUSED, file=_made(payload=[PAYLOAD]))
    long = _made(payload={**PAYLOAD, "computer_name": "x" * 32_000})
    yield refused("more than 32,768 characters", ELSE, file=long)
    for because, payload in {
        "a name twice": b'{"claims":"00000000",' + _PAYLOAD[1:],
        "a name twice, further in": _PAYLOAD[:-1] + b',"later":{"a":1,"a":2}}',
        "no UTF-8": _PAYLOAD[:-1] + b',"later":"\xff"}',
        "a byte order mark": b"\xef\xbb\xbf" + _PAYLOAD,
        "UTF-16": _PAYLOAD.decode().encode("utf-16-le"),
        "a number that JSON does not have": _PAYLOAD[:-1] + b',"later":NaN}',
    }.items():
        yield refused(f"{because} in the payload", REFUSED, file=_signed(_part(HEADER), payload))
    twice = b'{"alg":"none",' + _part(HEADER)[1:]
    yield refused("a name twice in the header", REFUSED, file=_signed(twice, _PAYLOAD))


def _critical_files() -> Iterator[Case]:
    """Files of a later version, which say what has to be understood."""
    for because, header in {
        "an extension in the header": {"crit": ["exp"], "exp": 1},
        "an extension without a name": {"crit": []},
        "unencoded payloads": {"crit": ["b64"], "b64": False},
        "a newer type": {"typ": "keyferry-license-2+jwt"},
    }.items():
        yield refused(f"{because} is not known", NEWER, file=_made({**HEADER, **header}))
    for because, error, fields in [
        ("a critical field is not known", NEWER, {"crit": ["hours"], "hours": "09:00-17:00"}),
        ("one of two critical fields is not known", NEWER, {"crit": ["features", "hours"], "hours": 1}),
        ("a critical field is not known, and missing", NEWER, {"crit": ["hours"]}),
        ("a critical field is missing", REFUSED, {"crit": ["features"], "features": ...}),
        ("no field is critical", REFUSED, {"crit": []}),
        ("the critical fields are a text", REFUSED, {"crit": "features"}),
        ("a critical field is a number", REFUSED, {"crit": [1]}),
    ]:
        payload = {name: value for name, value in {**PAYLOAD, **fields}.items() if value is not ...}
        yield refused(because, error, file=_made(payload=payload))


def license_codes() -> Case:
    """License files in QR codes."""
    code = _code(CONTENT)
    nameless = replace(CONTENT, computer_name=None, features=())
    foreign = replace(CONTENT, computer_name="Mess-Platz Süd 机器 7")
    # What writers of JSON escape each in their way: the file has to come out as it was signed.
    escaped = replace(
        CONTENT, computer_name='\\ "</é>" \u2028 👩‍💻', features=("a/b & c", "\t\n\x1b\x7f\x85")
    )
    beginning, _, signature = code.rpartition("/")
    return document(
        "What a QR code has of a license file; `file` is the license file that the wizard makes of it.",
        given=license_files()["given"],
        valid=[{"code": _code(one), "file": _file(one)} for one in (CONTENT, nameless, foreign, escaped)],
        invalid=[
            refused("cut short", INCOMPLETE, code=code[:-1]),
            refused("without a signature", INCOMPLETE, code=beginning),
            refused("lower case", INCOMPLETE, code=f"LIC1/{code[5:].lower()}"),
            refused("a symbol that is none", INCOMPLETE, code=code.replace("/2/", "/2/U", 1)),
            refused("spare bits", INCOMPLETE, code=code[:-1] + "1"),
            refused("what it says is no list", INCOMPLETE, code=_code_of({}, signature)),
            refused("a list of four", INCOMPLETE, code=_code_of([1, 2, 3, 4], signature)),
            refused("lists without end", INCOMPLETE, code=_coded(b"[" * 2_000, signature)),
            refused("other claims", REFUSED, code=_code_of(["1", 1, "0" * 8, None, []], signature)),
            refused("another epoch", REFUSED, code=code.replace("/2/", "/1/", 1)),
            refused("a newer version", NEWER, code="LIC2" + code[4:]),
        ],
    )


def _code(content: LicenseFile) -> str:
    said = (content.activation_id, int(content.issued_at.timestamp()), write(content.claims.symbols))
    signature = _file(content).rpartition(".")[2]
    signed = base64.urlsafe_b64decode(f"{signature}==")
    return license_code((*said, content.computer_name, list(content.features)), COMPUTER_ID.epoch, signed)


def _code_of(said: Any, signature: str) -> str:
    return _coded(json.dumps(said).encode("ascii"), signature)


def _coded(content: bytes, signature: str) -> str:
    return f"LIC1/{COMPUTER_ID.epoch}/{write(bytes_to_symbols(content))}/{signature}"


def license_texts() -> Case:
    """License files as they arrive."""
    bare = f"{_base64url(_part(HEADER))}.{_base64url(_PAYLOAD[:60])}.{'A-_z' * 21}A8"
    arrived = [{"how": how, "bytes": made(bare).hex(), "text": bare} for how, made in JOURNEYS.items()]
    lost = [refused(because, error, bytes=made(bare).hex()) for because, (error, made) in LOST.items()]
    return document(
        "License files as they arrive: bytes, and the one form of the text; the signature is not looked at.",
        given={},
        valid=arrived,
        invalid=lost,
    )


def profiles() -> Case:
    """Wizard profiles."""
    return document(
        "Wizard profiles; `field` is what the error names.",
        given={},
        valid=map(_profile_case, (PROFILE, SMALL_PROFILE)),
        invalid=_broken_profiles(),
    )


def _epoch(number: int, secret: bytes, *, retired: bool = False) -> ProfileEpoch:
    return ProfileEpoch(
        number,
        secret,
        TYPED_KEY.public_key().public_bytes_raw(),
        LICENSE_FILE_KEY.public_key().public_bytes_raw(),
        retired=retired,
    )


PROFILE = WizardProfile(
    product_number=PRODUCT_NUMBER,
    product_code=PRODUCT_CODE,
    product_name="Demo CAD – Büro",
    key_style=Style.SIGNED,
    features=("export", "cam", "simulation"),
    server_url="https://lic.example.com",
    machine_source=MachineSource.OS,
    fingerprint_key=FINGERPRINT_KEY,
    epochs=(_epoch(1, fixed_bytes("epoch 1"), retired=True), _epoch(2, APPLICATION_SECRET)),
)
SMALL_PROFILE = replace(
    PROFILE,
    key_style=Style.SHORT,
    features=(),
    server_url="http://192.168.1.20:8000",
    machine_source=MachineSource.HOST,
    epochs=PROFILE.epochs[1:],
    unremembered_days=0,
)


def _profile_case(profile: WizardProfile) -> Case:
    return {
        "profile": profile.to_json(),
        "current_epoch": profile.current_epoch.number,
        "fingerprint_key": profile.fingerprint_key.hex(),
        "unremembered_days": profile.unremembered_days,
        "application_secrets": {str(one.number): one.application_secret.hex() for one in profile.epochs},
    }


def _broken_profiles() -> Iterator[Case]:
    whole = json.loads(PROFILE.to_json())
    yield refused("it is no JSON", MALFORMED, profile=PROFILE.to_json()[:-2], field=None)
    yield refused("it is no object", MALFORMED, profile="[]", field=None)
    for name in (name for name in whole if name != "unremembered_days"):
        without = {key: value for key, value in whole.items() if key != name}
        yield refused(f"{name} is missing", MALFORMED, profile=json.dumps(without), field=name)
    for name in whole["epochs"][1]:
        without = {key: value for key, value in whole["epochs"][1].items() if key != name}
        broken = {**whole, "epochs": [whole["epochs"][0], without]}
        field = f"epochs[1].{name}"
        yield refused(f"{field} is missing", MALFORMED, profile=json.dumps(broken), field=field)
    later = {**whole, "format": "keyferry-profile/2"}
    yield refused("a later format", NEWER, profile=json.dumps(later), field=None)
    yield from _other_algorithms(whole)
    yield from _wrong_fields(whole)


def _other_algorithms(whole: Case) -> Iterator[Case]:
    for name in ("typed_key_algorithm", "license_file_algorithm"):
        epoch = {**whole["epochs"][1], name: "ML-DSA-44"}
        later = {**whole, "epochs": [whole["epochs"][0], epoch]}
        yield refused(f"another {name}", NEWER, profile=json.dumps(later), field=None)


def _wrong_fields(whole: Case) -> Iterator[Case]:
    secret = whole["fingerprint_key"]
    fields: list[tuple[str, Any]] = [
        ("format", "keyferry-profile/0"),
        ("format", "keyferry-profile"),
        ("product_number", 2**20),
        ("product_number", "4711"),
        ("product_name", ""),
        ("key_style", "SHORT"),
        ("features", [f"feature {number}" for number in range(11)]),
        ("features", [1]),
        ("server_url", "https://lic.example.com/path"),
        ("server_url", "https://LIC.example.com"),
        ("machine_source", "bios"),
        ("fingerprint_key", secret[:-4]),
        ("fingerprint_key", f"{secret}\n"),
        ("unremembered_days", -1),
        ("unremembered_days", 3661),
        ("unremembered_days", "30"),
        ("epochs", []),
        ("epochs", whole["epochs"][::-1]),
    ]
    for name, value in fields:
        broken = {**whole, name: value}
        yield refused(f"{name} is wrong", MALFORMED, profile=json.dumps(broken), field=name)

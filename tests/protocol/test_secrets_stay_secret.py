"""Errors and reprs hold nothing of what was typed, scanned or read; tags are compared in constant time."""

import hmac
import re
import traceback
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from protocol_samples import (
    ACTIVATION_KEY,
    APPLICATION_SECRET,
    BINDING,
    CLAIMS,
    KEYS,
    LICENSE_FILE_PRIVATE_KEY,
    MACHINE,
    PUBLIC_KEY,
    SHORT_KEY,
    SIGNED_KEY,
    bare,
    fixed_bytes,
    random_text,
    with_wrong,
)
from test_license_files import CONTENT, HEADER, PAYLOAD, made
from test_profiles_of_wizards import PROFILE

from keyferry.protocol import errors
from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.alphabet import grouped
from keyferry.protocol.codes import Kind, encode, read
from keyferry.protocol.computer_id import read_computer_id, verify_computer_id
from keyferry.protocol.computer_key import issue_short
from keyferry.protocol.computer_name import clean_computer_name
from keyferry.protocol.deactivation import read_deactivation_code, verify_deactivation_code
from keyferry.protocol.errors import ProtocolError
from keyferry.protocol.keys import EpochKeys
from keyferry.protocol.license_file import issue_license_file, read_license_file
from keyferry.protocol.profile import WizardProfile
from keyferry.protocol.repair import read_short, read_signed
from keyferry.protocol.request_token import (
    ActivationRequest,
    DeactivationRequest,
    peek,
    sign_request,
    verify_request,
)

pytestmark = pytest.mark.full_price

RANDOM = Random(1)
ACTIVATION = ActivationRequest(42, MACHINE.computer_id, ACTIVATION_KEY, "LAB-PC-07")
TOKEN = sign_request(ACTIVATION, KEYS)
OTHER_KEYS = EpochKeys.derive(fixed_bytes("another"), product_code="demo-cam", epoch=1)
FILE = issue_license_file(CONTENT, BINDING, LICENSE_FILE_PRIVATE_KEY)
JSON = PROFILE.to_json()


def verify_code(text):
    verify_deactivation_code(
        read_deactivation_code(text),
        product_code="demo-cad",
        activation_key=ACTIVATION_KEY,
        computer_id=MACHINE.computer_id,
    )


def read_file(text):
    read_license_file(text, BINDING, LICENSE_FILE_PRIVATE_KEY.public_key())


def read_short_key(text):
    read_short(text, BINDING, KEYS.short_computer_key)


REFUSALS = {
    "activation key mistyped beyond repair": (ActivationKey.from_text, random_text(25, RANDOM)),
    "activation key too short": (ActivationKey.from_text, ACTIVATION_KEY.text[:-9]),
    "activation key with a control character": (ActivationKey.from_text, ACTIVATION_KEY.text + "\x00"),
    "activation key in a long text": (ActivationKey.from_text, ACTIVATION_KEY.text * 9),
    "activation key of a newer format": (
        ActivationKey.from_text,
        grouped(encode(Kind.ACTIVATION_KEY, (9, *ACTIVATION_KEY.symbols[1:]))),
    ),
    "activation key where a computer ID belongs": (read_computer_id, ACTIVATION_KEY.text),
    "computer key mistyped beyond repair": (
        read_short_key,
        with_wrong(SHORT_KEY, (0, 6, 12, 18, 24), RANDOM),
    ),
    "computer key of another secret": (
        read_short_key,
        issue_short(BINDING, CLAIMS, bytes(32)),
    ),
    "signed key mistyped beyond repair": (
        lambda text: read_signed(text, BINDING, PUBLIC_KEY),
        with_wrong(SIGNED_KEY, (0, 6, 12), RANDOM),
    ),
    "signed key of another private key": (
        lambda text: read_signed(text, BINDING, Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()),
        SIGNED_KEY,
    ),
    "deactivation code mistyped beyond repair": (
        verify_code,
        with_wrong(MACHINE.code.text, (0, 6, 12), RANDOM),
    ),
    "deactivation code of something else": (
        verify_code,
        grouped(encode(Kind.DEACTIVATION_CODE, (7, 3, 9, 1, 30, 2, 8, 11, 25, 17))),
    ),
    "computer name with a control character": (clean_computer_name, "payroll\x1bserver"),
    "token of another product": (lambda text: verify_request(text, OTHER_KEYS), TOKEN),
    "token cut short": (lambda text: verify_request(text, KEYS), TOKEN[:-1]),
    "token in lower case": (peek, TOKEN.lower()),
    "token of a newer wizard": (peek, "C" + TOKEN[1:]),
    "file of another key": (lambda text: read_license_file(text, BINDING, PUBLIC_KEY), FILE),
    "file cut short": (lambda text: read_license_file(text, BINDING, PUBLIC_KEY), FILE[:-9]),
    "file for another product": (
        read_file,
        made(payload={**PAYLOAD, "aud": "payroll-suite"}),
    ),
    "file for another computer": (
        read_file,
        made(payload={**PAYLOAD, "computer_id": "PAYROLL-SERVER"}),
    ),
    "file of an unknown form": (
        read_file,
        made(payload={**PAYLOAD, "claims": "PAYROLLSERVER"}),
    ),
    "file that is no JSON": (
        read_file,
        made(payload=b'{"computer_name": "payroll-server"'),
    ),
    "file of another algorithm": (
        read_file,
        made({**HEADER, "alg": "payroll-server"}),
    ),
    "profile cut short": (WizardProfile.from_json, JSON[:-5]),
    "profile with a wrong secret": (WizardProfile.from_json, JSON.replace('_secret": "', '_secret": "*')),
    "profile of another format": (WizardProfile.from_json, JSON.replace("profile/1", "profile/9")),
}


def everything_in(error: BaseException | None) -> str:
    """Whatever a log, a debugger or a crash report could show of an error and of what hangs on it."""
    shown = []
    while error is not None:
        shown += [
            str(error),
            repr(error),
            repr(error.args),
            repr(vars(error)),
            repr(getattr(error, "doc", "")),
        ]
        shown += [repr(getattr(error, "object", "")), repr(getattr(error, "__notes__", ""))]
        error = error.__cause__ or error.__context__
    return "\n".join(shown)


def pieces(secret: str, size: int = 5):
    """Every piece of the secret that is long enough not to stand in a sentence by chance."""
    # Of a profile, the values and not the names of its fields, which an error does name.
    for letters in re.findall(r'"([^"]{40,})"', secret) or [bare(secret)]:
        yield from (letters[start : start + size] for start in range(len(letters) - size + 1))
    yield from (group for group in secret.split("-") if len(group) >= size)


@pytest.fixture(params=REFUSALS.values(), ids=REFUSALS.keys())
def refusal(request):
    """An error, and what it refuses."""
    refuse, secret = request.param
    with pytest.raises(ProtocolError) as caught:
        refuse(secret)
    return caught.value, secret


def test_an_error_holds_nothing_of_what_it_refuses(refusal):
    error, secret = refusal
    assert error.suggestion is None
    shown = everything_in(error)
    words = "keyferry", "profile", "computer", "activation"
    found = {piece for piece in pieces(secret) if piece in shown and not any(piece in word for word in words)}
    assert found == set()


def test_an_error_drags_no_error_of_a_library_along(refusal):
    """Those of json, itsdangerous and of decoders hold the text that they were given."""
    error, _ = refusal
    while error is not None:
        assert isinstance(error, ProtocolError)
        error = error.__cause__ or error.__context__


def test_an_error_is_a_sentence_that_says_what_to_do_and_has_a_code(refusal):
    error, _ = refusal
    message = str(error)
    assert message[0].isupper()
    assert message.endswith((".", "?"))
    assert "\n" not in message
    assert error.code.replace("_", "").isalpha()
    assert traceback.format_exception_only(error)[0].count("\n") == 1


def test_a_suggestion_is_the_only_reading_that_an_error_holds():
    typed = with_wrong(ACTIVATION_KEY.text, (3, 17), RANDOM)
    with pytest.raises(ProtocolError) as caught:
        ActivationKey.from_text(typed)
    assert caught.value.suggestion == ACTIVATION_KEY.text
    assert typed not in everything_in(caught.value)


ERROR_CODES = {
    errors.ProtocolError: "protocol_error",
    errors.MalformedCode: "malformed_code",
    errors.NewerVersion: "newer_version",
    errors.ComputerIdMismatch: "computer_id_mismatch",
    errors.WrongDeactivationCode: "wrong_deactivation_code",
    errors.ComputerKeyRefused: "computer_key_refused",
    errors.LicenseFileRefused: "license_file_refused",
    errors.MalformedToken: "malformed_token",
    errors.BadSignature: "bad_signature",
    errors.MalformedProfile: "malformed_profile",
}


def test_the_codes_of_errors_are_what_other_programs_rely_on():
    found = {kind: kind.code for kind in (errors.ProtocolError, *errors.ProtocolError.__subclasses__())}
    assert found == ERROR_CODES
    assert [kind.malformed for kind in Kind] == [
        "malformed_activation_key",
        "malformed_computer_id",
        "malformed_computer_key",
        "malformed_deactivation_code",
    ]


SHOWN = {
    "an activation key": ACTIVATION_KEY,
    "a deactivation code": MACHINE.code,
    "a reading": read(Kind.ACTIVATION_KEY, ACTIVATION_KEY.text),
    "a computer key": read_short(SHORT_KEY, BINDING, KEYS.short_computer_key),
    "a binding": BINDING,
    "an activation request": ACTIVATION,
    "a deactivation request": DeactivationRequest(42, MACHINE.computer_id, ACTIVATION_KEY, (MACHINE.proof,)),
    "derived keys": KEYS,
    "a profile": PROFILE,
}


@pytest.mark.parametrize("value", SHOWN.values(), ids=SHOWN.keys())
def test_a_secret_is_not_shown_in_a_repr(value):
    shown = repr(value)
    for text in (ACTIVATION_KEY.text, MACHINE.code.text, SHORT_KEY):
        assert text[:11] not in shown
    for symbols in (ACTIVATION_KEY.symbols, MACHINE.code.symbols):
        assert str(symbols)[1:-1] not in shown
    for secret in (APPLICATION_SECRET, KEYS.request_token, KEYS.short_computer_key):
        assert repr(secret)[2:-1] not in shown


COMPARISONS = {
    "the signature of a token": lambda: verify_request(TOKEN, KEYS),
    "the tag of a computer ID": lambda: verify_computer_id(MACHINE.computer_id, KEYS, ACTIVATION_KEY),
    "the tag of a computer key": lambda: read_short(SHORT_KEY, BINDING, KEYS.short_computer_key),
    "the commitment to a deactivation code": lambda: verify_code(MACHINE.code.text),
}


@pytest.mark.parametrize("verify", COMPARISONS.values(), ids=COMPARISONS.keys())
def test_a_tag_is_compared_in_constant_time(verify, monkeypatch):
    compared = []
    real = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda one, other: compared.append(one) or real(one, other))
    verify()
    assert len(compared) == 1

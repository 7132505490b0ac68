"""The committed vectors, verified without the protocol: by reedsolo, hashlib, hmac, Ed25519 and PyJWT."""

import hashlib
import hmac
import json
from datetime import date, timedelta
from pathlib import Path

import jwt
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jwt.utils import base64url_decode
from reedsolo import RSCodec

pytestmark = pytest.mark.full_price

FOLDER = Path(__file__).parents[2] / "protocol" / "vectors"
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
FIELD = {"nsize": 31, "fcr": 0, "prim": 0b100101, "c_exp": 5}
FIVE, TWO = RSCodec(5, **FIELD), RSCodec(2, **FIELD)


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="ascii"))


def valid(name):
    return pytest.mark.parametrize("case", load(name)["valid"], ids=lambda case: None)


def invalid(name, error):
    found = [case for case in load(name)["invalid"] if case["error"] == error]
    return pytest.mark.parametrize("case", found, ids=[case["because"] for case in found])


KINDS = load("check_groups")["given"]["kinds"]


TOKEN_SALTS = {"A": "activation request", "B": "continuation request", "D": "deactivation request"}
MASK = {"key_label": "activation key mask"}


def symbols(text):
    return [LETTERS.index(letter) for letter in text.replace("-", "")]


def number(values):
    return int("".join(f"{value:05b}" for value in values) or "0", 2)


def letters(value, count):
    return "".join(LETTERS[value >> 5 * place & 31] for place in reversed(range(count)))


def content(kind, text):
    """The symbols of a code without its check group, which the oracle verifies."""
    size, constant = KINDS[kind]["content"], KINDS[kind]["constant"]
    values = symbols(text)
    check = bytes(a ^ b for a, b in zip(values[size:], constant, strict=True))
    assert FIVE.encode(bytes(values[:size]))[size:] == check
    return bytes(values[:size])


def derived(secret, purpose):
    """HKDF-SHA256 of RFC 5869 for one block, without salt."""
    extracted = hmac.digest(bytes(32), bytes.fromhex(secret), "sha256")
    return hmac.digest(extracted, b"keyferry/1 " + purpose.encode() + b"\x01", "sha256")


def tagged(secret, label, *parts, key_label=None):
    key = derived(secret, key_label or label)
    return int.from_bytes(
        hmac.digest(key, f"keyferry/1 {label}\0".encode() + b"".join(parts), "sha256"), "big"
    )


def message(known, head):
    """What both styles of computer key sign, after the label."""
    return b"".join(
        (
            hashlib.sha256(known["product_code"].encode()).digest(),
            content("activation_key", known["activation_key"]),
            content("computer_id", known["computer_id"]),
            bytes(head),
            b"\0",
        )
    )


def claims(values):
    """Issue day, expiry day and features of eight symbols."""
    value = number(values)
    expires, issued = value >> 25, value >> 10 & 0x7FFF
    day = date(2020, 1, 1)
    return {
        "issued": (day + timedelta(days=issued)).isoformat(),
        "expires": (day + timedelta(days=expires)).isoformat() if expires else None,
        "features": value & 0x3FF,
    }


@valid("check_groups")
def test_check_symbols_are_those_of_reedsolo(case):
    codec = TWO if case["kind"] == "signed_row" else FIVE
    constant = [0, 0] if case["kind"] == "signed_row" else KINDS[case["kind"]]["constant"]
    check = codec.encode(bytes(case["content"]))[len(case["content"]) :]
    assert [a ^ b for a, b in zip(check, constant, strict=True)] == case["check"]


@invalid("check_groups", "malformed_activation_key")
def test_reedsolo_takes_no_code_of_another_kind_for_an_activation_key(case):
    values = symbols(case["typed"])
    if len(values) == 25:
        masked = bytes(a ^ b for a, b in zip(values[20:], KINDS["activation_key"]["constant"], strict=True))
        whole = bytes(values[:20]) + masked
        assert whole[20:] != FIVE.encode(whole[:20])[20:]


def typed_letters(case):
    return [letter for letter in case["typed"].upper() if not (letter.isspace() or letter == "-")]


# Where characters are missing or too many, only the protocol can tell the place.
UNSHIFTED = [
    case for case in load("reading")["valid"] if len(typed_letters(case)) == len(symbols(case["text"]))
]


@pytest.mark.parametrize("case", UNSHIFTED, ids=lambda case: None)
def test_reedsolo_corrects_what_was_typed_to_what_was_meant(case):
    kind, meant = case["kind"], case["text"]
    content(kind, meant)
    size, constant = KINDS[kind]["content"], KINDS[kind]["constant"]
    typed = typed_letters(case)
    gaps = [place for place, letter in enumerate(typed) if letter == "?"]
    values = [0 if letter == "?" else LETTERS.index(letter) for letter in typed]
    values[size:] = [a ^ b for a, b in zip(values[size:], constant, strict=True)]
    corrected = FIVE.decode(bytes(values), erase_pos=gaps)[1]
    assert list(corrected[:size]) == symbols(meant)[:size]


@valid("keys")
def test_keys_are_those_of_rfc_5869(case):
    for purpose, key in case.items():
        if purpose != "application_secret":
            assert derived(case["application_secret"], purpose).hex() == key


@valid("fingerprints")
def test_fingerprints_are_hmacs(case):
    key = bytes.fromhex(load("fingerprints")["given"]["fingerprint_key"])
    label = b"keyferry/1 machine fingerprint\0"
    assert hmac.digest(key, label + case["identifier"].encode(), "sha256").hex()[:10] == case["fingerprint"]


@valid("activation_keys")
def test_activation_keys_are_their_random_bits_and_a_check_group(case):
    values = content("activation_key", case["text"])
    assert list(values) == case["symbols"]
    assert values[0] == 1
    assert number(values[1:]) == int(case["entropy"], 16) >> 1
    assert hashlib.sha256(case["text"].replace("-", "").encode()).hexdigest() == case["sha256"]
    assert case["text"].endswith(case["last_group"])


def tag_of(known, values):
    product = hashlib.sha256(known["product_code"].encode()).digest()
    key = content("activation_key", known["activation_key"])
    return tagged(known["application_secret"], "computer id", product, key, values[:17]) >> 241


@valid("computer_ids")
def test_computer_ids_carry_an_hmac(case):
    known = load("computer_ids")["given"]
    values = content("computer_id", case["text"])
    assert values[0] == known["epoch"]
    assert f"{number(values[1:9]):010x}" == case["fingerprint"]
    assert f"{number(values[9:17]):010x}" == case["commitment"]
    assert number(values[17:]) == case["tag"] == tag_of(known, values)


@invalid("computer_ids", "computer_id_mismatch")
def test_computer_ids_that_do_not_fit_carry_another_tag(case):
    values = content("computer_id", case["typed"])
    assert number(values[17:]) != tag_of(load("computer_ids")["given"], values)


@valid("claims")
def test_claims_are_forty_bits(case):
    assert claims(symbols(case["symbols"])) == {
        name: case[name] for name in ("issued", "expires", "features")
    }


@valid("short_computer_keys")
def test_short_computer_keys_carry_an_hmac(case):
    known = load("short_computer_keys")["given"]
    values = content("computer_key", case["text"])
    assert values[0] == 1
    assert claims(values[1:9]) == {name: case[name] for name in ("issued", "expires", "features")}
    assert number(values[9:]) == short_tag(known, values)


def short_tag(known, values):
    return tagged(known["application_secret"], "short computer key", message(known, values[:9])) >> 176


@invalid("short_computer_keys", "computer_key_refused")
def test_refused_short_computer_keys_carry_another_tag_or_scheme(case):
    values = content("computer_key", case["typed"])
    assert number(values[9:]) != short_tag(load("short_computer_keys")["given"], values) or values[0] != 1


def rows(text):
    """The 112 symbols of a signed key; the oracle verifies the check symbols of each row."""
    values = symbols(text)
    found = b""
    for start in range(0, 120, 30):
        row = bytes(values[start : start + 30])
        assert TWO.encode(row[:28]) == row
        found += row[:28]
    return found


def verify_signed(known, values):
    signature = (number(values[9:]) >> 3).to_bytes(64, "big")
    signed = b"keyferry/1 signed computer key\0" + message(known, values[:9])
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(known["public_key"])).verify(signature, signed)


@valid("signed_computer_keys")
def test_signed_computer_keys_carry_an_ed25519_signature(case):
    values = rows(case["text"])
    assert values[0] == 2
    assert claims(values[1:9]) == {name: case[name] for name in ("issued", "expires", "features")}
    assert number(values[9:]) & 7 == 0
    verify_signed(load("signed_computer_keys")["given"], values)


@invalid("signed_computer_keys", "computer_key_refused")
def test_refused_signed_computer_keys_carry_no_signature_or_are_of_another_form(case):
    values = rows(case["typed"])
    if values[0] != 2 or number(values[9:]) & 7:
        return
    with pytest.raises(InvalidSignature):
        verify_signed(load("signed_computer_keys")["given"], values)


@valid("repair")
def test_a_repair_changes_what_it_says(case):
    """Applied to what was typed, the corrections of wrong characters give the key."""
    key = load("repair")["given"][case["style"]]
    corrections = case["corrections"]
    typed = [letter for letter in case["typed"].upper() if letter.isalnum() or letter == "?"]
    if all(fix["typed"] and fix["read"] for fix in corrections):
        for fix in corrections:
            place = (fix["group"] - 1) * 5 + fix["place"] - 1
            assert typed[place] == fix["typed"]
            typed[place] = fix["read"]
        assert "".join(typed) == key.replace("-", "")
    shift = sum(fix["read"] == "" for fix in corrections) - sum(fix["typed"] == "" for fix in corrections)
    assert len(typed) - shift == len(key.replace("-", ""))


def token_signature(known, packed, operation):
    key = hmac.digest(
        derived(known["application_secret"], "request token"), f"keyferry/1 {operation}".encode(), "sha256"
    )
    return letters(int.from_bytes(hmac.digest(key, packed.encode(), "sha256"), "big") >> 156, 20)


@valid("request_tokens")
def test_request_tokens_are_packed_masked_and_signed(case):
    known = load("request_tokens")["given"]
    packed, _, signature = case["token"].partition(".")
    operation = TOKEN_SALTS[packed[0]]
    assert signature == token_signature(known, packed, operation)
    values = symbols(packed)
    assert packed[0] == {"activate": "A", "continue": "B", "deactivate": "D"}[case["operation"]]
    assert number(values[1:5]) == case["product_number"]
    assert bytes(values[5:25]) == content("computer_id", known["computer_id"])
    mask = tagged(known["application_secret"], "activation key mask", bytes(values[:25])) >> 156
    assert number(values[25:45]) ^ mask == number(content("activation_key", known["activation_key"]))
    rest = values[45:]
    for place, opening in enumerate(case["openings"]):
        follows = 4 if place + 1 < len(case["openings"]) else 0
        assert rest[0] == opening["level"] + follows
        mask = tagged(known["application_secret"], "opening mask", bytes((*values[:25], place)), **MASK)
        assert letters(number(rest[1:11]) ^ mask >> 206, 10) == opening["symbols"]
        rest = rest[11:]
    # A name that no wizard writes costs nobody the request.
    if "because" not in case:
        size, spare = divmod(5 * len(rest), 8)
        assert number(rest) & 2**spare - 1 == 0
        name = (number(rest) >> spare).to_bytes(size, "big").decode()
        assert (name or None) == case.get("read_name", case["computer_name"])
    assert case["url"] == f"{known['server_url'].upper()}/A#{case['token']}"


@invalid("request_tokens", "bad_signature")
def test_refused_request_tokens_carry_another_signature(case):
    packed, _, signature = case["token"].partition(".")
    operation = TOKEN_SALTS[packed[0]]
    assert signature != token_signature(load("request_tokens")["given"], packed, operation)


def stretched(known, label, code, fingerprint, cost):
    product = hashlib.sha256(known["product_code"].encode()).digest()
    key = content("activation_key", known["activation_key"])
    salt = f"keyferry/1 {label}\0".encode() + product + key + fingerprint
    return hashlib.scrypt(code, salt=salt, n=cost, r=8, p=1, maxmem=2**26, dklen=32)


def weaker(known, label, code, fingerprint):
    digest = stretched(known, label, code, fingerprint, 2**10)
    return bytes(symbols(letters(int.from_bytes(digest, "big") >> 206, 10)))


def opened(known, code, fingerprint, level=2):
    """Return what a code commits to, if it is of that level."""
    for label in ("weak deactivation code", "continuation")[2 - level :]:
        code = weaker(known, label, code, fingerprint)
    return stretched(known, "deactivation commitment", code, fingerprint, 2**14).hex()[:10]


@valid("deactivation_codes")
def test_deactivation_codes_are_hmacs_that_scrypt_commits_to(case):
    known = load("deactivation_codes")["given"]
    code = content("deactivation_code", case["text"])
    computer_id = content("computer_id", case["computer_id"])
    fingerprint = number(computer_id[1:9]).to_bytes(5, "big")
    assert opened(known, code, fingerprint, case["level"]) == f"{number(computer_id[9:17]):010x}"
    if "r" in case:
        key = content("activation_key", known["activation_key"])
        parts = (bytes.fromhex(case["r"]), key, bytes.fromhex(case["fingerprint"]))
        tag = tagged(known["application_secret"], "deactivation code", *parts, key_label="deactivation")
        assert number(code) == tag >> 206
        weak = weaker(known, "weak deactivation code", code, fingerprint)
        assert weak == content("deactivation_code", case["weak_code"])
        assert [*weaker(known, "continuation", weak, fingerprint)] == symbols(case["continuation"])


@invalid("deactivation_codes", "wrong_deactivation_code")
def test_wrong_deactivation_codes_open_nothing(case):
    computer_id = content("computer_id", case["computer_id"])
    fingerprint = number(computer_id[1:9]).to_bytes(5, "big")
    code = content("deactivation_code", case["typed"])
    committed = f"{number(computer_id[9:17]):010x}"
    for level in (2, 1):
        assert opened(load("deactivation_codes")["given"], code, fingerprint, level) != committed


def ed25519_payload(public, text):
    signed, _, signature = text.rpartition(".")
    public.verify(base64url_decode(signature), signed.encode())
    return json.loads(base64url_decode(signed.partition(".")[2]))


def decoded(known, text):
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(known["public_key"]))
    options = {"verify_exp": False, "verify_iat": False, "strict_aud": True}
    if jwt.get_unverified_header(text).get("alg") == "Ed25519":
        # The name of RFC 9864, which the library does not know yet, for the same signature.
        return ed25519_payload(public, text)
    audience = known["product_code"]
    return jwt.decode(
        text, public, algorithms=["EdDSA"], audience=audience, issuer="keyferry", options=options
    )


@valid("license_files")
def test_license_files_are_verified_by_pyjwt(case):
    known = load("license_files")["given"]
    payload = decoded(known, case["file"].strip())
    assert claims(symbols(payload["claims"])) == case["claims"]
    assert payload["computer_id"] == known["computer_id"]
    key = known["activation_key"].replace("-", "").encode()
    assert payload["activation_key_sha256"] == hashlib.sha256(key).hexdigest()
    assert payload["jti"] == case["activation_id"]
    assert payload["features"] == case["feature_names"]


FORGED = [
    "nothing",
    "cut short",
    "the claims were changed",
    "the algorithm `none`",
    "another key",
    "another issuer",
]


@pytest.mark.parametrize("because", [*FORGED, "the algorithm HS256 in the header", "several products"])
def test_forged_license_files_are_refused_by_pyjwt_too(because):
    [case] = [case for case in load("license_files")["invalid"] if case["because"] == because]
    with pytest.raises(jwt.InvalidTokenError):
        decoded(load("license_files")["given"], case["file"])

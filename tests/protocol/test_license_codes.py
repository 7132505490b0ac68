"""License files in QR codes, decoded by what is not ours."""

import base64
import json

from test_vectors_by_protocol import valid

CROCKFORD, RFC_4648 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def decoded(text):
    return base64.b32decode(text.translate(str.maketrans(CROCKFORD, RFC_4648)) + "=" * (-len(text) % 8))


@valid("license_codes")
def test_a_code_says_what_its_file_says(case):
    version, epoch, content, signature = case["code"].split("/")
    header, payload, signed = (base64.urlsafe_b64decode(f"{part}==") for part in case["file"].split("."))
    said = json.loads(payload)
    names = ("jti", "iat", "claims", "computer_name", "features")
    assert (version, epoch) == ("LIC1", json.loads(header)["kid"])
    assert json.loads(decoded(content)) == [said[name] for name in names]
    assert decoded(signature) == signed


@valid("license_codes")
def test_a_code_has_only_characters_that_a_qr_code_packs_densely(case):
    assert set(case["code"]) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
    assert len(case["code"]) < len(case["file"]) * 0.6

"""The wizard profile: written, read back, and refused with the name of the field that is wrong."""

import base64
import copy
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_samples import (
    LICENSE_FILE_PRIVATE_KEY,
    MACHINE,
    ODD_VALUES,
    PRIVATE_KEY,
    PROPERTY,
    PUBLIC_KEY,
    fixed_bytes,
    json_values,
)

from keyferry.protocol.computer_key import Style
from keyferry.protocol.errors import MalformedProfile
from keyferry.protocol.profile import MachineSource, ProfileEpoch, WizardProfile, is_server_url

PROFILE = WizardProfile(
    product_number=42,
    product_code="demo-cad",
    product_name="Demo CAD – für Büros",
    key_style=Style.SHORT,
    features=("export", "cam"),
    server_url="https://lic.example.com",
    machine_source=MachineSource.OS,
    fingerprint_key=fixed_bytes("fingerprint key"),
    epochs=tuple(
        ProfileEpoch(
            number,
            fixed_bytes(secret),
            PRIVATE_KEY.public_key().public_bytes_raw(),
            LICENSE_FILE_PRIVATE_KEY.public_key().public_bytes_raw(),
            retired=number == 1,
        )
        for number, secret in [(1, "epoch 1"), (3, "application secret")]
    ),
)
DOCUMENT = json.loads(PROFILE.to_json())
TOP = [name for name in DOCUMENT if name != "epochs"]
BELOW = list(DOCUMENT["epochs"][0])
# What is odd elsewhere, and right there.
RIGHT = {
    "product_code": ["x", "x" * 100],
    "product_name": ["x", "x" * 100],
    "features": [[], ["x"]],
    "unremembered_days": [0, 3],
}


def refused(document):
    text = document if isinstance(document, str) else json.dumps(document)
    with pytest.raises(MalformedProfile) as caught:
        WizardProfile.from_json(text)
    assert caught.value.code == "malformed_profile"
    return str(caught.value)


def changed(field, value, epoch=None):
    document = copy.deepcopy(DOCUMENT)
    (document if epoch is None else document["epochs"][epoch])[field] = value
    return document


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("source", MachineSource)
def test_a_profile_of_each_style_and_source_survives_being_written(style, source):
    profile = replace(PROFILE, key_style=style, machine_source=source, features=())
    assert WizardProfile.from_json(profile.to_json()) == profile


def test_the_last_epoch_is_the_current_one():
    assert PROFILE.current_epoch.number == 3
    assert PROFILE.epoch(1) == PROFILE.epochs[0]
    assert PROFILE.epoch(2) is None


def test_the_keys_of_an_epoch_are_derived():
    assert PROFILE.keys(3) == MACHINE.keys
    with pytest.raises(KeyError):
        PROFILE.keys(2)


def test_the_public_keys_verify():
    epoch = PROFILE.current_epoch
    epoch.typed_key.verify(PRIVATE_KEY.sign(b"typed"), b"typed")
    epoch.license_file_key.verify(LICENSE_FILE_PRIVATE_KEY.sign(b"file"), b"file")
    assert epoch.typed_key == PUBLIC_KEY


def test_feature_bits_are_named_lowest_first():
    assert PROFILE.feature_names(0b10) == ("cam",)
    assert PROFILE.feature_names(0b111) == ("export", "cam")


@pytest.mark.parametrize("field", TOP)
@pytest.mark.parametrize("value", ODD_VALUES, ids=range(len(ODD_VALUES)))
def test_a_broken_field_is_named(field, value):
    if any(value is right or value == right != 0 for right in RIGHT.get(field, [])):
        assert WizardProfile.from_json(json.dumps(changed(field, value)))
    else:
        assert f"“{field}”" in refused(changed(field, value))


@pytest.mark.parametrize("field", BELOW)
@pytest.mark.parametrize("value", ODD_VALUES, ids=range(len(ODD_VALUES)))
def test_a_broken_field_of_an_epoch_is_named_with_its_place(field, value):
    if field == "retired" and isinstance(value, bool):
        assert WizardProfile.from_json(json.dumps(changed(field, value, 1)))
    else:
        assert f"“epochs[1].{field}”" in refused(changed(field, value, 1))


@pytest.mark.parametrize("value", [[], None, {}, "x", [None], [[]], ["x"], 1])
def test_broken_epochs_are_named(value):
    assert "“epochs”" in refused(changed("epochs", value))


@pytest.mark.parametrize("numbers", [(3, 1), (3, 3), (0, 3), (3, 32), (1, 3.0), ("1", 3)])
def test_epochs_ascend_from_1_to_31(numbers):
    document = copy.deepcopy(DOCUMENT)
    for epoch, number in zip(document["epochs"], numbers, strict=True):
        epoch["number"] = number
    assert "epochs" in refused(document)


@pytest.mark.parametrize("number", [0, 2**20, -1, 42.0, "42", True])
def test_a_product_number_fits_into_four_symbols(number):
    assert "“product_number”" in refused(changed("product_number", number))
    assert WizardProfile.from_json(json.dumps(changed("product_number", 2**20 - 1)))


@pytest.mark.parametrize("style", ["SHORT", "Signed", "long", "", ["short"]])
def test_a_key_style_is_one_of_two(style):
    assert "“key_style”" in refused(changed("key_style", style))


@pytest.mark.parametrize("features", [[f"f{n}" for n in range(11)], ["a", ""], "export", {"export": 1}])
def test_features_are_at_most_ten_names(features):
    assert "“features”" in refused(changed("features", features))


@pytest.mark.parametrize("url", ["https://lic.example.com", "http://127.0.0.1:8000", "https://a-b.c:443"])
def test_an_address_is_scheme_host_and_port(url):
    assert is_server_url(url)
    assert WizardProfile.from_json(json.dumps(changed("server_url", url))).server_url == url


@pytest.mark.parametrize(
    "url",
    [
        "https://lic.example.com/",
        "https://lic.example.com/path",
        "https://LIC.example.com",
        "HTTPS://lic.example.com",
        "ftp://lic.example.com",
        "lic.example.com",
        "https://",
        "https://user@lic.example.com",
        "https://lic.example.com\n",
        " https://lic.example.com",
        "https://lic.example.com:",
        "https://lic.example.com:123456",
        "https://lic.example.com?x",
        "https://lic.example.com#x",
        "https://bücher.example",
    ],
)
def test_an_address_that_would_not_mean_the_same_in_a_qr_code_is_refused(url):
    assert not is_server_url(url)
    assert "“server_url”" in refused(changed("server_url", url))


BINARY = base64.b64encode(fixed_bytes("fingerprint key")).decode()


@pytest.mark.parametrize(
    "text",
    [
        BINARY[:-1],
        BINARY + "=",
        BINARY + "\n",
        BINARY[:10] + "\n" + BINARY[10:],
        BINARY[:10] + "*" + BINARY[11:],
        base64.b64encode(bytes(31)).decode(),
        base64.b64encode(bytes(33)).decode(),
        base64.urlsafe_b64encode(b"\xff" * 32).decode(),
        BINARY[:-2] + chr(ord(BINARY[-2]) + 1) + "=",
        "é" * 44,
    ],
)
def test_binary_fields_are_32_bytes_in_the_one_form_of_base64(text):
    assert "“fingerprint_key”" in refused(changed("fingerprint_key", text))
    for field in ("application_secret", "typed_key_public", "license_file_public"):
        assert f"“epochs[0].{field}”" in refused(changed(field, text, 0))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "null",
        "[]",
        "1",
        '"x"',
        "{",
        "[" * 100_000,
        '{"a":' * 100_000,
        "\ud800",
        "9" * 5000,
        "\x00",
        "NaN",
    ],
    ids=range(13),
)
def test_what_is_no_json_object_is_refused_without_another_error(text):
    refused(text)


@pytest.mark.parametrize("format_", ["keyferry-profile/0", "keyferry-profile/1x", None, 1])
def test_another_format_is_refused(format_):
    assert "“format”" in refused(changed("format", format_))


def test_fields_of_a_later_version_are_passed_over():
    """Formats only grow."""
    assert WizardProfile.from_json(json.dumps({**DOCUMENT, "later": {}})) == PROFILE


@PROPERTY
@given(st.sampled_from([*TOP, "epochs"]), json_values)
def test_any_value_is_read_or_refused(field, value):
    try:
        WizardProfile.from_json(json.dumps(changed(field, value)))
    except MalformedProfile as error:
        assert field in str(error)  # noqa: PT017 - most values are refused, and some are rightly read


def test_the_secrets_are_not_shown():
    shown = repr(PROFILE)
    for secret in (PROFILE.fingerprint_key, *(epoch.application_secret for epoch in PROFILE.epochs)):
        assert repr(secret) not in shown


def test_whom_to_ask_is_written_where_there_is_somebody_and_is_at_most_three_texts():
    asked = replace(PROFILE, contact=("licenses@halden.example", "+1 555 0142"))
    assert WizardProfile.from_json(asked.to_json()) == asked
    assert "contact" not in DOCUMENT
    for wrong in ("x", ["a", "b", "c", "d"], [1], None):
        refused({**DOCUMENT, "contact": wrong})

import json

import jwt
import pytest

from keyferry.protocol.profile import WizardProfile
from keyferry.server.core.audit import By
from keyferry.server.core.errors import Conflict, Malformed, NotFound, RetiredEpoch
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import activation, products, public_keys
from keyferry.server.core.licensing.activated import license_file
from keyferry.server.core.secrets import Keyring, new_master_key
from keyferry.server.db import reading, transaction
from keyferry.server.parts import parts
from tests.audit_log import events
from tests.refusals import refused

BY = By(Channel.COMMAND_LINE, who="ada")


@pytest.fixture
def add(app, clock):
    def add(code: str = "demo-cad", **changes) -> int:
        wanted = {"name": "Demo CAD", "key_style": "short", "features": (), "machine_source": "os", **changes}
        with transaction() as session:
            return products.add_product(
                session, code=code, keyring=parts().keyring, by=BY, now=clock.now, **wanted
            ).number

    return add


@pytest.fixture
def rotate(app, clock):
    def rotate(code: str = "demo-cad", *, retire_old: bool = False) -> int:
        with transaction() as session:
            return products.rotate(
                session,
                products.find_product(session, code),
                retire_old=retire_old,
                keyring=parts().keyring,
                by=BY,
                now=clock.now,
            ).number

    return rotate


def retire(number: int) -> object:
    with transaction() as session:
        product = products.find_product(session, "demo-cad")
        return products.retire(session, product, number, by=BY, now=product.created_at).retired_at


def profile_of(code: str = "demo-cad") -> WizardProfile:
    with reading() as session:
        product = products.find_product(session, code)
        return products.wizard_profile(product, parts().keyring, "https://activate.example.com")


def test_a_product_is_found_by_its_code_in_either_case_and_by_its_number(add):
    number = add("Demo-CAD")
    with reading() as session:
        assert products.find_product(session, "demo-cad").code == "Demo-CAD"
        assert products.find_product_by_number(session, number).code == "Demo-CAD"


def test_numbers_are_counted_from_one(add):
    assert [add("a"), add("b"), add("c")] == [1, 2, 3]


def test_a_code_is_taken_in_either_case(add):
    add("demo-cad")
    with refused("product_exists", Conflict):
        add("DEMO-CAD")


@pytest.mark.parametrize("code", ["", "-a", "a-", "a b", "a/b", "ä", "a" * 41, "a\n"])
def test_a_malformed_code_is_refused(add, code):
    with refused("malformed_product_code", Malformed):
        add(code)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, "malformed_product_name"),
        ({"name": "a\nb"}, "malformed_product_name"),
        ({"name": "a" * 101}, "malformed_product_name"),
        ({"key_style": "long"}, "malformed_key_style"),
        ({"machine_source": "cloud"}, "malformed_machine_source"),
        ({"features": ["a b"]}, "malformed_feature"),
        ({"features": ["export", "EXPORT"]}, "malformed_feature"),
        ({"features": [f"f{number}" for number in range(11)]}, "too_many_features"),
    ],
)
def test_a_malformed_product_is_refused(add, changes, code):
    with refused(code, Malformed):
        add(**changes)


def test_an_unknown_product_is_refused(app):
    with reading() as session:
        for find, what in ((products.find_product, "nope"), (products.find_product_by_number, 7)):
            with refused("unknown_product", NotFound):
                find(session, what)


def test_features_have_their_bits_in_the_order_in_which_they_were_named(add):
    add(features=["export", "cam", "simulation"])
    with reading() as session:
        product = products.find_product(session, "demo-cad")
        assert products.feature_mask(product, ["simulation", "Export"]) == 0b101
        assert products.feature_names(product, 0b110) == ["cam", "simulation"]
        with pytest.raises(Malformed, match="export, cam, simulation") as refused:
            products.feature_mask(product, ["tool"])
    assert refused.value.code == "unknown_feature"


def test_an_exported_profile_is_the_one_that_a_wizard_reads(add):
    add(features=["export"], key_style="signed", machine_source="host")
    profile = profile_of()
    assert WizardProfile.from_json(profile.to_json()) == profile
    assert (profile.product_code, profile.product_name) == ("demo-cad", "Demo CAD")
    assert (profile.key_style, profile.machine_source) == ("signed", "host")
    assert profile.features == ("export",)
    assert profile.server_url == "https://activate.example.com"


def test_the_server_and_the_profile_hold_the_same_keys(add):
    add()
    profile = profile_of()
    with reading() as session:
        product = products.find_product(session, "demo-cad")
        keyring = parts().keyring
        assert products.epoch_keys(product, 1, keyring) == profile.keys(1)
        message = b"signed on the server"
        epoch = product.current_epoch
        profile.epochs[0].typed_key.verify(products.typed_key_private(epoch, keyring).sign(message), message)
        profile.epochs[0].license_file_key.verify(
            products.license_file_private(epoch, keyring).sign(message), message
        )


def test_rotation_makes_fresh_keys_and_keeps_the_fingerprint_key(add, rotate):
    add()
    before = profile_of()
    assert rotate() == 2
    after = profile_of()
    assert after.epochs[0] == before.epochs[0]
    assert after.current_epoch.number == 2
    assert after.current_epoch.application_secret != before.current_epoch.application_secret
    assert after.current_epoch.typed_key_public != before.current_epoch.typed_key_public
    assert after.fingerprint_key == before.fingerprint_key


def test_a_retired_epoch_is_refused_and_the_new_one_served(add, rotate):
    add()
    rotate()
    rotate(retire_old=True)
    with reading() as session:
        product = products.find_product(session, "demo-cad")
        for number in (1, 2):
            with refused("retired_epoch", RetiredEpoch):
                products.epoch_keys(product, number, parts().keyring)
        assert products.find_epoch(product, 1, retired_too=True).number == 1
        assert products.epoch_keys(product, 3, parts().keyring).epoch == 3


def test_one_epoch_is_retired_and_the_others_go_on(add, rotate):
    add()
    rotate()
    rotate()
    assert retire(1) == retire(1)
    with reading() as session:
        product = products.find_product(session, "demo-cad")
        assert [epoch.retired_at is not None for epoch in product.epochs] == [True, False, False]
    assert [event.detail for event in events("epoch_retired")] == [{"epoch": 1}]


def test_the_current_epoch_is_not_retired_alone(add, rotate):
    add()
    rotate()
    for number, code in ((2, "epoch_is_current"), (3, "unknown_product")):
        with refused(code):
            retire(number)


def test_features_are_added_at_the_end_only(add):
    add(features=["export", "cam"])
    with transaction() as session:
        product = products.find_product(session, "demo-cad")
        products.add_features(session, product, ["simulation"], by=BY, now=product.created_at)
    assert profile_of().features == ("export", "cam", "simulation")
    event = events()[-1]
    assert (event.event, event.detail) == ("features_added", {"features": ["simulation"]})


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ([], "malformed_feature"),
        (["a b"], "malformed_feature"),
        (["EXPORT"], "malformed_feature"),
        ([f"f{number}" for number in range(10)], "too_many_features"),
    ],
)
def test_a_feature_that_cannot_be_is_not_added(add, names, code):
    add(features=["export"])
    with transaction() as session:
        product = products.find_product(session, "demo-cad")
        with refused(code, Malformed):
            products.add_features(session, product, names, by=BY, now=product.created_at)
    assert profile_of().features == ("export",)


def test_the_computers_that_hold_a_seat_are_counted_by_epoch(vendor):
    key, other = vendor.issue(seats=3), vendor.issue(seats=3)
    released = vendor.machine(key, "C")
    for machine in (vendor.machine(key, "A"), vendor.machine(key, "B"), released):
        vendor.activate(machine)
    vendor.release(released)
    vendor.rotate()
    vendor.activate(vendor.machine(other, "A", epoch=2))
    with reading() as session:
        assert products.live_computers(session, products.find_product(session, "demo-cad")) == {1: 2, 2: 1}


@pytest.mark.parametrize("vendor", ["short", "signed"], indirect=True)
def test_other_programs_can_check_license_files_with_the_public_keys(vendor):
    machine = vendor.machine(vendor.issue())
    vendor.rotate()
    with transaction() as session:
        by, now = BY, vendor.clock.now
        done = activation.activate(session, machine.request, keyring=vendor.keyring, by=by, now=now)
        product = products.find_product(session, "demo-cad")
        keys = public_keys.license_file_keys(product, vendor.keyring)
        file = license_file(done, keyring=vendor.keyring)
    assert [key.epoch for key in keys] == [2, 1]
    assert jwt.get_unverified_header(file)["kid"] == json.loads(keys[1].jwk)["kid"] == "1"
    for key in (keys[1].pem, jwt.PyJWK(json.loads(keys[1].jwk))):
        content = jwt.decode(file, key, algorithms=["EdDSA"], audience="demo-cad")
        assert content["computer_id"] == machine.computer_id.text
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(file, keys[0].pem, algorithms=["EdDSA"], audience="demo-cad")


def test_an_epoch_that_never_was_is_unknown(add):
    add()
    with reading() as session, refused("unknown_product", NotFound):
        products.find_epoch(products.find_product(session, "demo-cad"), 2)


def test_the_epochs_end_where_one_symbol_cannot_name_the_next(add, rotate):
    add()
    for expected in range(2, 32):
        assert rotate() == expected
    with refused("epochs_used_up", Conflict):
        rotate()


def test_no_secret_lies_open_in_the_database(add, settings):
    add()
    profile = profile_of()
    stored = b"".join(file.read_bytes() for file in settings.home.glob("keyferry.db*"))
    for secret in (profile.fingerprint_key, profile.current_epoch.application_secret):
        assert secret not in stored
        assert secret.hex().encode() not in stored


def test_the_master_key_of_another_server_is_noticed(add):
    add()
    with reading() as session, refused("wrong_master_key"):
        products.check_master_key(session, Keyring.from_text(new_master_key("test")))


def test_what_the_vendor_does_is_written_down(add, rotate):
    add()
    rotate(retire_old=True)
    assert [(event.event, event.who, event.product_number, event.detail) for event in events()] == [
        ("product_added", "ada", 1, None),
        ("product_rotated", "ada", 1, {"epoch": 2, "earlier_epochs_retired": True}),
    ]

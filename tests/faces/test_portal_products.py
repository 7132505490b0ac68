from __future__ import annotations

import csv
import html
import json
import re
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from keyferry.protocol.profile import WizardProfile
from keyferry.server.core.licensing import products
from keyferry.server.core.models import Product, Role
from keyferry.server.core.staff.roles import PERMISSIONS, Permission
from keyferry.server.db import reading
from tests.audit_log import events
from tests.faces.portal_visitor import dialogs, staff
from tests.faces.test_portal_customers import dialog

PRODUCT = "/portal/products/demo-cad"
NEW = {
    "code": "mill",
    "name": "Fräse 測定",
    "key_style": "signed",
    "machine_source": "host",
    "features": "export, cam\nsimulation",
}


def product(code: str = "demo-cad") -> Product:
    with reading() as session:
        found = products.find_product(session, code)
        _ = found.epochs
        return found


def test_a_list_without_products_leads_to_the_first_one(app, clock):
    page = staff(SimpleNamespace(app=app, clock=clock)).get("/portal/products").text
    assert "No products yet" in page
    assert 'href="/portal/add-product"' in page


def test_the_list_of_products_leads_to_each_and_to_another_one(desk):
    page = desk.get("/portal/products").text
    assert "Demo CAD" in page
    assert 'href="/portal/add-product"' in page


def test_a_product_is_added_with_what_its_key_style_means_beside_the_choice(desk):
    page = desk.get("/portal/add-product").text
    for words in (
        "30 characters to type",
        "can make keys for every computer",
        "120 characters to type",
        "only this server can make keys",
        "patches the license check out",
    ):
        assert words in page
    answer = desk.post("/portal/add-product", **NEW)
    assert answer.location == "/portal/products/mill"
    assert "Product added." in desk.get(answer.location).text
    added = product("mill")
    assert (added.name, added.key_style, added.machine_source) == ("Fräse 測定", "signed", "host")
    assert added.features == ["export", "cam", "simulation"]


@pytest.mark.parametrize(
    ("field", "value", "status", "sentence"),
    [
        ("code", "a b", 400, "Use a code of up to 40"),
        ("code", "DEMO-CAD", 409, "There’s already a product DEMO-CAD"),
        ("name", " ", 400, "Use a name of 1 to 100"),
        ("key_style", "", 400, "Choose the key style"),
        ("machine_source", "cloud", 400, "Choose the machine source"),
        ("features", "ä", 400, "Use a feature name of up to 32"),
        ("features", " ".join("abcdefghijk"), 400, "up to 10 features"),
    ],
)
def test_what_a_product_cannot_be_is_named_beside_its_field(desk, field, value, status, sentence):
    answer = desk.post("/portal/add-product", **(NEW | {field: value}))
    assert answer.status_code == status
    assert sentence in answer.text.split(f'id="{field}-fault"')[1]
    assert NEW["name"] in answer.text or field == "name"


def test_features_are_added_at_the_end(desk):
    answer = desk.post(f"{PRODUCT}/features", features="robot")
    assert "Features added." in desk.get(answer.location).text
    assert product().features == ["export", "cam", "simulation", "robot"]
    answer = desk.post(f"{PRODUCT}/features", features="robot")
    assert answer.status_code == 400
    assert "Enter each feature only once." in answer.text.split('id="add-features-fault"')[1]
    assert "robot" in desk.get("/portal/audit").text


def test_the_profile_comes_as_a_file_and_the_audit_keeps_who_took_it(vendor, desk):
    answer = desk.post(f"{PRODUCT}/profile")
    disposition = 'attachment; filename="demo-cad-epoch-1.profile.json"'
    assert answer.headers["Content-Disposition"] == disposition
    assert answer.headers["Cache-Control"] == "no-store"
    assert WizardProfile.from_json(answer.text) == vendor.profile
    [event] = events("profile_exported")
    assert (event.who, event.channel, event.product_number) == ("ada", "portal", 1)
    assert desk.get(f"{PRODUCT}/profile").status_code == 405


def test_no_page_shows_a_secret(vendor, desk):
    profile = vendor.profile
    page = desk.get(PRODUCT).text
    shown = profile.to_json()
    for secret in re.findall(r'"(?:application_secret|fingerprint_key)": "([^"]+)"', shown):
        assert secret not in page


def test_rotation_says_how_many_computers_it_touches_and_begins_an_epoch(vendor, desk):
    key = vendor.issue(seats=3)
    for name in ("A", "B"):
        vendor.activate(vendor.machine(key, name))
    asked = dialog(desk.get(PRODUCT).text, "rotate")
    assert "2 computers notice nothing" in asked
    assert "2 computers keep running, but get no new key" in asked
    answer = desk.post(f"{PRODUCT}/rotate", retire_old="")
    assert answer.location == PRODUCT
    page = desk.get(answer.location).text
    assert "New epoch started." in page
    assert [epoch.retired_at for epoch in product().epochs] == [None, None]
    assert "2 computers keep running" in dialog(page, "retire-1")
    assert desk.post(f"{PRODUCT}/epochs/1/retire", typed="Demo CAD").location == PRODUCT
    assert product().epochs[0].retired_at is not None
    page = desk.get(PRODUCT).text
    assert 'data-opens="retire-1"' not in page
    assert "epoch 1" in desk.get("/portal/audit").text


def test_a_rotation_can_retire_all_that_came_before(desk):
    answer = desk.post(f"{PRODUCT}/rotate", retire_old="1", typed=" Demo CAD ")
    assert "all earlier ones are retired" in desk.get(answer.location).text
    assert [epoch.retired_at is not None for epoch in product().epochs] == [True, False]


def test_the_current_epoch_cannot_be_retired_and_the_page_says_why(desk):
    answer = desk.post(f"{PRODUCT}/epochs/1/retire", typed="Demo CAD")
    assert answer.status_code == 409
    assert "This is the current epoch" in answer.text
    assert product().epochs[0].retired_at is None


def test_when_the_epochs_are_used_up_the_page_says_what_to_do(vendor, desk):
    for _ in range(30):
        vendor.rotate()
    answer = desk.post(f"{PRODUCT}/rotate", retire_old="")
    assert answer.status_code == 409
    assert "Add a new product for the next version." in answer.text


@pytest.mark.parametrize(
    ("path", "typed"), [("rotate", ""), ("rotate", "demo-cad"), ("epochs/1/retire", "Demo")]
)
def test_nothing_is_retired_before_the_name_of_the_product_was_typed(vendor, desk, path, typed):
    vendor.rotate()
    answer = desk.post(f"{PRODUCT}/{path}", retire_old="1", typed=typed)
    assert answer.status_code == 400
    name = "rotate" if path == "rotate" else "retire-1"
    asked = dialog(answer.text, name)
    assert "data-opened" in asked.partition(">")[0]
    sentence = "Type the product’s name, Demo CAD, exactly as it’s shown."
    assert sentence in asked.split(f'id="{name}-typed-fault"')[1]
    assert [epoch.retired_at for epoch in product().epochs] == [None, None]
    [event] = events("change_refused")
    assert event.code == "product_name_not_typed"


def test_the_public_keys_of_license_files_are_there_to_copy_and_as_files(vendor, desk):
    vendor.rotate()
    page = html.unescape(desk.get(PRODUCT).text)
    pems = re.findall(r'data-copy="(-----BEGIN PUBLIC KEY-----.*?)"', page, re.DOTALL)
    assert len(pems) == 2
    for epoch, pem in zip((2, 1), pems, strict=True):
        answer = desk.get(f"{PRODUCT}/public-key/{epoch}.pem")
        assert answer.text == pem
        assert answer.headers["Content-Disposition"] == f'attachment; filename="demo-cad-epoch-{epoch}.pem"'
        load_pem_public_key(pem.encode())
    page = html.unescape(desk.get(f"{PRODUCT}?form=jwk").text)
    assert "-----BEGIN" not in page
    assert page.count('"crv": "Ed25519"') == 4
    written = json.loads(desk.get(f"{PRODUCT}/public-key/2.jwk").text)
    assert (written["kid"], written["crv"]) == ("2", "Ed25519")
    assert "PRIVATE" not in page
    for missing in ("3.pem", "1.der"):
        assert desk.get(f"{PRODUCT}/public-key/{missing}").status_code == 404


def test_a_product_shows_what_was_sold_of_it_and_of_each_feature(vendor, desk):
    vendor.issue(seats=3, features=("cam",))
    key = vendor.issue(seats=2, features=("cam", "export"))
    vendor.activate(vendor.machine(key))
    page = " ".join(re.sub(r"<[^>]+>", " ", desk.get(PRODUCT).text).split())
    assert "2 , with 1 of 5 seats in use" in page
    for words in ("export 1 license", "cam 2 licenses", "simulation not used"):
        assert words in page


def test_the_list_of_products_comes_sorted_and_as_a_table(vendor, desk):
    vendor.activate(vendor.machine(vendor.issue(seats=3)))
    desk.post("/portal/add-product", **NEW)

    def order(query: str) -> list[str]:
        return re.findall(
            r"row-link\" href=\"/portal/products/([\w-]+)", desk.get(f"/portal/products{query}").text
        )

    assert order("") == order("?sort=name&dir=asc") == order("?sort=nothing") == ["demo-cad", "mill"]
    assert order("?sort=code&dir=desc") == ["mill", "demo-cad"]
    answer = desk.get("/portal/products.csv")
    rows = list(csv.DictReader(answer.text.removeprefix("\ufeff").splitlines()))
    assert [row["code"] for row in rows] == ["demo-cad", "mill"]
    assert (rows[0]["licenses"], rows[0]["seats"], rows[0]["seats_used"], rows[0]["computers"]) == (
        "1",
        "3",
        "1",
        "1",
    )


@pytest.mark.parametrize("role", Role)
def test_only_who_may_change_products_is_offered_it(vendor, role):
    page = staff(vendor, role=role).get(PRODUCT).text
    assert "Public key" in page
    may = Permission.CHANGE_PRODUCTS in PERMISSIONS[role]
    assert ("Download profile" in page) == may
    assert bool(dialogs(page)) == may


@pytest.mark.parametrize("name", ["add-features", "rotate", "retire-1"])
def test_a_products_dialog_opens_without_scripts(vendor, desk, name):
    vendor.rotate()
    page = desk.get(f"{PRODUCT}?dialog={name}").text
    assert " open" in dialog(page, name).partition(">")[0]

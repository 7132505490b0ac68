"""Computers, customers and products in the browser: what staff do there, and that everybody can."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.profile import WizardProfile
from keyferry.server.core.licensing import products
from keyferry.server.core.licensing.deactivation import Forced
from keyferry.server.core.models import Customer, Role
from keyferry.server.db import reading, transaction
from tests.portal.conftest import choose, key_on
from tests.portal.test_appearance import NAME

BUYER = "einkauf@müller-und-söhne-präzisionswerkzeugbau.example.de"


@pytest.fixture(scope="module")
def key(house) -> ActivationKey:
    """A license of a customer with a long name, computers with long ones, a superseded and a released one."""
    vendor = house.short
    key = vendor.issue(seats=9, customer=BUYER)
    for name in ("Prüfstand 3 – Halle Nord, Messplatz 1234", "測定室の計算機", "حاسوب المختبر", "TWICE"):
        vendor.activate(vendor.machine(key, name))
    vendor.activate(vendor.machine(key, "TWICE"))
    dead = vendor.machine(key, "DEAD-PC")
    vendor.activate(dead)
    vendor.release(dead, Forced("the disk died"))
    with transaction() as session:
        customer = session.scalars(select(Customer).where(Customer.email == BUYER)).one()
        customer.name, customer.notes = NAME, "Pays late.\nAsk for Ms Söderström."
    return key


def search(page: Page, place: str, text: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=place, exact=True).first.click()
    field = page.locator("main input[name=q]")
    field.fill(text)
    field.press("Enter")


def test_a_caller_says_superseded_and_is_answered_in_three_clicks(desk, house, key):
    vendor, page = house.short, desk(Role.SUPPORT)
    machine = vendor.machine(vendor.issue(), "CALLER")
    vendor.activate(machine)
    newer = vendor.activate(vendor.machine(machine.activation_key, "CALLER")).activation
    page.get_by_role("link", name="Computers", exact=True).click()
    page.get_by_role("main").get_by_label("Name or computer ID").fill(machine.computer_id.text.lower())
    page.keyboard.press("Enter")
    page.get_by_role("link", name="CALLER").click()
    expect(page.get_by_text("This computer ID isn’t in use anymore.")).to_be_visible()
    expect(page.get_by_text("Say to the customer")).to_be_visible()
    page.get_by_role("link", name=newer.computer_id).first.click()
    expect(page.get_by_text("This computer is activated.")).to_be_visible()


def test_the_key_of_a_computer_is_shown_again_spelled_and_copied_and_the_seat_released(desk, house):
    vendor, page = house.short, desk(Role.MANAGER)
    machine = vendor.machine(vendor.issue(), "AGAIN-PC")
    vendor.activate(machine)
    search(page, "Computers", "again-pc")
    # Beside its link: the row leads there, too.
    page.get_by_role("row", name="AGAIN-PC").get_by_role("cell").last.click()
    page.get_by_role("button", name="Show computer key").click()
    assert key_on(page) == vendor.activate(machine).computer_key
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Copy key").click()
    expect(dialog.get_by_role("button", name="Copied.")).to_be_visible()
    with page.expect_download() as download:
        dialog.get_by_role("button", name="License file").click()
    ending = machine.computer_id.text[-5:]
    assert download.value.suggested_filename.endswith(f"-AGAIN-PC-{ending}.lic")
    dialog.get_by_role("button", name="Done").click()
    choose(page, "Release without a code…")
    page.get_by_role("dialog").get_by_label("Reason").fill("sold on a flea market")
    page.get_by_role("button", name="Release without a code", exact=True).click()
    expect(page.get_by_text("Recorded as released without a code.")).to_be_visible()
    assert vendor.seats_used(machine.activation_key) == 0


def test_a_product_is_added_its_profile_taken_and_its_keys_rotated_and_retired(desk, house, key):
    page, code = desk(), "mill"
    page.get_by_role("link", name="Products", exact=True).click()
    page.get_by_role("link", name="Add a product").click()
    page.get_by_label("Name").fill("Fräse")
    page.get_by_role("textbox", name="Code", exact=True).fill(code)
    page.get_by_label("Signed keys").check()
    page.get_by_label("Features").fill("export\ncam")
    page.get_by_role("button", name="Add product").click()
    expect(page.get_by_text("Product added.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download profile").click()
    profile = WizardProfile.from_json(Path(download.value.path()).read_text())
    assert (profile.product_code, profile.key_style, profile.features) == (code, "signed", ("export", "cam"))
    page.get_by_role("button", name="Copy the PEM of epoch 1").click()
    expect(page.get_by_role("status").filter(has_text="Copied.").first).to_be_attached()
    assert "BEGIN PUBLIC KEY" in page.evaluate("navigator.clipboard.readText()")
    page.get_by_role("main").get_by_role("button", name="Start epoch 2…").click()
    dialog = page.get_by_role("dialog")
    # Nothing is to be typed where nothing is taken away.
    expect(dialog.get_by_label("to confirm")).to_be_hidden()
    dialog.get_by_role("button", name="Start epoch 2", exact=True).click()
    expect(page.get_by_text("New epoch started.")).to_be_visible()
    page.get_by_role("main").get_by_role("button", name="Start epoch 3…").click()
    dialog.get_by_label("Retire").check()
    both = dialog.get_by_role("button", name="Start epoch 3, retire 1 and 2")
    expect(both).to_be_disabled()
    dialog.get_by_role("button", name="Cancel").click()
    page.get_by_role("main").get_by_role("button", name="Retire epoch 1…").click()
    expect(dialog.get_by_text("0 computers")).to_be_visible()
    retire = dialog.get_by_role("button", name="Retire epoch 1")
    dialog.get_by_label("Type Fräse to confirm").fill("Fräs")
    expect(retire).to_be_disabled()
    dialog.get_by_label("Type Fräse to confirm").fill("Fräse")
    retire.click()
    expect(page.get_by_text("Epoch retired.")).to_be_visible()
    with reading() as session:
        epochs = products.find_product(session, code).epochs
        assert [epoch.retired_at is not None for epoch in epochs] == [True, False]

"""Licenses of several products, and of busy colleagues, at the console."""

from textual.widgets import Input

from keyferry.server.core.licensing import licenses, products
from keyferry.server.core.models import License
from keyferry.server.db import reading, transaction
from keyferry.server.faces.console.widgets.choice import Choice
from tests.conftest import STAFF
from tests.console.person import at_the_console
from tests.console.test_changing_licenses import newest


async def test_of_several_products_one_is_chosen(vendor, manager):
    with transaction() as session:
        products.add_product(
            session,
            code="demo-cam",
            name="A second product",
            key_style="short",
            features=[],
            machine_source="os",
            keyring=vendor.keyring,
            by=STAFF,
            now=vendor.clock.now,
        )
    async with at_the_console(manager) as person:
        await person.press("n")
        await person.fill("seats", "2", "enter")
        assert "Choose a product." in person.sees
        await person.press("enter", "down", "enter")
        assert person.app.screen.query_one(Choice).value == "demo-cad"
        await person.fill("expires", "30 days", "enter")
        assert "License created" in person.sees
    assert newest().days_from_first_activation == 30


async def test_what_cannot_be_granted_is_said_beside_its_field(vendor, manager):
    async with at_the_console(manager) as person:
        await person.press("n")
        for name, text, said in [
            ("seats", "many", "Type the number of seats in digits"),
            ("seats", "0", "The number of seats must be between 1 and 1,000,000."),
            ("expires", "tomorrow", "Type a date like 2027-12-31, or a number of days like 365."),
            ("expires", "2026-01-01", "2026-01-01 is in the past"),
            ("expires", "1900-01-01", "Choose an expiration date after"),
            ("lease", "some", "Type the number of days in digits"),
            ("email", "nobody", "Enter the customer’s email address"),
        ]:
            field = person.app.screen.query_one(f"#{name}", Input)
            before = field.value
            await person.fill(name, text, "enter")
            assert said in person.sees, (name, text)
            assert person.app.focused is field
            assert field.value == text
            field.value = before
        assert person.step == "Create"
    with reading() as session:
        assert session.query(License).count() == 0


async def test_what_somebody_else_did_meanwhile_is_shown(vendor, manager):
    key = vendor.issue()
    async with at_the_console(manager) as person:
        vendor.change(key, licenses.suspend)
        await person.press("h", "tab", "enter")
        assert "○ On hold" in person.sees

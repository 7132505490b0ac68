"""The tab Products: what is sold, adding one and features to one, and its profile."""

import csv
import io
import json

from keyferry.server.core.models import Product, Role
from keyferry.server.db import reading
from tests.console.person import at_the_console, events


def features() -> list[str]:
    with reading() as session:
        return list(session.query(Product).order_by(Product.number.desc()).first().features)


async def test_a_product_is_added_with_all_that_is_fixed_from_then_on(vendor, administrator):
    async with at_the_console(administrator) as person:
        await person.press("4", "n")
        await person.fill("name", "Orbital CAM")
        await person.fill("code", "Not a code!", "enter")
        assert person.step == "AddProduct"
        await person.fill("code", "demo-cad", "enter")
        assert person.step == "AddProduct"
        await person.fill("code", "orbital-cam")
        await person.fill("features", "export, batch")
        person.app.screen.query_one("#style-signed").focus()
        await person.press("enter")
        assert person.step == "Main", person.sees
        assert "Orbital CAM" in person.sees
        await person.search("cam")
        assert "Features export, batch" in person.sees
        assert "Keys 24 groups, signed" in person.sees
        assert "Epoch 1 since Nov 24, 2026 0 computers ● current" in person.sees
    assert events()[-1].event == "product_added"


async def test_features_are_added_and_wrong_ones_said_beside_their_field(vendor, administrator):
    before = features()
    async with at_the_console(administrator) as person:
        await person.press("4", "e")
        await person.fill("features", "NOT GOOD!", "enter")
        assert person.step == "AddFeatures"
        await person.fill("features", "render, batch", "enter")
        assert person.step == "Main", person.sees
        assert "simulation, render, batch" in person.sees
    assert features() == [*before, "render", "batch"]


async def test_the_profile_and_the_table_are_saved_as_files(vendor, administrator, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with at_the_console(administrator) as person:
        await person.press("4", "p")
        assert "It holds a secret" in person.sees
        await person.press("enter")
        assert person.step == "Main", person.sees
        # There is a file of this name now: none is written over it.
        await person.press("p", "enter")
        assert "There’s already a file" in person.sees
        await person.press("escape", "x", "enter")
    profile = tmp_path / "demo-cad-epoch-1.profile.json"
    assert json.loads(profile.read_text())["product_code"] == "demo-cad"
    assert profile.stat().st_mode & 0o777 == 0o600
    table = (tmp_path / "products-2026-11-24.csv").read_text().removeprefix("\ufeff")
    [row] = csv.DictReader(io.StringIO(table))
    assert (row["code"], row["epoch"], row["computers"]) == ("demo-cad", "1", "0")
    assert "profile_exported" in [one.event for one in events()]


async def test_a_manager_sees_products_and_changes_none(vendor, add_operator):
    vendor.rotate()
    async with at_the_console(add_operator(Role.MANAGER)) as person:
        await person.press("4")
        for key in ("n", "e", "p", "t", "delete"):
            await person.press(key)
            assert person.step == "Main", key
        assert "Profile" not in person.lines[-1]
        await person.press("enter")
        assert person.app.screen.open == "keys"
        assert "No licenses of Demo CAD yet. Press Esc to see all." in person.sees

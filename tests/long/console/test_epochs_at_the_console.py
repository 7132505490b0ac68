"""Epochs at the console: starting the next one, and retiring earlier ones."""

from __future__ import annotations

from keyferry.server.core.models import Product
from keyferry.server.db import reading
from tests.console.person import at_the_console, events


def epochs() -> list[tuple[int, bool]]:
    """Each epoch, and whether it is served."""
    with reading() as session:
        found = session.query(Product).one()
        return [(one.number, one.retired_at is None) for one in found.epochs]


async def test_an_epoch_is_started_and_an_earlier_one_retired_once_the_name_is_typed(vendor, administrator):
    vendor.activate(vendor.machine(vendor.issue()))
    async with at_the_console(administrator) as person:
        await person.press("4")
        assert "Retire" not in person.lines[-1]
        await person.press("t")
        assert "Start epoch 2 of Demo CAD?" in person.sees
        assert "For a regular release. 1 computer notices nothing." in person.sees
        await person.do("ok")
        assert "New epoch started. Save the profile for your next release." in person.sees
        await person.press("escape", "delete")
        assert "Retire epoch 1 of Demo CAD?" in person.sees
        assert "1 computer keeps running, but gets no new key until it’s updated." in person.sees
        await person.do("ok")
        await person.fill("confirmed", "demo cad", "enter")
        assert "Type Demo CAD exactly as it’s shown" in person.sees
        assert epochs() == [(1, True), (2, True)]
        await person.fill("confirmed", "Demo CAD", "enter", "enter")
        assert "Epoch retired." in person.sees
        await person.press("escape")
        assert "Epoch 1 since Nov 24, 2026 1 computer ○ retired Nov 24, 2026" in person.sees
    assert epochs() == [(1, False), (2, True)]
    assert [one.event for one in events()[-2:]] == ["product_rotated", "epoch_retired"]


async def test_a_secret_that_got_out_ends_all_earlier_epochs_unless_a_colleague_was_quicker(
    vendor, administrator
):
    vendor.rotate()
    async with at_the_console(administrator) as person:
        await person.press("4", "t", "down")
        assert "Start epoch 3, retire 1 and 2" in person.sees
        filled = [one.action for one in person.app.screen.query(".filled")]
        assert filled == ["cancel"]
        await person.do("ok")
        assert person.step == "StartEpoch"
        await person.fill("confirmed", "Demo CAD")
        vendor.rotate()
        await person.press("enter", "enter")
        assert "changed" in person.sees
        assert epochs() == [(1, True), (2, True), (3, True)]
        await person.press("escape", "r", "4", "t", "down")
        assert "Start epoch 4, retire 1, 2 and 3" in person.sees
        await person.fill("confirmed", "Demo CAD", "enter", "enter")
        assert person.step == "Notice", person.sees
    assert epochs() == [(1, False), (2, False), (3, False), (4, True)]

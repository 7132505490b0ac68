"""Licenses that were created together: found again, gone on with, stopped, and handed over."""

import csv

import pytest

from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import batches
from keyferry.server.core.licensing.batches import Wanted
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.models import License, Role
from keyferry.server.core.staff import operators
from keyferry.server.db import reading, transaction
from keyferry.server.services import issuing
from tests.conftest import NOON, STAFF
from tests.console.person import LARGE, at_the_console

BY = By(Channel.PORTAL, "grace", role=Role.MANAGER)


def begin(count: int, customer: str | None = None) -> int:
    wanted = Wanted("demo-cad", 1, Terms(), customer=customer, count=count)
    return issuing.begin(wanted, batches.new_form(), by=BY).number


def keys_of(number: int) -> list[str]:
    with reading() as session:
        return [one.activation_key for one in batches.licenses_of(session, number, most=2000)]


@pytest.fixture
def halfway(vendor, monkeypatch) -> int:
    """A batch that somebody left in the portal, 50 of 120."""
    monkeypatch.setattr(issuing, "CHUNK", 50)
    return begin(120, "ada@example.com")


async def test_they_are_found_again_by_a_license_and_their_keys_copied_and_saved(vendor, manager, tmp_path):
    vendor.issue()
    own = begin(3, "ada@example.com")
    begin(2)
    async with at_the_console(manager, size=LARGE) as person:
        await person.search(keys_of(own)[1])
        assert "Batch with 2 more: press b" in person.sees
        await person.press("b")
        assert person.step == "Batches"
        assert "Demo CAD — 2 licenses" in person.sees
        # The one of the license is pointed at.
        await person.press("enter")
        assert "Demo CAD for ada@example.com 3 licenses created" in person.sees
        assert all(key in person.sees for key in keys_of(own))
        await person.press("c")
        assert person.app.clipboard.split("\n") == keys_of(own)
        await person.press("x")
        await person.fill("path", str(tmp_path / "keys.csv"), "enter")
        assert "√ Saved" in person.sees
        person.app.screen.query_one("#keys").focus()
        await person.press("down", "down", "enter")
        assert person.step == "Main"
        assert person.keys_listed == [keys_of(own)[2]]
    with (tmp_path / "keys.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["activation_key"] for row in csv.DictReader(file)] == keys_of(own)


async def test_what_was_left_halfway_is_first_and_is_gone_on_with(halfway, manager, add_operator):
    begin(2)
    async with at_the_console(add_operator(Role.VIEWER)) as person:
        await person.press("b", "home", "enter")
        assert "50 of 120 created" in person.sees
        await person.press("g", "s")
        assert "50 of 120 created" in person.sees
        await person.press("escape")
        assert person.step == "Main"
    async with at_the_console(manager) as person:
        await person.press("b")
        assert "! 50 of 120" in person.sees
        await person.press("home", "enter")
        # What Enter does is filled, and nothing is done yet.
        assert [one.action for one in person.app.screen.query("ActionButton.filled")] == ["go_on"]
        assert not person.app.screen.has_class("done")
        await person.press("enter")
        assert person.app.screen.has_class("done")
        assert "120 licenses created" in person.sees
        assert keys_of(halfway)[0] in person.sees
    assert len(keys_of(halfway)) == 120


async def test_what_was_left_halfway_is_stopped_and_what_was_created_stays(halfway, manager):
    async with at_the_console(manager) as person:
        await person.press("b", "enter", "s")
        assert person.step == "Main", person.sees
        await person.press("b")
        assert "50 licenses" in person.sees
    with reading() as session:
        assert session.query(License).count() == 50
        assert batches.find(session, halfway).wanted == 50


async def test_who_may_no_longer_create_any_is_told_so_and_leaves(halfway, manager):
    async with at_the_console(manager) as person:
        await person.press("b", "enter")
        with transaction() as session:
            operators.change_role(session, operators.find(session, manager), Role.VIEWER, by=STAFF, now=NOON)
        await person.press("g")
        assert "50 of 120 created" in person.sees
        assert "!" in person.sees
        await person.press("escape")
        assert person.step == "Main"
    assert len(keys_of(halfway)) == 50


async def test_with_none_it_says_how_to_begin(vendor, manager):
    vendor.issue()
    async with at_the_console(manager) as person:
        await person.press("b")
        assert "No licenses were created together yet." in person.sees
        await person.press("enter")
        assert person.step == "Main"

"""Many licenses at the console: created together, mailed and saved; all of a list changed."""

from datetime import date

import pytest

from keyferry.server.core.models import OutboxMail
from keyferry.server.db import reading
from tests.console.person import at_the_console
from tests.console.test_many_licenses import licenses


@pytest.mark.usefixtures("mail_works")
async def test_many_are_created_mailed_and_saved(vendor, manager, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with at_the_console(manager) as person:
        await person.press("n")
        await person.fill("email", "ada@example.com")
        await person.fill("order", "po-7")
        await person.fill("count", "many", "enter")
        assert "Type the number of licenses in digits" in person.sees
        await person.fill("count", "3")
        person.app.screen.query_one("#mails-keys").focus()
        await person.press("space", "enter")
        assert "Create 3 licenses? Each gets its own activation key" in person.sees
        assert licenses() == []
        await person.press("enter")
        assert person.step == "Issued", person.sees
        assert "3 licenses created" in person.sees
        assert "The email to ada@example.com is on its way." in person.sees
        await person.press("x", "enter")
        assert person.step == "Issued", person.sees
        await person.press("m")
        await person.fill("email", "grace@example.com", "enter")
        assert "The email to grace@example.com is on its way." in person.sees
        await person.press("escape")
        assert "all · 3" in person.sees
    assert [one.order_reference for one in licenses()] == ["PO-7"] * 3
    [table] = tmp_path.glob("licenses-*.csv")
    assert all(one.activation_key in table.read_text() for one in licenses())
    with reading() as session:
        assert {one.recipient for one in session.query(OutboxMail)} == {
            "ada@example.com",
            "grace@example.com",
        }


async def test_all_of_a_list_are_changed_one_after_the_other(vendor, manager):
    vendor.issue()
    vendor.issue(expires=date(2027, 1, 1))
    async with at_the_console(manager) as person:
        await person.press("a")
        assert "2 listed licenses" in person.sees
        person.app.screen.query_one("#suspend").focus()
        await person.press("enter")
        assert "2 licenses changed." in person.sees
        await person.press("escape", "space", "x")
        assert "1 row." in person.sees
        await person.press("escape", "escape")
        assert "selected" not in person.sees
        assert "○ On hold" in person.sees
        await person.search("nothing of this")
        await person.press("a")
        assert "No license is listed." in person.sees
    assert [one.status for one in licenses()] == ["suspended"] * 2

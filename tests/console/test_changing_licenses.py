"""Creating, renewing, suspending and resuming licenses at the console."""

from datetime import date

from keyferry.server.core.models import License
from keyferry.server.db import reading
from keyferry.server.faces.console.widgets.choice import Choice
from tests.console.person import at_the_console, events


def newest() -> License:
    with reading() as session:
        found = session.query(License).order_by(License.id.desc()).first()
        _ = found.customer
        return found


async def test_a_license_is_created_with_everything_it_grants(vendor, manager):
    async with at_the_console(manager) as person:
        await person.press("n")
        # There is one product: it is chosen already.
        assert person.app.screen.query_one(Choice).value == "demo-cad"
        await person.paste("Ada@Example.com")
        await person.fill("seats", "5")
        await person.fill("expires", "2027-12-31")
        await person.fill("lease", "90")
        person.app.screen.query("Ticks Tick").last().focus()
        await person.press("space")
        await person.fill("notes", "Pays by invoice", "enter")
        assert "License created" in person.sees
        assert newest().activation_key in person.sees
        await person.press("c")
        assert person.app.clipboard == newest().activation_key
        await person.press("escape")
        assert person.keys_listed == [newest().activation_key]
        text = "0 of 5 seats ends Dec 31, 2027, 90 days a key · simulation · Pays by"
        assert text in person.sees
    assert (newest().seats, newest().lease_days, newest().customer.email) == (5, 90, "ada@example.com")
    last = events()[-1]
    assert (last.event, last.channel, last.who) == ("license_issued", "console", "grace")


async def test_a_license_is_renewed_by_days_and_until_a_date(vendor, manager):
    key = vendor.issue(expires=date(2026, 12, 1))
    async with at_the_console(manager) as person:
        assert "in 7 days ● Ends soon" in person.sees
        await person.press("r")
        assert "(■) 1 year more Dec 1, 2027" in person.sees
        await person.press("enter")
        assert person.step == "Main"
        assert "Dec 1, 2027" in person.sees
        await person.press("r")
        await person.fill("until", "soon", "enter")
        assert "Type a date like 2027-12-31" in person.sees
        await person.fill("until", "", "enter")
        assert "Type a date like 2027-12-31" in person.sees
        await person.fill("until", "2028-01-31", "enter")
        assert "Jan 31, 2028" in person.sees
    assert newest().activation_key == key.text
    assert newest().expires_on == date(2028, 1, 31)


async def test_days_are_not_added_to_what_never_expires(vendor, manager):
    vendor.issue()
    async with at_the_console(manager) as person:
        await person.press("r")
        # So it offers a date only.
        assert "1 year more" not in person.sees
        await person.fill("until", "30", "enter")
        assert "This license never expires, so days can’t be added." in person.sees
    last = events()[-1]
    assert (last.event, last.code) == ("change_refused", "license_never_expires")


async def test_a_license_is_put_on_hold_and_resumed_only_when_it_is_meant(vendor, manager):
    key = vendor.issue()
    async with at_the_console(manager) as person:
        await person.press("h")
        assert "Keys that were already given out run until they expire" in person.sees
        # The harmless answer has the focus.
        await person.press("enter")
        assert person.step == "Main"
        assert newest().status == "active"
        await person.press("h", "tab", "enter")
        assert newest().status == "suspended"
        assert "○ On hold" in person.sees
        assert "on hold, no end date" in person.sees
        await person.press("h")
        assert person.step == "Resume"
        await person.press("tab", "enter")
        assert newest().status == "active"
        assert "○ Not used" in person.sees
    assert newest().activation_key == key.text

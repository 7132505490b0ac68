"""Many licenses at once at the console: created together, selected, all of a list, and their history."""

from datetime import date

import pytest

from keyferry.server.core.licensing.batches import Wanted as NewLicense
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.models import License, Role
from keyferry.server.db import reading
from tests.console.person import at_the_console, events, signed_in


def licenses() -> list[License]:
    with reading() as session:
        return session.query(License).order_by(License.id).all()


async def test_selected_licenses_are_changed_all_or_none(vendor, manager):
    vendor.issue()
    vendor.issue(expires=date(2027, 1, 1))
    vendor.issue(expires=date(2027, 2, 1))
    async with at_the_console(manager) as person:
        await person.press("space", "space", "space")
        assert "3 selected · all · 3" in person.sees
        await person.press("a")
        assert "3 selected licenses" in person.sees
        await person.fill("until", "30", "enter")
        assert "This license never expires, so days can’t be added." in person.sees
        assert [one.expires_on for one in licenses()] == [None, date(2027, 1, 1), date(2027, 2, 1)]
        await person.fill("until", "2028-01-01", "enter")
        assert "3 licenses changed." in person.sees
        await person.press("escape")
        assert "selected" not in person.sees
    assert [one.expires_on for one in licenses()] == [date(2028, 1, 1)] * 3


def test_what_cannot_be_renewed_by_days_is_skipped_where_all_of_a_list_are_meant(vendor, add_operator):
    vendor.issue()
    vendor.issue(expires=date(2027, 1, 1))
    access = signed_in(add_operator(Role.MANAGER), {})
    done = access.begin_change(access.meant((), {}), "renew", Terms(days=30))
    done = access.go_on_changing(done.number)
    assert (done.wanted, done.changed, done.refused) == (2, 1, 1)


def test_creating_many_is_stopped_and_what_was_created_stays(vendor, add_operator):
    access = signed_in(add_operator(Role.MANAGER), {})
    begun = access.issue(NewLicense("demo-cad", 1, Terms(), count=5000))
    assert begun.done < begun.wanted
    access.stop_issuing(begun.number)
    assert access.go_on_issuing(begun.number) == len(licenses()) < 5000


@pytest.mark.usefixtures("mail_works")
async def test_a_license_tells_its_history_and_its_customer_gets_its_key(vendor, add_operator):
    key = vendor.issue(customer="ada@example.com")
    vendor.issue()
    async with at_the_console(add_operator(Role.MANAGER)) as person:
        # It has no customer: there is nobody to send it to.
        await person.press("m")
        assert person.step == "Main"
        await person.press("down", "m")
        assert "ada@example.com gets the key" in person.sees
        await person.press("enter")
        assert "The email to ada@example.com is on its way." in person.sees
        await person.press("escape", "t", "a")
        assert person.app.screen.open == "audit"
        assert f"…{key.last_group} · everything · all days" in person.sees
        assert len([one for one in person.app.screen.pane.rows.items if hasattr(one, "event")]) == len(
            [one for one in events() if one.activation_key_ending == key.last_group]
        )
        await person.press("k")
        assert person.step == "Main"


async def test_who_types_ahead_means_the_row_that_is_seen_then(vendor, manager):
    vendor.issue(customer="second@example.com")
    vendor.issue(customer="first@example.com")
    async with at_the_console(manager) as person:
        # All of it before the server has answered anything.
        await person.pilot.press("down", "e")
        await person.settled()
        assert person.value("email") == "second@example.com"
        await person.press("escape", "3")
        await person.pilot.press("down", "e")
        await person.settled()
        assert person.value("email") == "second@example.com"
        await person.press("escape")
        # What was opened and is closed at once does no harm.
        await person.pilot.press("1", "n", "escape", "e")
        await person.settled()
        assert person.step in ("Edit", "Create", "Main")

"""What is refused is said where it was asked for, and the console goes on."""

from __future__ import annotations

from keyferry.server.core.models import Operator, Role
from keyferry.server.db import transaction
from tests.console.person import at_the_console
from tests.console.test_properties_and_audit import set_values


async def test_what_may_no_longer_be_saved_is_said_and_the_console_goes_on(vendor, administrator):
    async with at_the_console(administrator) as person:
        for tab, key in (("4", "p"), ("5", "x")):
            await person.press(tab)
            with transaction() as session:
                session.query(Operator).one().role = Role.VIEWER.value
            await person.press(key)
            assert person.step == "Notice", person.sees
            assert "Nothing to save" in person.sees
            assert "Your role, viewer, doesn’t let you" in person.sees
            with transaction() as session:
                session.query(Operator).one().role = Role.ADMINISTRATOR.value
            await person.press("escape")


async def test_a_value_that_a_property_does_not_take_is_said_beside_it_and_kept(vendor, administrator):
    async with at_the_console(administrator) as person:
        await person.press("6")
        await person.search("maxReleaseCount")
        await person.press("enter")
        await person.fill("value", "many", "enter")
        assert "options/maxReleaseCount accepts a whole number" in person.sees
        assert person.value("value") == "many"
        await person.fill("value", "12", "enter")
    assert set_values() == {"options/maxReleaseCount": 12}

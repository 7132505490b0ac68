"""An empty console leads a new vendor through the first steps."""

import pytest

from keyferry.server.core import first_day
from keyferry.server.core.models import License, Role
from keyferry.server.db import reading
from keyferry.server.faces.console.first_steps import first_steps
from keyferry.server.faces.console.views import FirstDay
from tests.console.person import at_the_console


def test_every_step_has_its_words():
    for step in first_day.Step:
        day = FirstDay(frozenset(), step.value, "Demo CAD", "keys.example.com")
        drawn = first_steps(day).plain
        assert "►" in drawn
        assert ("Press 4" in drawn) == (step == "product")
        assert "{" not in drawn
        assert "Press 4" not in first_steps(day, adds_products=False).plain
        assert "0 of 7 done" in drawn
        # In a dialog, nothing is folded under the marks.
        assert max(map(len, drawn.splitlines())) <= 60


async def test_a_new_vendor_is_led_from_nothing_to_a_test_license(vendor, administrator):
    async with at_the_console(administrator) as person:
        assert "First steps: 1 of 7 done" in person.sees
        assert "√ Add your first product" in person.sees
        assert "► Create a test license Press y here: one seat of Demo CAD, for 30 days." in person.sees
        await person.press("y")
        assert "License" not in person.step
        # The demo machine has a license of its own.
        assert len(person.keys_listed) == 2
        await person.press("o")
        assert "√ Create a test license" in person.sees
        assert "► Activate a computer" in person.sees
        await person.press("escape", "y")
        assert len(person.keys_listed) == 2
    with reading() as session:
        assert session.query(License).filter(License.demo_fingerprint.is_(None)).one().seats == 1


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.VIEWER])
async def test_who_creates_no_licenses_is_told_who_does(vendor, add_operator, role):
    async with at_the_console(add_operator(role)) as person:
        assert "First steps" not in person.sees
        assert "No licenses yet. Whoever may create licenses presses n here." in person.sees
        await person.press("y")
        await person.press("o")
        assert person.step == "Main"

"""The first-day list and its demo machine, in light and dark, on phone and desk: axe finds nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from keyferry.server.core import properties
from keyferry.server.core.first_day import Step
from keyferry.server.db import transaction
from keyferry.server.services import first_day
from tests.conftest import STAFF
from tests.portal.test_appearance import check


@pytest.fixture
def on_the_first_day(house, names):
    """Show the list, with a test license and the demo machine."""
    with transaction() as session:
        properties.back_to_default(session, properties.FIRST_DAY, by=STAFF, now=datetime.now(UTC))
    first_day.issue_test_license(by=STAFF)


def test_every_step_can_be_done_by_everybody(desk, house, on_the_first_day):
    page = desk()
    for step in Step:
        page.goto(f"{house.origin}/portal/?step={step}")
        check(page)
    page.goto(f"{house.origin}/portal/?step=activation&code=python")
    check(page)


def test_the_demo_machine_can_be_used_by_everybody(desk, house, on_the_first_day):
    page = desk()
    page.goto(f"{house.origin}/portal/first-day/demo-machine")
    check(page)
    page.get_by_label("Computer key").fill("12345-67890")
    page.get_by_role("button", name="Activate").click()
    check(page)

"""Issuing and changing licenses can be done by everybody."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.portal.conftest import choose, open_license
from tests.portal.test_appearance import check
from tests.portal.test_licenses import MANAGER, fill_in_issue, press

ENTRIES = {
    "edit": "Edit…",
    "seats": "Change seats…",
    "edition": "Change edition…",
    "replace": "Replace activation key…",
}


@pytest.mark.parametrize("state", ["issue", "issue refused", "preview", "issued", "renew", *ENTRIES])
def test_the_pages_of_issuing_and_changing_can_be_used_by_everybody(desk, house, state):
    page = desk(MANAGER)
    if state in ("renew", *ENTRIES):
        open_license(page, house.short.issue(seats=2, features=("cam",)).text)
        if state == "renew":
            press(page, "Renew…")
        else:
            choose(page, ENTRIES[state])
        expect(page.get_by_role("dialog")).to_be_visible()
    else:
        fill_in_issue(page, How_many="12")
        if state == "issue refused":
            page.get_by_label("Last day").fill("2020-01-01")
        if state != "issue":
            press(page, "Preview")
        if state == "issued":
            press(page, "Issue 12 licenses")
    check(page)

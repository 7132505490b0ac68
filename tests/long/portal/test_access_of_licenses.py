"""Issuing and changing licenses can be done by everybody."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.portal.conftest import open_license
from tests.portal.test_appearance import check
from tests.portal.test_licenses import MANAGER, fill_in_issue, press


@pytest.mark.parametrize("state", ["issue", "issue refused", "preview", "issued", "renew", "edit", "replace"])
def test_the_pages_of_issuing_and_changing_can_be_used_by_everybody(desk, house, state):
    page = desk(MANAGER)
    if state in ("renew", "edit", "replace"):
        open_license(page, house.short.issue(seats=2, features=("cam",)).text)
        press(page, {"replace": "Replace activation key…"}.get(state, f"{state.title()}…"))
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

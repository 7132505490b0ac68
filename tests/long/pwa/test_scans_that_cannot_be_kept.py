"""A scan that could not be saved is not called saved."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browsing import sees
from tests.pwa.misbehavior import withheld
from tests.pwa.test_services import PROMPT


def test_a_scan_that_could_not_be_saved_is_not_called_saved(house, phone):
    page = phone(service_workers="block")
    page.add_init_script(withheld("indexedDB", "never answers"))
    page.route("**/phone/v1/requests", lambda route: route.abort())
    page.goto(house.scan(house.short.machine(house.short.issue())))
    sees(page, "problem")
    expect(page.locator("#scan-kept")).to_contain_text("couldn’t be saved", timeout=PROMPT)

"""The page says what it has seen: which server failed, where a key is kept, and that a file was asked for."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browsing import sees
from tests.pwa.test_key import activated

__all__ = ["activated"]

PAGE = {"headers": {"Content-Type": "text/html"}, "body": "<!doctype html><title>Sign in</title>"}


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_proxy_whose_server_is_away_is_no_sign_in_page(house, phone, status):
    page = phone(service_workers="block")
    page.route("**/phone/v1/requests", lambda route: route.fulfill(status=status, **PAGE))
    page.goto(house.scan(house.short.machine(house.short.issue())))
    sees(page, "problem")
    expect(page.locator("main")).to_contain_text("The server can’t answer right now")
    expect(page.locator("main")).not_to_contain_text("sign-in page")


def test_a_page_in_place_of_an_answer_may_be_one_to_sign_in(house, phone):
    page = phone(service_workers="block")
    page.route("**/phone/v1/requests", lambda route: route.fulfill(status=200, **PAGE))
    page.goto(house.scan(house.short.machine(house.short.issue())))
    sees(page, "problem")
    expect(page.locator("main")).to_contain_text("may have answered, such as a network’s sign-in page")


def test_a_key_is_kept_where_the_browser_keeps_it_and_a_file_is_to_be_looked_for(activated):
    page, *_ = activated("short")
    page.get_by_role("button", name="Details").click()
    expect(page.locator("body")).to_contain_text("A private window forgets it once closed")
    page.keyboard.press("Escape")
    page.locator("#ways").click()
    with page.expect_download() as download:
        page.locator("#license-file").click()
    row = page.locator("#license-file")
    expect(row).to_contain_text("Save the license file again")
    expect(row).to_contain_text(f"Look for {download.value.suggested_filename} in your downloads")
    expect(row).not_to_contain_text("saved")

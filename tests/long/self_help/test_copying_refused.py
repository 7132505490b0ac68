"""Where the browser does not copy, the key is selected."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.self_help.test_by_typing import codes


@pytest.mark.parametrize(
    "answer", ["Promise.reject(new DOMException('', 'NotAllowedError'))", "new Promise(() => {})"]
)
def test_where_the_browser_does_not_copy_the_key_is_selected(house, customer, answer):
    visitor = customer()
    visitor.page.add_init_script(f"navigator.clipboard.writeText = () => {answer}")
    visitor.fill_in("activate", **codes(house.short.machine(house.short.issue())))
    visitor.page.get_by_role("button", name="Copy").click()
    expect(visitor.page.get_by_role("button", name="Press Ctrl+C")).to_be_visible()
    marked = visitor.page.evaluate("getSelection().toString()")
    assert re.sub(r"[^0-9A-Z]", "", visitor.key) in re.sub(r"[^0-9A-Z]", "", marked)

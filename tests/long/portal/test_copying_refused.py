"""A clipboard that refuses, or never answers: the portal says so, everywhere it copies."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from keyferry.server.core.models import Role
from tests.portal.conftest import open_license


@pytest.mark.parametrize(
    "answer", ["Promise.reject(new DOMException('', 'NotAllowedError'))", "new Promise(() => {})"]
)
def test_what_cannot_be_copied_is_said_on_a_page_and_in_the_search(house, desk, answer):
    key = house.short.issue()
    page = desk(Role.ADMINISTRATOR)
    page.add_init_script(f"navigator.clipboard.writeText = () => {answer}")
    open_license(page, key.text)
    button = page.get_by_role("button", name="Copy activation key")
    button.click()
    expect(button).to_have_attribute("title", "Couldn’t copy. Select the code and press Ctrl+C or ⌘C.")
    page.keyboard.press("/")
    page.keyboard.type(key.text[:11])
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("Control+c")
    expect(page.get_by_role("status").filter(has_text="Couldn’t copy.")).to_be_attached()

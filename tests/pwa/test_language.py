"""The page speaks the browser's language, or the one that was chosen, and remembers the choice."""

import pytest
from playwright.sync_api import expect

from tests.pwa.conftest import key_on, sees


@pytest.mark.parametrize(
    ("locale", "title"),
    [("de-AT", "Scannen Sie den Code"), ("en-US", "Scan the code"), ("fr-FR", "Scan the code")],
)
def test_the_page_speaks_the_browsers_language_or_english(house, phone, locale, title):
    page = phone(locale=locale)
    page.goto(f"{house.origin}/a")
    expect(page.locator("h1")).to_contain_text(title)
    expect(page.locator("html")).to_have_attribute("lang", "de" if locale == "de-AT" else "en")


def test_another_language_can_be_chosen_in_the_middle_of_anything_and_is_remembered(house, phone):
    page = phone()
    page.goto(house.scan(house.short.machine(house.short.issue())))
    page.locator("#confirm").click()
    key = key_on(page)
    page.locator("#language").select_option("de")
    expect(page.locator("h1")).to_contain_text("Computerschlüssel für")
    assert key_on(page) == key, "a change of language loses nothing"
    page.locator("#finish").click()
    page.reload()
    sees(page, "welcome")
    expect(page.locator("h1")).to_contain_text("Scannen Sie")


def test_keys_run_from_left_to_right_where_words_run_from_right_to_left(house, phone):
    page = phone()
    page.goto(house.scan(house.short.machine(house.short.issue())))
    page.locator("#confirm").click()
    key_on(page)
    page.evaluate("document.documentElement.dir = 'rtl'")
    boxes = [page.locator("#computer-key .group").nth(place).bounding_box() for place in (0, 1)]
    assert boxes[0]["x"] < boxes[1]["x"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

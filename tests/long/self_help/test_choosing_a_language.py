"""A customer chooses a language in the head of a page: with scripts and without, on phone and desk."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.access import TARGET, violations
from tests.browsing import DESK, PHONE
from tests.self_help.test_by_typing import codes


def choose(visitor, language: str) -> None:
    """Open the list, which shows the language of the page, and choose another."""
    visitor.page.locator(".languages summary").click()
    choice = visitor.page.locator(".others").get_by_text(language, exact=True)
    box = choice.bounding_box()
    assert box["height"] >= TARGET
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= visitor.page.viewport_size["width"]
    with visitor.page.expect_navigation():
        choice.click()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_key_is_read_in_another_language_and_the_next_pages_too(house, customer, size, scripts):
    visitor = customer(viewport=size, java_script_enabled=scripts)
    machine = house.short.machine(house.short.issue(seats=2))
    visitor.fill_in("activate", **codes(machine), computer_name="LAB-PC-07")
    key = visitor.key
    choose(visitor, "Deutsch")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "de")
    assert visitor.key == key
    visitor.open("activate")
    visitor.reads("Computer aktivieren")
    choose(visitor, "English")
    visitor.reads("Activate a computer")
    assert house.short.seats_used(machine.activation_key) == 1


def test_a_form_that_was_refused_stays_as_it_was_typed(house, customer):
    visitor = customer()
    typed = codes(house.short.machine(house.short.issue()))
    visitor.fill_in("activate", **typed | {"computer_id": "12345-67890"}, computer_name="Bench 3")
    choose(visitor, "Deutsch")
    expect(visitor.page.locator("[name=computer_id]").first).to_have_value("12345-67890")
    expect(visitor.page.locator("[name=computer_name]").first).to_have_value("Bench 3")
    assert visitor.page.url == f"{visitor.origin}/self-help/activate", "no choice stays in the address"


def test_a_key_behind_the_address_comes_along(house, customer):
    visitor = customer()
    machine = house.short.machine(house.short.issue())
    key = house.short.activate(machine).computer_key
    visitor.open(f"step-by-step#{key}")
    expect(visitor.page.locator("#reel .big")).to_have_text(key[:5])
    choose(visitor, "Deutsch")
    expect(visitor.page.locator("#reel .big")).to_have_text(key[:5])
    assert "#" not in visitor.page.url


@pytest.mark.parametrize("page", ["/", "/self-help/"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_open_list_is_for_everybody_and_closes_by_itself(house, customer, page, scheme):
    visitor = customer(color_scheme=scheme)
    visitor.page.goto(f"{house.origin}{page}")
    summary, others = visitor.page.locator(".languages summary"), visitor.page.locator(".others")
    summary.focus()
    visitor.page.keyboard.press("Enter")
    expect(others).to_be_visible()
    assert violations(visitor.page) == []
    visitor.page.keyboard.press("Escape")
    expect(others).to_be_hidden()
    expect(summary).to_be_focused()
    summary.click()
    visitor.page.locator("h1").click()
    expect(others).to_be_hidden()

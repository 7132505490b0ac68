"""A day of the chart is told to a mouse, to the arrow keys, and below the chart to a finger."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.access import violations
from tests.browsing import PHONE


@pytest.fixture(scope="module", autouse=True)
def in_business(house):
    """Three computers today."""
    key = house.short.issue(seats=5)
    for name in ("LAB-PC-07", "CNC-2", "حاسوب المختبر"):
        house.short.activate(house.short.machine(key, name))


def test_a_day_is_told_beside_its_bar_and_by_the_arrow_keys(desk):
    page = desk()
    chart = page.get_by_role("slider", name="Activations a day")
    told = page.locator("[data-tip]")
    expect(told).to_be_hidden()
    today = chart.locator("g").last
    today.hover()
    expect(told).to_contain_text("Command line3")
    over, bar = told.bounding_box(), today.bounding_box()
    assert over["x"] + over["width"] <= bar["x"]
    page.mouse.move(0, 0)
    expect(told).to_be_hidden()
    chart.focus()
    page.keyboard.press("ArrowLeft")
    expect(told).to_contain_text("Command line0")
    page.keyboard.press("Home")
    name = chart.locator("g").first.get_attribute("data-name")
    assert chart.get_attribute("aria-valuetext") == f"{name}: Command line 0"
    page.keyboard.press("End")
    assert chart.get_attribute("aria-valuetext").endswith(": Command line 3")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(told).to_be_hidden()


def test_a_tapped_day_is_told_below_the_bars(desk):
    page = desk(viewport=PHONE, has_touch=True)
    chart = page.get_by_role("slider", name="Activations a day")
    chart.locator("g").last.tap()
    told = page.locator("[data-tip]")
    expect(told).to_contain_text("Command line3")
    assert told.bounding_box()["y"] >= (picture := chart.bounding_box())["y"] + picture["height"]
    page.get_by_text("Show as table").tap()
    expect(page.get_by_role("region", name="Activations a day").get_by_role("row")).to_have_count(31)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert violations(page) == []

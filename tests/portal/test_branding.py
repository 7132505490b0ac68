"""The vendor's looks in a browser: seen before they are saved, and then on the phone."""

from __future__ import annotations

import re

from playwright.sync_api import FilePayload, expect

from server.core.colours import palette
from tests.portal.test_looks import check

YELLOW = palette("#ffd400")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'

LOGO = FilePayload(name="logo.svg", mimeType="image/svg+xml", buffer=SVG)


def rgb(colour: str) -> str:
    return f"rgb({', '.join(map(str, bytes.fromhex(colour[1:])))})"


def test_what_is_typed_is_seen_at_once_and_what_is_saved_is_on_the_phone(desk, house):
    page = desk()
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="name, logo and colour").click()
    title = "The phone page with a question"
    frames = [page.frame_locator(f'iframe[title="{title}, {look}"]') for look in ("light", "dark")]
    page.get_by_label("Name", exact=True).fill("Acme Tools")
    page.get_by_label("Colour", exact=True).fill("#ffd400")
    for frame, theme in zip(frames, (YELLOW.light, YELLOW.dark), strict=True):
        expect(frame.locator(".brand-name")).to_have_text("Acme Tools")
        expect(frame.locator("h1")).to_have_text("Activate LAB-PC-07?")
        expect(frame.locator("#confirm")).to_have_css("background-color", rgb(theme.accent))
    # The examples did not take the focus, and nothing in them can be pressed.
    expect(page.get_by_label("Colour", exact=True)).to_be_focused()
    assert frames[0].locator("body").evaluate("body => body.inert")
    page.get_by_label("Picture").set_input_files(LOGO)
    expect(frames[0].locator(".brand-mark")).to_have_attribute("src", re.compile("^blob:"))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("made darker for light pages")).to_be_visible()
    page.get_by_label("Picture").set_input_files(LOGO)
    page.get_by_role("button", name="Save the logo").click()
    expect(page.get_by_text("The logo is saved.")).to_be_visible()
    check(page)
    phone = page.context.new_page()
    for look, theme in (("light", YELLOW.light), ("dark", YELLOW.dark)):
        phone.emulate_media(color_scheme=look)
        phone.goto(house.scan(house.short.machine(house.short.issue())))
        expect(phone.locator("#confirm")).to_have_css("background-color", rgb(theme.accent))
        expect(phone.locator("#confirm")).to_have_css("color", rgb(theme.on_accent))
        expect(phone.locator(".brand-name")).to_have_text("Acme Tools")
        mark = phone.locator(".brand-mark")
        assert mark.evaluate("async mark => { await mark.decode(); return mark.naturalWidth; }")
        phone.goto(f"{house.origin}/self-help/activate")
        expect(phone.locator(".button.is-primary")).to_have_css("background-color", rgb(theme.accent))

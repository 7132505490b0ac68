"""Branding and mails are tried out in the browser before they are saved."""

from __future__ import annotations

import os
import re
from io import BytesIO

from PIL import Image
from playwright.sync_api import FilePayload, Page, Route, expect

from keyferry.server.core.brand.colors import palette
from keyferry.server.core.brand.pictures import MAX_BYTES
from keyferry.server.faces.portal.branding import MAX_FORM_BYTES
from tests.portal.conftest import DESK
from tests.portal.test_appearance import check_below_the_bar

YELLOW = palette("#ffd400")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 15 9"><path d="M0 0h9v9z"/></svg>'
LOGO = FilePayload(name="logo.svg", mimeType="image/svg+xml", buffer=SVG)


def test_the_words_of_a_mail_are_seen_while_they_are_typed_refused_and_saved(desk, house):
    page = desk()
    page.goto(f"{house.origin}/portal/mails")
    check_below_the_bar(page)
    page.set_viewport_size(DESK)
    page.get_by_role("link", name="German").click()
    text, save = page.get_by_label("Text", exact=True), page.get_by_role("button", name="Save", exact=True)
    letter = page.frame_locator('iframe[title="The email in HTML"]').locator("body")
    text.fill("Ihr Schlüssel: %ComputerKey% für ")
    page.get_by_role("button", name="{product}").click()
    expect(text).to_have_value("Ihr Schlüssel: %ComputerKey% für {product}")
    expect(text).to_be_focused()
    expect(letter).to_contain_text("Ihr Schlüssel: 12FX2-EQ05J-FMTPY-NH8Y1-662TY-KYN5Z für Demo CAD")
    # The style that it has in itself came along.
    expect(letter).to_have_css("margin-top", "0px")
    page.get_by_text("Plain text", exact=True).click()
    plain = page.frame_locator('iframe[title="The email as plain text"]').locator("body")
    expect(plain).to_contain_text("Ihr Schlüssel: 12FX2-")
    text.fill("Ihr Schlüssel: %ComputerKey% {wrong}")
    expect(page.get_by_text("{wrong} isn’t a variable of this email.")).to_be_visible()
    save.click()
    expect(page.get_by_text("{wrong} isn’t a variable of this email.").last).to_be_visible()
    check_below_the_bar(page)
    page.set_viewport_size(DESK)
    text.fill("Ihr Schlüssel: %ComputerKey%")
    save.click()
    expect(page.get_by_text("Saved. New emails use this text.")).to_be_visible()
    page.get_by_role("button", name="Back to default text").click()
    expect(page.get_by_text("The default text is back.")).to_be_visible()
    check_below_the_bar(page)


def rgb(color: str) -> str:
    return f"rgb({', '.join(map(str, bytes.fromhex(color[1:])))})"


def choose_a_drawing(page: Page, address: str) -> None:
    """Choose an SVG, which the page makes a picture of: the server keeps no drawings."""
    page.goto(address)
    chosen = page.locator("#logo")
    chosen.set_input_files(LOGO)
    expect(chosen).to_have_js_property("value", "C:\\fakepath\\logo.png")


def test_a_drawing_that_no_script_makes_a_picture_of_is_refused_with_what_to_do(desk, house):
    page = desk()
    page.route("**/static/logo.js", lambda route: route.abort())
    page.goto(f"{house.origin}/portal/branding")
    page.locator("#logo").set_input_files(LOGO)
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_text("This is an SVG. Export it as a PNG").last).to_be_visible()


def test_without_scripts_a_logo_that_is_far_too_large_is_named_on_the_page_it_came_from(desk, house):
    signed_in = desk().context
    plain = signed_in.browser.new_context(
        java_script_enabled=False, storage_state=signed_in.storage_state(), locale="en-GB"
    )
    page = plain.new_page()
    page.goto(f"{house.origin}/portal/branding")
    large = FilePayload(name="photo.png", mimeType="image/png", buffer=os.urandom(3 * MAX_FORM_BYTES))
    page.locator("#logo").set_input_files(large)
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.locator("#logo-fault")).to_contain_text("This image is larger than 500 kB.")
    expect(page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    plain.close()


def test_a_large_picture_is_made_smaller_and_what_is_none_is_named_before_it_is_sent(desk, house):
    page = desk()
    page.goto(f"{house.origin}/portal/branding")
    page.get_by_label("Name", exact=True).fill("Acme Tools")
    chosen, photo = page.locator("#logo"), BytesIO()
    # Noise, which no format makes small.
    Image.frombytes("RGB", (800, 600), os.urandom(800 * 600 * 3)).save(photo, "PNG")
    assert len(photo.getvalue()) > MAX_FORM_BYTES
    chosen.set_input_files(FilePayload(name="photo.png", mimeType="image/png", buffer=photo.getvalue()))
    # It is shown once it is drawn.
    expect(page.locator("img.logo-now")).to_have_attribute("src", re.compile("^blob:"))
    assert chosen.evaluate("field => field.files[0].size") < MAX_BYTES
    expect(page.get_by_text("This image is larger than 500 kB.")).to_be_hidden()
    junk = os.urandom(MAX_FORM_BYTES)
    chosen.set_input_files(FilePayload(name="photo.png", mimeType="image/png", buffer=junk))
    expect(page.get_by_text("This image is larger than 500 kB.")).to_be_visible()
    expect(chosen).to_have_js_property("value", "")
    page.get_by_label("Color", exact=True).fill("blue")
    page.get_by_role("button", name="Save", exact=True).click()
    # What was typed stays, also where something else is refused.
    expect(page.get_by_text("Write the color as #").last).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Acme Tools")


# The last one of this house: what is saved stays on its pages.
def test_what_is_typed_is_seen_at_once_and_what_is_saved_is_on_the_phone(desk, house):
    page = desk()
    late: list[Route] = []
    page.route("**/static/branding.js*", lambda route: late.append(route))
    page.goto(f"{house.origin}/portal/branding", wait_until="commit")
    title = 'iframe[title="The phone page with a question'
    frames = [page.frame_locator(f'{title}, {theme}"]') for theme in ("light", "dark")]
    # Typed before the script is there, as on a slow line, and after.
    page.get_by_label("Name", exact=True).fill("Acme Tools")
    page.get_by_text("Question", exact=True).click()
    for script in late:
        script.continue_()
    expect(frames[0].locator(".top .cut")).to_have_text("Acme Tools")
    page.get_by_label("Color", exact=True).fill("#ffd400")
    for frame, theme, turn in zip(frames, (YELLOW.light, YELLOW.dark), ("Light", "Dark"), strict=True):
        page.get_by_text(turn, exact=True).click()
        expect(frame.locator(".top .cut")).to_have_text("Acme Tools")
        expect(frame.locator("h1")).to_have_text("Activate LAB-PC-07?")
        expect(frame.locator("#confirm")).to_have_css("background-color", rgb(theme.accent))
    # Nothing in the examples can be pressed.
    assert frames[0].locator("body").evaluate("body => body.inert")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("darkened so it’s readable on light pages")).to_be_visible()
    page.unroute("**/static/branding.js*")
    choose_a_drawing(page, f"{house.origin}/portal/branding")
    expect(frames[0].locator(".top .logo")).to_have_attribute("src", re.compile("^blob:"))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved. Pages look like this from now on.")).to_be_visible()
    check_below_the_bar(page)
    phone = page.context.new_page()
    for theme, colors in (("light", YELLOW.light), ("dark", YELLOW.dark)):
        phone.emulate_media(color_scheme=theme)
        phone.goto(house.scan(house.short.machine(house.short.issue())))
        expect(phone.locator("#confirm")).to_have_css("background-color", rgb(colors.accent))
        expect(phone.locator("#confirm")).to_have_css("color", rgb(colors.on_accent))
        expect(phone.locator(".top .cut")).to_have_text("Acme Tools")
        assert phone.locator(".top .logo").evaluate("async mark => (await mark.decode(), mark.naturalWidth)")
        phone.goto(f"{house.origin}/self-help/activate")
        button = phone.get_by_role("button", name="Get the computer key")
        expect(button).to_have_css("background-color", rgb(colors.accent))

"""On any page, a customer's QR code is taken from a photo or by the webcam, and opens its license."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from demo.film import qr_picture
from keyferry.protocol.request_token import scan_url


def scanning(page: Page) -> Locator:
    """The dialog that the head of each page opens."""
    page.get_by_role("link", name="Scan a customer’s QR code").click()
    return page.get_by_role("dialog", name="Scan a customer’s QR code")


def photo(text: str) -> dict:
    held = BytesIO()
    qr_picture(text, 500).convert("RGB").rotate(4, expand=True, fillcolor="white").save(held, kind := "JPEG")
    return {"name": f"photo.{kind.lower()}", "mimeType": "image/jpeg", "buffer": held.getvalue()}


def empty_photo() -> dict:
    held = BytesIO()
    Image.new("RGB", (400, 300), "gray").save(held, "PNG")
    return {"name": "desk.png", "mimeType": "image/png", "buffer": held.getvalue()}


def test_a_photo_that_came_by_mail_opens_the_license_and_fills_the_dialog(desk, house):
    vendor, page = house.short, desk()
    machine = vendor.machine(vendor.issue(), "LAB-PC-07")
    chooser = scanning(page).locator('input[type="file"]')
    chooser.set_input_files(empty_photo())
    expect(page.get_by_text("No QR code found in this picture.")).to_be_visible()
    chooser.set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"no picture"})
    expect(page.get_by_text("The browser can’t read this file.")).to_be_visible()
    chooser.set_input_files(photo("https://example.com/something-else"))
    expect(page.get_by_text("This QR code isn’t from a License Wizard.")).to_be_visible()
    # As another application passed it on.
    chooser.set_input_files(photo(f"{house.origin}/A%23{machine.activation_token}?utm_source=mail"))
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Computer ID")).to_have_value(machine.computer_id.text)
    expect(dialog.get_by_label("Computer Name")).to_have_value("LAB-PC-07")


@pytest.fixture
def browser(camera):
    """A browser that has a webcam."""
    return camera.browser


def test_a_screen_held_before_the_webcam_fills_the_dialog(desk, house, camera):
    machine = house.short.machine(house.short.issue(), "LAB-PC-07")
    house.short.activate(machine)
    camera.sees(None, scan_url(house.origin, machine.deactivation_token))
    page = desk()
    scanning(page).get_by_role("button", name="Webcam").click()
    computer_id = page.get_by_role("dialog").get_by_label("Computer ID")
    expect(computer_id).to_have_value(machine.computer_id.text, timeout=15_000)
    assert page.get_by_role("dialog").get_by_label("Deactivation verification code").input_value() != ""


def test_without_a_webcam_the_page_says_what_to_do(desk):
    page = desk()
    # As browsers do where a page came over plain HTTP.
    page.add_init_script("Object.defineProperty(navigator, 'mediaDevices', {value: undefined})")
    page.reload()
    dialog = scanning(page)
    dialog.get_by_role("button", name="Webcam").click()
    expect(dialog.get_by_text("Choose a photo instead.")).to_be_visible()
    expect(dialog.locator("video")).to_be_hidden()
    expect(dialog.get_by_role("button", name="Webcam")).to_be_visible()

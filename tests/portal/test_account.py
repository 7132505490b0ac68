"""An operator's own account in the browser: the second factor, as a person with a phone uses it."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from keyferry.server.core import properties
from keyferry.server.core.models import Role
from keyferry.server.db import transaction
from tests.authenticator import code_of
from tests.conftest import STAFF
from tests.faces.portal_visitor import add_operator
from tests.portal.conftest import DESK, PASSWORD

STEP = timedelta(seconds=30)


@pytest.fixture
def page(browser: Browser, house, pages) -> Page:
    page = pages(browser, viewport=DESK)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=house.origin)
    return page


def add(house, name: str, role: Role = Role.SUPPORT) -> None:
    with transaction() as session:
        add_operator(session, name, role, house.short.clock.now)


def demand(house, role: Role) -> None:
    with transaction() as session:
        name, now = properties.second_factor_required(role), house.short.clock.now
        properties.put(session, name, "true", by=STAFF, now=now)


def sign_in(page: Page, house, name: str) -> None:
    page.goto(f"{house.origin}/portal/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Password")).to_have_count(0)


def scan(page: Page) -> str:
    """Hold a phone before the screen."""
    shown = page.get_by_role("img", name="QR code for the authenticator app")
    expect(shown).to_be_visible()
    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(shown.screenshot())))
    return parse_qs(urlsplit(found.text).query)["secret"][0]


def set_up(page: Page, house) -> str:
    page.goto(f"{house.origin}/portal/account")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Set up").click()
    secret = scan(page)
    page.get_by_label("six digits").fill(code_of(secret, datetime.now(UTC)))
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("heading", name="Save your recovery codes")).to_be_visible()
    return secret


def go_on(page: Page) -> None:
    """Say that the codes are kept: until then nothing goes on."""
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Save your recovery codes")).to_be_visible()
    page.get_by_label("I keep them somewhere other than my phone.").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Save your recovery codes")).to_have_count(0)


def sign_out(page: Page, house) -> None:
    page.goto(f"{house.origin}/portal/account")
    page.get_by_role("main").get_by_role("button", name="Sign out", exact=True).click()


def test_a_phone_scans_the_code_and_lets_in_from_then_on(page, house):
    add(house, "grace")
    sign_in(page, house, "grace")
    secret = set_up(page, house)
    go_on(page)
    expect(page).to_have_url(re.compile("/portal/"))
    sign_out(page, house)
    sign_in(page, house, "grace")
    code = page.get_by_label("Code")
    expect(code).to_be_focused()
    expect(code).to_have_attribute("autocomplete", "one-time-code")
    code.fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Each code works once").first).to_be_visible()
    expect(code).to_be_focused()
    code.fill(code_of(secret, datetime.now(UTC) + STEP))
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{house.origin}/portal/")


def test_who_must_have_one_sets_it_up_right_after_the_password(page, house):
    add(house, "vera", Role.VIEWER)
    demand(house, Role.VIEWER)
    sign_in(page, house, "vera")
    expect(page.get_by_text("Your role, viewer, requires one.")).to_be_visible()
    page.goto(f"{house.origin}/portal/licenses")
    expect(page.get_by_role("heading", name="Set up your second factor")).to_be_visible()
    page.get_by_role("button", name="Set up").click()
    secret = scan(page)
    page.get_by_label("six digits").fill(code_of(secret, datetime.now(UTC)))
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Copy", exact=True).click()
    # Who has copied the codes has kept them.
    expect(page.get_by_label("I keep them somewhere other than my phone.")).to_be_checked()
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(re.compile(r"/portal/\??$"))

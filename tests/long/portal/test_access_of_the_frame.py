"""What surrounds every page can be used by keys alone, without scripts, and in a system's own colors."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from keyferry.server.core import audit
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel, Event
from keyferry.server.db import transaction
from tests.access import violations
from tests.browsing import PHONE
from tests.portal.conftest import DESK, listens
from tests.portal.test_appearance import check, license_key

__all__ = ["license_key"]

# What each page has in its place for the keyboard: at a desk, from the top.
ORDER = (
    *("Skip to content", "Start", "Licenses", "Computers", "Customers", "Products", "Audit", "Settings"),
    *("", "Search keys, customers, and computers, or paste a wizard’s link"),
    *("Scan a customer’s QR code", "Help"),
)


@pytest.fixture(scope="module")
def told(house, license_key) -> None:
    """Events with names and reasons that are long, foreign, or written from the right."""
    by = By(Channel.PORTAL, "حاسوب " * 12, "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff")
    with transaction() as session:
        for event, detail, code in (
            (Event.RELEASED_FORCED, {"reason": "W" * 100}, None),
            (Event.OPERATOR_ADDED, {"operator": "Å" * 60}, None),
            (Event.PROPERTY_SET, {"property": "options/x", "before": 0, "after": "y" * 90}, None),
            (Event.MAIL_GIVEN_UP, {"template": "computer_key"}, None),
            (Event.SIGN_IN_REFUSED, None, "wrong_sign_in"),
        ):
            audit.record(session, event=event, by=by, now=house.short.clock.now, code=code, detail=detail)


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    listens(page)
    return page


def test_the_audit_and_what_the_head_opens_can_be_used_by_everybody(desk, house, told):
    page, at = desk(), f"{house.origin}/portal"
    for address in (
        "audit",
        "audit?kind=settings&since=2020-01-01&who=a&refused=1",
        "audit?who=x",
        "scan",
        "help",
    ):
        check(opened(page, f"{at}/{address}"))
    for name in ("Days", "What", "Way", "Who", "Address"):
        page.set_viewport_size(DESK)
        opened(page, f"{at}/audit").locator(".filters summary", has_text=name).click()
        check(page)
    for opens in ('.head [data-opens="scan"]', '.head [data-opens="help"]', ".me summary"):
        page.set_viewport_size(DESK)
        opened(page, f"{at}/audit").locator(opens).click()
        check(page)
    page.set_viewport_size(PHONE)
    opened(page, f"{at}/audit").get_by_role("button", name="Menu").click()
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []


def test_the_keyboard_goes_through_the_frame_in_its_order(desk, house):
    page = opened(desk(), f"{house.origin}/portal/audit")
    seen = []
    for _ in ORDER:
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent.trim()")
        )
        ring = page.evaluate("""() => {
            const one = document.activeElement;
            const styles = [one, one.closest('.find') ?? one].map(one => getComputedStyle(one));
            return styles.some(style => style.boxShadow !== 'none');
        }""")
        assert ring, seen[-1]
    named = [one if one in ORDER else "" for one in seen]
    assert named == list(ORDER)


def test_menus_and_dialogs_give_the_focus_back(desk, house):
    page = opened(desk(), f"{house.origin}/portal/audit")

    def focused() -> str:
        return page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent.trim()")

    for key, dialog in (("?", "Help"), ("Control+k", "Search and do")):
        page.get_by_role("link", name="Help").focus()
        page.keyboard.press(key)
        expect(page.get_by_role("dialog", name=dialog)).to_be_visible()
        page.keyboard.press("Escape")
        assert focused() == "Help"
    summary = page.locator(".filters summary").first
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    assert focused() == "Today"
    page.keyboard.press("End")
    page.keyboard.press("Escape")
    expect(page.locator(".filters details[open]")).to_have_count(0)
    expect(summary).to_be_focused()
    page.set_viewport_size(PHONE)
    burger = page.get_by_role("button", name="Menu")
    expect(burger).to_have_attribute("aria-expanded", "false")
    burger.focus()
    page.keyboard.press("Space")
    expect(burger).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("link", name="Close menu")).to_be_focused()
    # What is covered is not reached.
    for _ in range(14):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement.closest('.side') !== null || document.activeElement === document.body"
        )
    page.keyboard.press("Escape")
    expect(burger).to_be_focused()
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()


def test_everything_is_there_without_scripts(desk, house, told):
    page = desk()
    cookies = page.context.cookies()
    plain = page.context.browser.new_context(java_script_enabled=False, viewport=PHONE)
    plain.add_cookies(cookies)
    page = plain.new_page()
    page.goto(f"{house.origin}/portal/audit")
    page.get_by_role("link", name="Menu").click()
    page.get_by_role("link", name="Help").click()
    expect(page.get_by_role("heading", name="A customer calls")).to_be_visible()
    page.get_by_role("link", name="Menu").click()
    page.get_by_role("link", name="Scan a QR code").click()
    expect(page.locator("main noscript .note")).to_be_visible()
    page.get_by_role("searchbox").fill("LAB-PC-07")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{house.origin}/portal/licenses?q=LAB-PC-07")
    page.goto(f"{house.origin}/portal/audit")
    page.locator(".filters summary", has_text="Who").click()
    page.get_by_label("Part of a name").fill("nobody at all")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="nobody at all").click()
    expect(page).to_have_url(f"{house.origin}/portal/audit")
    page.get_by_role("link", name="Menu").click()
    page.locator(".me summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{house.origin}/portal/sign-in")
    plain.close()


def test_it_stays_legible_in_the_colors_of_a_system(desk, house, told):
    page = desk(forced_colors="active")
    opened(page, f"{house.origin}/portal/audit")
    lines = page.evaluate("""() => ['.find', '.btn.second', '.chip', '.card'].map(one => {
        const style = getComputedStyle(document.querySelector(one));
        return style.borderTopStyle !== 'none' && Number.parseFloat(style.borderTopWidth) > 0;
    })""")
    assert lines == [True] * 4
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Control+k")
    chosen = page.locator('[role=option][aria-selected="true"]')
    expect(chosen).to_have_css("outline-style", "solid")


def test_text_of_twice_the_size_fits_into_the_frame(desk, house, told):
    page = desk()
    for address in ("audit", "help", "scan"):
        opened(page, f"{house.origin}/portal/{address}")
        page.set_viewport_size({"width": 640, "height": 900})
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 640


def test_dialogs_of_staff_and_of_the_account_open_without_scripts(desk, house):
    page = desk()
    plain = page.context.browser.new_context(java_script_enabled=False, viewport=DESK)
    plain.add_cookies(page.context.cookies())
    page = plain.new_page()
    page.goto(f"{house.origin}/portal/operators")
    page.get_by_role("button", name="Add…").click()
    dialog = page.get_by_role("dialog", name="Add a person")
    dialog.get_by_role("textbox", name="Name").fill("Night shift")
    dialog.get_by_label("Password").fill("correct horse battery staple")
    dialog.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", level=1, name="Night shift")).to_be_visible()
    page.get_by_role("button", name="Disable…").click()
    page.get_by_role("dialog").get_by_role("button", name="Disable").click()
    expect(page.get_by_text("Disabled").first).to_be_visible()
    plain.close()

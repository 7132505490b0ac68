"""Browsers below the oldest that the page works in, and those that may not run what it needs.

Each is Chromium without what an older one does not have: words, what scripts find, what a policy allows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browsing import PHONE, House, sees
from tests.pwa.test_scanning import turn_camera_on

WASM = "'wasm-unsafe-eval'"
# A time in which the page's own patience, ten seconds, has not passed.
AT_ONCE = 5_000
NO_MODULES = "delete HTMLScriptElement.prototype.noModule"
NO_ABORTING = "delete window.AbortController"
NO_DATASET = "delete HTMLElement.prototype.dataset"


@pytest.fixture
def visitor(browser: Browser):
    """Open pages that may have errors: that is what is looked at here."""
    opened = []

    def visit(**options) -> Page:
        opened.append(browser.new_context(viewport=PHONE, locale="en-GB", **options))
        return opened[-1].new_page()

    yield visit
    for context in opened:
        context.close()


def answered_with(route: Route, change: Callable[[str], str], policy: Callable[[str], str]) -> None:
    """Answer with the page as the browser in question takes it."""
    answer, name = route.fetch(), "content-security-policy"
    headers = answer.headers | {name: policy(answer.headers[name])}
    route.fulfill(response=answer, body=change(answer.text()), headers=headers)


def as_it_is(text: str) -> str:
    return text


def taken_as(page: Page, house: House, change: Callable[[str], str] = as_it_is, policy=as_it_is) -> None:
    page.route(f"{house.origin}/a*", partial(answered_with, change=change, policy=policy))


def unknown_modules(page: str) -> str:
    return page.replace('<script type="module">', '<script type="a-module">')


def says_what_is_the_matter(page: Page) -> None:
    expect(page.get_by_role("heading")).to_have_text("This page doesn’t run in this browser", timeout=AT_ONCE)
    expect(page.locator(".pulse")).to_be_hidden()
    expect(page.get_by_text("type the codes in Self Help")).to_be_visible()
    leads_to_self_help(page)


def leads_to_self_help(page: Page) -> None:
    page.locator("a[href='/self-help']:visible").click()
    expect(page).to_have_url(re.compile("/self-help"))
    expect(page.get_by_label("Activation key")).to_be_visible()


@pytest.mark.parametrize(
    ("change", "without"),
    [(unknown_modules, NO_MODULES), (as_it_is, NO_ABORTING), (as_it_is, NO_DATASET)],
    ids=["modules", "what its modules need", "what it shows with"],
)
def test_below_the_floor_it_says_at_once_what_is_the_matter_and_leads_to_typing(
    house, visitor, change, without
):
    page = visitor()
    page.add_init_script(without)
    taken_as(page, house, change)
    page.goto(f"{house.origin}/a")
    says_what_is_the_matter(page)


def test_what_never_comes_is_said_after_ten_seconds(house, visitor):
    page = visitor()
    taken_as(page, house, unknown_modules)
    page.goto(f"{house.origin}/a")
    expect(page.get_by_text("Opening…")).to_be_visible()
    expect(page.get_by_role("link", name="Open Self Help")).to_be_visible(timeout=15_000)
    leads_to_self_help(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, {"width": 320, "height": 568}], ids=["390", "320"])
def test_without_scripts_it_says_so_at_once_and_leads_to_typing(house, visitor, scheme, size):
    page = visitor(java_script_enabled=False, color_scheme=scheme)
    page.set_viewport_size(size)
    page.goto(f"{house.origin}/a")
    # Playwright looks for roles and texts only where scripts run.
    said = page.locator("noscript")
    expect(said.locator("h1")).to_have_text("This page doesn’t run in this browser")
    expect(said.locator("p")).to_contain_text("This page needs JavaScript.")
    for part in ("h1", "p", "a"):
        expect(said.locator(part)).to_be_in_viewport(ratio=1)
    expect(page.locator(".pulse")).to_be_hidden()
    leads_to_self_help(page)


def test_where_webassembly_is_refused_scanning_says_so_and_leads_to_typing(house, camera, visitor):
    """Chrome until 96 and Safari until 15 know no `wasm-unsafe-eval`, and refuse what it allows."""
    context = camera.browser.new_context(viewport=PHONE, permissions=["camera"])
    page = context.new_page()
    camera.sees(None)
    taken_as(page, house, policy=lambda allowed: allowed.replace(WASM, ""))
    turn_camera_on(page, house)
    expect(page.locator(".outcome")).to_contain_text("This browser can’t read QR codes")
    expect(page.locator("video")).to_be_hidden()
    page.locator("#type").click()
    sees(page, "typed")
    context.close()

"""The portal in real Chromium on a real server."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from demo.server_process import LOOPBACK
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.models import Role
from keyferry.server.core.staff import operators, sessions
from keyferry.server.db import transaction
from keyferry.server.faces.portal.staff import cookie as portal_cookie
from tests.browsing import DESK, House
from tests.faces.portal_visitor import PASSWORD, add_operator, hide_first_day

__all__ = ["DESK", "PASSWORD"]


@pytest.fixture(scope="module")
def names(house: House) -> dict[Role, str]:
    """An operator of each role, by name."""
    with transaction() as session:
        hide_first_day(session, house.short.clock.now)
        for role in Role:
            add_operator(session, f"ada the {role}", role, house.short.clock.now)
    return {role: f"ada the {role}" for role in Role}


@pytest.fixture
def desk(
    browser: Browser, house: House, names: dict[Role, str], pages: Callable[..., Page]
) -> Callable[..., Page]:
    """Open browsers that are signed in, without the time that passwords take: `test_account` types them."""

    def signed_in(role: Role = Role.ADMINISTRATOR, **options) -> Page:
        page = pages(browser, **{"viewport": DESK} | options)
        context = page.context
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=house.origin)
        token = sign_in(names[role], device=page.evaluate("navigator.userAgent"))
        cookie = {"name": portal_cookie(), "value": token, "domain": LOOPBACK, "path": "/portal"}
        context.add_cookies([cookie])
        page.goto(f"{house.origin}/portal/")
        listens(page)
        return page

    return signed_in


def listens(page: Page) -> None:
    """Wait until the scripts of a page listen to its keys: the search then says what it opens."""
    said = "input[data-opens-palette][aria-haspopup], button[data-opens-palette]:not([hidden])"
    expect(page.locator(said)).to_be_attached()


def sign_in(name: str, device: str) -> str:
    now = datetime.now(UTC)
    with transaction() as session:
        operator = operators.find(session, name)
        by = By(Channel.PORTAL, name, LOOPBACK)
        return sessions.begin(session, operator, by=by, device=device, now=now).token


def find_licenses(page: Page, text: str) -> None:
    """List the licenses that a search finds."""
    page.goto(f"{re.match('https?://[^/]+', page.url)[0]}/portal/licenses?{urlencode({'q': text})}")
    expect(page.get_by_role("heading", name="Licenses")).to_be_visible()


def open_license(page: Page, key: str) -> None:
    """Find a license by its key, as staff do."""
    find_licenses(page, key)
    page.get_by_title(key).click()
    expect(page.get_by_role("heading", name=key)).to_be_visible()


def key_on(page: Page) -> str:
    """The key in the dialog."""
    shown = page.get_by_role("dialog").locator("#computer-key")
    expect(shown).to_be_visible()
    return "-".join(re.sub(r"\s", "", text) for text in shown.locator(".k").all_inner_texts())


def choose(page: Page, entry: str, *, of: str = "More") -> None:
    """Press an entry of the page's menu, or of that of one computer: `of` is what the menu is called."""
    page.get_by_label(of, exact=True).locator("visible=true").click()
    page.get_by_role("button", name=entry, exact=True).locator("visible=true").click()

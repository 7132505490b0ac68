"""Phones in real Chromium on a real server; its vendor is called directly, which is quicker."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from demo.browser import AWAIT_WORKER, REPORT_CSP_VIOLATIONS, chromium
from demo.server_process import LOOPBACK, free_port, serving
from keyferry.server import create_app
from keyferry.server.config import Settings
from keyferry.server.core.licensing import products
from keyferry.server.core.mail import delivery
from keyferry.server.core.secrets import new_master_key
from keyferry.server.db import transaction
from keyferry.server.parts import EXTENSION
from tests.conftest import STAFF, Clock, Machine, Vendor

PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def root(pytestconfig: pytest.Config) -> Path:
    return pytestconfig.rootpath


@dataclass(frozen=True)
class House:
    """One server with a vendor for each key style."""

    origin: str
    port: int
    short: Vendor
    signed: Vendor

    def scan(self, machine: Machine, *, releasing: bool = False, origin: str | None = None) -> str:
        """The address that a phone reads from a machine's screen."""
        token = machine.deactivation_token if releasing else machine.activation_token
        return f"{origin or self.origin}/A#{token}"


def make_vendor(app, style: str) -> Vendor:
    keyring = app.extensions[EXTENSION].keyring
    clock = Clock(datetime.now(UTC))
    with transaction() as session:
        products.add_product(
            session,
            code=f"demo-{style}",
            name=f"Demo {style}",
            key_style=style,
            features=["export", "cam"],
            machine_source="os",
            keyring=keyring,
            by=STAFF,
            now=clock.now,
        )
    return Vendor(app, keyring, clock, f"demo-{style}")


@pytest.fixture(scope="module")
def server_environment() -> dict[str, str]:
    """What a module wants to set for its server."""
    return {}


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, migrated_database: Path, server_environment: dict[str, str]
) -> Iterator[House]:
    home = tmp_path_factory.mktemp("house")
    shutil.copy(migrated_database, home / "keyferry.db")
    (home / "master.key").write_text(new_master_key("test") + "\n")
    port = free_port()
    own = {name: value for name, value in os.environ.items() if not name.startswith("KEYFERRY_")}
    origin = f"http://{LOOPBACK}:{port}"
    settings = {"KEYFERRY_HOME": str(home), "KEYFERRY_PUBLIC_URL": origin, **server_environment}
    app = create_app(Settings(home=home))
    with (
        app.app_context(),
        serving({**own, **settings}, host=LOOPBACK, port=port, log=home / "server.log"),
    ):
        with transaction() as session:
            delivery.looked(session, datetime.now(UTC))
        yield House(origin, port, make_vendor(app, "short"), make_vendor(app, "signed"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


PhoneMaker = Callable[..., Page]


@pytest.fixture
def phone(browser: Browser) -> Iterator[PhoneMaker]:
    """Make phones with nothing stored on them; a policy violation or an error on a page fails the test."""
    faults: list[str] = []

    def fresh(**options) -> Page:
        context = held.enter_context(_context(browser, options))
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if _is_fault(line.text) else None)
        return page

    with ExitStack() as held:
        yield fresh
    assert faults == []


def _context(browser: Browser, options: dict) -> BrowserContext:
    context = browser.new_context(**{"viewport": PHONE, "has_touch": True, "locale": "en-GB"} | options)
    context.add_init_script(REPORT_CSP_VIOLATIONS)
    return context


def _is_fault(text: str) -> bool:
    return text.startswith(("CSP violation", "No words for"))


def sees(page: Page, view: str) -> None:
    """Wait until the page shows the named view."""
    expect(page.locator("main")).to_have_attribute("data-view", view, timeout=10_000)


def key_on(page: Page) -> str:
    """The key on the page, in groups with dashes."""
    sees(page, "key")
    return "-".join(page.locator("#computer-key .group > .symbols").all_inner_texts())


def await_worker(page: Page) -> None:
    """Wait until the page is ready to open without network."""
    page.evaluate(AWAIT_WORKER)

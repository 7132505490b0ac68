"""Browsers on a real server, one of each for all tests of a worker: a plugin of `tests/conftest.py`.

A module begins with the database that the server started with, and a test with browsers that know nothing.
The server's vendor is called directly, which is quicker than its pages.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from demo.browser import AWAIT_WORKER, REPORT_CSP_VIOLATIONS, driving, launched
from demo.film import make_film
from demo.server_process import LOOPBACK, free_port, serving
from keyferry.server import create_app
from keyferry.server.config import Settings
from keyferry.server.core.licensing import products
from keyferry.server.core.mail import delivery
from keyferry.server.db import transaction
from keyferry.server.parts import EXTENSION
from tests.conftest import STAFF, Clock, Vendor
from tests.machines import Machine

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


@dataclass(frozen=True)
class House:
    """One server with a vendor for each key style."""

    home: Path
    origin: str
    port: int
    short: Vendor
    signed: Vendor

    def scan(self, machine: Machine, *, releasing: bool = False, origin: str | None = None) -> str:
        """The address that a phone reads from a machine's screen."""
        token = machine.deactivation_token if releasing else machine.activation_token
        return f"{origin or self.origin}/A#{token}"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @contextmanager
    def moved_into(self) -> Iterator[None]:
        """Be in its application, with the database that it started with, at the present time."""
        with (
            closing(sqlite3.connect(self.home / "first.db")) as first,
            closing(sqlite3.connect(self.home / "keyferry.db")) as now,
        ):
            # What the server has open stays open: for it this is a transaction of somebody else.
            first.backup(now)
        self.short.clock.now = self.signed.clock.now = datetime.now(UTC)
        with self.short.app.app_context():
            with transaction() as session:
                delivery.looked(session, self.short.clock.now)
            yield


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


@contextmanager
def built(home: Path, **environment: str) -> Iterator[House]:
    """Start a server in a folder that has a database and a master key, with a vendor for each key style."""
    port = free_port()
    own = {name: value for name, value in os.environ.items() if not name.startswith("KEYFERRY_")}
    origin = f"http://{LOOPBACK}:{port}"
    settings = {"KEYFERRY_HOME": str(home), "KEYFERRY_PUBLIC_URL": origin, **environment}
    app = create_app(Settings(home=home))
    with app.app_context():
        house = House(home, origin, port, make_vendor(app, "short"), make_vendor(app, "signed"))
    with (
        closing(sqlite3.connect(home / "keyferry.db")) as begun,
        closing(sqlite3.connect(home / "first.db")) as first,
    ):
        begun.backup(first)
    with serving({**own, **settings}, host=LOOPBACK, port=port, log=house.log):
        yield house


@pytest.fixture(scope="session")
def root(pytestconfig: pytest.Config) -> Path:
    return pytestconfig.rootpath


@pytest.fixture(scope="session")
def prepared_home(
    tmp_path_factory: pytest.TempPathFactory, migrated_database: Path, master_key: str
) -> Callable[[], Path]:
    """Make instance folders for servers."""

    def prepared_home() -> Path:
        home = tmp_path_factory.mktemp("house")
        shutil.copy(migrated_database, home / "keyferry.db")
        (home / "master.key").write_text(master_key)
        return home

    return prepared_home


@pytest.fixture(scope="session")
def usual_house(prepared_home: Callable[[], Path]) -> Iterator[House]:
    with built(prepared_home()) as house:
        yield house


@pytest.fixture(scope="module")
def server_environment() -> dict[str, str]:
    """What a module wants to set for its server, which then is one of its own."""
    return {}


@pytest.fixture(scope="module")
def house(
    request: pytest.FixtureRequest, prepared_home: Callable[[], Path], server_environment: dict[str, str]
) -> Iterator[House]:
    """A running server, as new at the beginning of each module."""
    with ExitStack() as held:
        if server_environment:
            house = held.enter_context(built(prepared_home(), **server_environment))
        else:
            house = request.getfixturevalue("usual_house")
        held.enter_context(house.moved_into())
        yield house


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    """What steers browsers, of which a thread can have only one."""
    with driving() as running:
        yield running


@pytest.fixture(scope="session")
def browser(driver: Playwright) -> Iterator[Browser]:
    with launched(driver) as running:
        yield running


@dataclass(frozen=True)
class Camera:
    """A browser whose camera shows a film, which a test makes before it opens a page."""

    browser: Browser
    film: Path

    def sees(self, *texts: str | None) -> None:
        """Show each of these codes for half a second, None being an empty desk."""
        make_film(self.film, *texts)


@pytest.fixture(scope="session")
def camera(driver: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Camera]:
    film = make_film(tmp_path_factory.mktemp("film") / "film.y4m", None)
    with launched(driver, *CAMERA, f"--use-file-for-fake-video-capture={film}") as browser:
        yield Camera(browser, film)


PhoneMaker = Callable[..., Page]


@pytest.fixture
def pages() -> Iterator[Callable[..., Page]]:
    """Open pages in fresh contexts of a browser; a policy violation or an error on one fails the test."""
    faults: list[str] = []

    def fresh(browser: Browser, **options) -> Page:
        context: BrowserContext = held.enter_context(
            browser.new_context(**{"viewport": PHONE, "locale": "en-GB"} | options)
        )
        context.add_init_script(REPORT_CSP_VIOLATIONS)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if _is_fault(line.text) else None)
        return page

    with ExitStack() as held:
        yield fresh
    assert faults == []


@pytest.fixture
def phone(browser: Browser, pages: Callable[..., Page]) -> PhoneMaker:
    """Make phones with nothing stored on them."""

    def fresh(**options) -> Page:
        return pages(browser, **{"has_touch": True} | options)

    return fresh


def _is_fault(text: str) -> bool:
    return text.startswith(("CSP violation", "No words for"))


def sees(page: Page, view: str) -> None:
    """Wait until the page shows the named view."""
    expect(page.locator("main")).to_have_attribute("data-view", view, timeout=10_000)


def key_on(page: Page) -> str:
    """The key on the page, in groups with dashes."""
    sees(page, "key")
    return "-".join(page.locator("#computer-key .k").all_inner_texts())


def activate(page: Page, address: str) -> str:
    """Scan an address, tap, and return the key on the page."""
    page.goto(address)
    page.locator("#confirm").click()
    return key_on(page)


def go_offline(page: Page, house: House) -> None:
    """Open the page until it needs no network, and take the network away."""
    page.goto(f"{house.origin}/a")
    await_worker(page)
    page.context.set_offline(True)
    page.goto("about:blank")


def await_worker(page: Page) -> None:
    """Wait until the page is ready to open without network."""
    page.evaluate(AWAIT_WORKER)

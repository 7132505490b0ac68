import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    Response,
    expect,
    sync_playwright,
)

from demo.errors import DemoFailed
from demo.leftovers import end_processes_with

# The shell is the same engine without a window, and starts in half the time.
PROGRAMS = ("chromium-headless-shell", "chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
VIEWPORT = (390, 844)
PATIENCE_MILLISECONDS = 10_000
# Chromium prints this line for every answer of 400 and more; answers are judged by their status instead.
STATUS_LINE = "Failed to load resource: the server responded with a status of "
NO_NETWORK_LINE = "Failed to load resource: net::ERR_INTERNET_DISCONNECTED"
REPORT_CSP_VIOLATIONS = """
addEventListener('securitypolicyviolation', event =>
    console.error('CSP violation: ' + event.effectiveDirective + ' ' + event.blockedURI));
"""
AWAIT_WORKER = """async () => {
    const controlled = async () => {
        await navigator.serviceWorker.ready;
        if (!navigator.serviceWorker.controller)
            await new Promise(done => navigator.serviceWorker.addEventListener('controllerchange', done));
    };
    const patience = new Promise((_, give_up) =>
        setTimeout(() => give_up(new Error('no service worker took over within 20 seconds')), 20_000));
    await Promise.race([controlled(), patience]);
}"""


class Phone:
    """A phone's browser: scans an address, shows the page, taps. Collects every fault of the page."""

    def __init__(self, page: Page, *, origin: str) -> None:
        self.page = page
        self._origin = origin
        self._faults: list[str] = []
        self._refusals: list[str] = []
        self._online = True
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self._faults.append(f"page error: {error}"))
        page.on("request", self._asked)
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)

    def scan(self, address: str) -> None:
        """Open a scanned address, as the camera would, and wait until the page has made up its mind."""
        self.page.goto("about:blank")
        self.page.goto(address)
        expect(self.page.locator("main:not([data-view=working])[data-view]")).to_be_visible(
            timeout=PATIENCE_MILLISECONDS
        )

    def sees(self, view: str) -> None:
        """Wait until the page shows the named view."""
        expect(self.page.locator("main")).to_have_attribute("data-view", view, timeout=PATIENCE_MILLISECONDS)

    def tap(self) -> None:
        """Tap the one button that carries the operation out."""
        self.page.locator("#confirm").click()

    @property
    def heading(self) -> str:
        """The question or the news on the page."""
        return self.page.locator("main h1").inner_text()

    @property
    def words(self) -> str:
        """What stands on the page, as a person reads it."""
        return self.page.locator("main").inner_text()

    @property
    def computer_key(self) -> str:
        """The key on the page, in groups with dashes."""
        return "-".join(self.page.locator("#computer-key .k").all_inner_texts())

    @property
    def address(self) -> str:
        """What stands in the address bar."""
        return self.page.url

    def problem(self) -> str:
        """Wait for the problem view, and return its code; the refusals that led to it are no fault."""
        self.sees("problem")
        self.forget_refusals()
        return self.page.locator("[data-problem]").first.get_attribute("data-problem") or ""

    def forget_refusals(self) -> None:
        """Take what the server refused so far for an answer, which the page shows in its own words."""
        self._refusals.clear()

    def await_offline_readiness(self) -> None:
        """Wait until the page can open without network."""
        # A promise of the page's own, since polling is not allowed under its policy.
        self.page.evaluate(AWAIT_WORKER)

    @property
    def view(self) -> str:
        """The name of the view on the page."""
        return self.page.locator("main").get_attribute("data-view") or ""

    def download_license_file(self, target: Path) -> str:
        """Tap "license file" under "Other ways", keep what is saved, and return its name."""
        self.page.locator("#ways").click()
        with self.page.expect_download() as started:
            self.page.locator("#license-file").click()
        self.page.locator("#ways-sheet-close").click()
        started.value.save_as(target)
        return started.value.suggested_filename

    def take_screenshot(self, picture: Path) -> None:
        """Save the whole page as a PNG."""
        self.page.screenshot(path=picture, full_page=True, animations="disabled")

    @contextmanager
    def without_network(self) -> Iterator[None]:
        """Take the phone off every network for a while; what fails meanwhile is no fault of the page."""
        self._online = False
        self.page.context.set_offline(True)
        try:
            yield
        finally:
            self.page.context.set_offline(False)
            self._online = True

    def raise_for_faults(self) -> None:
        """Raise DemoFailed if anything on this phone was not as it must be."""
        faults = self._faults + self._refusals
        if faults:
            raise DemoFailed("\n".join(faults))

    def _heard(self, message: ConsoleMessage) -> None:
        known = message.text.startswith(STATUS_LINE if self._online else (STATUS_LINE, NO_NETWORK_LINE))
        if message.type in ("error", "warning") and not known:
            self._faults.append(f"console {message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        address = urlsplit(request.url)
        if (
            address.scheme in ("http", "https", "ws", "wss")
            and f"{address.scheme}://{address.netloc}" != self._origin
        ):
            self._faults.append(f"request to a third party: {_without_fragment(request.url)}")

    def _failed(self, request: Request) -> None:
        # Who goes on to another page does not wait for the pictures of this one.
        is_left = request.failure == "net::ERR_ABORTED" and request.resource_type == "image"
        if self._online and not is_left:
            self._faults.append(f"request failed ({request.failure}): {_without_fragment(request.url)}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            what = f"{response.status} for {_without_fragment(response.url)}"
            (self._refusals if response.status < 500 else self._faults).append(what)


def _without_fragment(address: str) -> str:
    return urlsplit(address)._replace(fragment="").geturl()


@contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """Start Debian's Chromium without a screen; it ends with the block, and leaves nothing behind."""
    with driving() as driver, launched(driver, *flags) as browser:
        yield browser


@contextmanager
def driving() -> Iterator[Playwright]:
    """Start what steers browsers: one of it for each thread; no process of it outlives the block.

    What the driver and its browsers forget to remove lies in a folder that goes with it. It is right under
    /tmp, since Chromium makes a socket in it, whose path must be short.
    """
    with TemporaryDirectory(prefix="keyferry-", dir="/tmp") as crumbs:
        try:
            with patch.dict(os.environ, TMPDIR=crumbs):
                driver = sync_playwright().start()
            try:
                yield driver
            finally:
                driver.stop()
        finally:
            # A signal to the whole process group ends Playwright's driver before it can end the browser.
            end_processes_with("TMPDIR", crumbs)


@contextmanager
def launched(driver: Playwright, *flags: str) -> Iterator[Browser]:
    """Start Debian's Chromium without a screen; it ends with the block."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise DemoFailed("Chromium is missing; make demo installs it, or: apt-get install chromium")
    # The one who started it ends it: Ctrl-C must not end it halfway through a picture.
    browser = driver.chromium.launch(
        executable_path=program,
        args=[*FLAGS, *flags],
        handle_sigint=False,
        handle_sigterm=False,
        handle_sighup=False,
    )
    try:
        yield browser
    finally:
        browser.close()


@contextmanager
def phone(browser: Browser, origin: str, *, pixels: int = 2) -> Iterator[Phone]:
    """Hold a fresh phone with nothing stored on it; at the end, DemoFailed says what went wrong on its page.

    `origin` is the one place it may talk to, such as `http://127.0.0.1:8000`; `pixels` is how many of the
    screen's make one of the page's.
    """
    width, height = VIEWPORT
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=pixels,
        is_mobile=True,
        has_touch=True,
        locale="en-GB",
    )
    context.add_init_script(REPORT_CSP_VIOLATIONS)
    try:
        held = Phone(context.new_page(), origin=origin)
        yield held
        held.raise_for_faults()
    finally:
        context.close()

"""A new vendor in real browsers: from the front page to an activated machine by the first-day list alone."""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, Route, expect

from demo.server_process import LOOPBACK, free_port, running
from tests.browsing import DESK, activate
from tests.faces.portal_visitor import PASSWORD
from tests.long.house.test_wheel_installed import python, wheel

__all__ = ["python", "wheel"]


@pytest.fixture(scope="module")
def fresh_origin(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that the commands of README start: installed from what git keeps, with one administrator."""
    folder, port = tmp_path_factory.mktemp("vendor"), free_port()
    origin = f"http://{LOOPBACK}:{port}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KEYFERRY_", "PYTHON"))}
    environment = {**kept, "KEYFERRY_HOME": str(folder / "instance"), "KEYFERRY_PUBLIC_URL": origin}
    keyferry = [str(python), "-m", "keyferry.server.command_line"]
    add = ["operator", "add", "ada", "--role", "administrator", "--password-stdin"]
    for command in (["init"], add):
        subprocess.run([*keyferry, *command], env=environment, input=PASSWORD, text=True, check=True)
    serve = [*keyferry, "serve", "--bind", f"{LOOPBACK}:{port}"]
    with running(serve, environment, host=LOOPBACK, port=port, log=folder / "server.log"):
        yield origin


@pytest.fixture
def house():
    """None: the vendor here has no product yet."""


def scanned(page: Page) -> str:
    """Hold a phone before the screen."""
    shown = page.get_by_role("img", name="QR code of the demo machine")
    shown.scroll_into_view_if_needed()
    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(shown.screenshot())))
    return found.text


def goes_on_while_the_list_looks(page: Page) -> None:
    """Open the page for the key; while it is on its way, the list hears that something has happened."""
    asked: list[Route] = []
    page.route("**/portal/first-day/state", lambda route: asked.append(route))

    def hears_of_it_first(route: Route) -> None:
        with page.expect_response("**/portal/first-day/state"):
            asked.pop().fulfill(json={"state": "another"})
        route.continue_()

    with page.expect_request("**/portal/first-day/state"):
        pass
    page.route("**/portal/first-day/demo-machine", hears_of_it_first)
    page.get_by_role("link", name="Type the key").click()
    expect(page.get_by_label("Computer key")).to_be_visible()
    page.unroute_all()


def test_a_new_vendor_gets_to_an_activated_machine_by_the_list_alone(browser, pages, phone, fresh_origin):
    page = pages(browser, viewport=DESK)
    page.goto(fresh_origin)
    page.get_by_role("link", name="Staff sign-in").click()
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Let’s activate your first computer.")).to_be_visible()
    start = page.get_by_role("link", name="Start")
    expect(start).to_contain_text("0 of 7")
    page.get_by_role("link", name="Do this later").click()
    page.get_by_role("link", name="Add product").click()
    page.get_by_label("Name", exact=True).fill("Halden CAD")
    page.get_by_label("Code", exact=True).fill("halden-cad")
    page.get_by_label("Short keys").check()
    page.get_by_role("button", name="Add product").click()
    expect(start).to_contain_text("1 of 7")
    page.get_by_role("button", name="Issue a test license").click()
    expect(start).to_contain_text("2 of 7")
    expect(page.get_by_text("Waiting for the first activation")).to_be_visible()

    # The list notices by itself that a phone got the key.
    page.evaluate("document.documentElement.dataset.isOld = 'yes'")
    key = activate(phone(), scanned(page))
    expect(page.locator("html[data-is-old]")).to_have_count(0, timeout=30_000)
    goes_on_while_the_list_looks(page)
    field = page.get_by_label("Computer key")
    field.press_sequentially(key[:20].lower())
    expect(page.get_by_text("13 more characters")).to_be_visible()
    field.press_sequentially(key[20:].lower())
    expect(page.get_by_text("30 of 30 characters, no typos")).to_be_visible()
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_role("heading", name="Your first computer is activated.")).to_be_visible()
    expect(start).to_contain_text("3 of 7")

    page.get_by_role("button", name="Hide this list").click()
    expect(page.get_by_text("The list is hidden.")).to_be_visible()
    expect(start).not_to_contain_text("of 7")
    page.goto(f"{fresh_origin}/portal/computers")
    expect(page.get_by_text("Demo machine")).to_have_count(0)

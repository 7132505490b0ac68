"""Makes the pictures of the front page, Self Help, its sheet of paper and its errors.

`python -m demo.self_help_pictures [FOLDER]`: a real server, Chromium and offline wizard, as in the
pictures of the phone page.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from playwright.sync_api import Page

from demo.album import Album
from demo.browser import VIEWPORT, chromium
from demo.halden import dress
from demo.pictures import PICTURES, emptied, save_reduced
from demo.stage import Stage, set_before
from demo.typing_errors import mistype
from demo.vendor import Vendor

_NAME = "LAB-PC-07"
# A sheet of A4 at 96 dots per inch, and its margins.
_PAPER, _MARGIN = (794, 1123), 60
_GRAYS = 64


class MailingVendor(Vendor):
    """A vendor whose pages offer mail; none goes out."""

    def __init__(self, home: Path, *, public_url: str) -> None:
        super().__init__(home, public_url=public_url)
        self.environment["KEYFERRY_SMTP_URL"] = "smtp://127.0.0.1:9"
        self.environment["KEYFERRY_MAIL_FROM"] = "licenses@halden.example"


class Customer:
    """Somebody at the Self Help pages, and the pictures of what they see."""

    def __init__(self, page: Page, stage: Stage, folder: Path) -> None:
        self._page = page
        self._stage = stage
        self._folder = folder
        self.album = Album(folder, page, "self-help")

    def open(self, page: str) -> None:
        """Open one of the pages."""
        self.open_address(f"self-help/{page}")

    def open_address(self, address: str) -> None:
        """Open what the server has at an address."""
        self._page.goto(f"{self._stage.origin}/{address}")

    def type(self, **fields: str) -> None:
        """Type into fields, by their names."""
        for name, text in fields.items():
            self._page.locator(f"[name={name}]").fill(text)

    def press(self, button: str) -> None:
        """Press a button, and wait for the page it leads to."""
        with self._page.expect_navigation(timeout=60_000):
            self._page.get_by_role("button", name=re.compile(f"^{button}")).click()

    def key(self) -> str:
        """Return the key on the page."""
        return "-".join(self._page.locator(".groups .k").all_inner_texts())

    def take_paper(self, name: str) -> None:
        """Take the sheet that is printed in place of the page."""
        width, height = _PAPER
        self._page.set_viewport_size({"width": width - 2 * _MARGIN, "height": height - 2 * _MARGIN})
        self._page.emulate_media(media="print")
        taken = self._page.screenshot(full_page=True)
        self._page.emulate_media(media="screen")
        save_reduced(taken, self._folder / f"print-{name}.png", shades=_GRAYS)


def take_all(stage: Stage, customer: Customer) -> None:
    """Take the front page, a license from its look-up to the end of a computer, and what goes wrong."""
    for code, name, style in (("DEMO-CAD", "Demo CAD", "short"), ("DEMO-LAB", "Demo Lab", "signed")):
        stage.vendor.add_product(code, name, style, "export", "render")
    dress(stage.vendor.home)
    customer.open_address("")
    customer.album.named("front").take("page")
    license = stage.vendor.issue("DEMO-CAD", "--seats", "5", "--days", "365", "--feature", "export")
    customer.open("")
    customer.album.take("home")
    take_life(stage, customer, license)
    take_signed(stage, customer)
    take_refusals(stage, customer)
    take_troubles(stage, customer, license)


def take_life(stage: Stage, customer: Customer, license: str) -> None:
    """Take a mistyped key that is corrected, the license, the computer key, and a computer's end."""
    album, machine = customer.album, stage.machine(_NAME, "DEMO-CAD")
    asked = machine.run("request", license, "--name", _NAME)
    customer.open("")
    customer.type(activation_key=mistype(license, wrong=1, random=Random(1)))
    album.take("mistyped", whole=False)
    customer.type(activation_key=license)
    album.take("home-typed")
    customer.press("Look up")
    album.take("license", whole=False)
    customer.press("Activate a computer")
    album.take("activate")
    customer.type(computer_id=asked["computer_id"], computer_name=_NAME)
    customer.press("Get the computer key")
    album.take("key", whole=False)
    album.take("key-whole")
    customer.take_paper("key")
    key = customer.key()
    machine.run("activate", key)
    customer.open(f"step-by-step#{key}")
    album.take("steps", whole=False)
    proof = machine.run("deactivate")
    customer.open("")
    customer.type(activation_key=license)
    customer.press("Look up")
    customer.press("Deactivate a computer")
    customer.type(computer_id=asked["computer_id"], code=proof["deactivation_code"][:-2])
    album.take("deactivate")
    customer.type(code=proof["deactivation_code"])
    customer.press("Deactivate")
    album.take("deactivated")


def take_signed(stage: Stage, customer: Customer) -> None:
    """Take a key of 120 characters, on the screen and on paper."""
    license = stage.vendor.issue("DEMO-LAB", "--seats", "5", "--days", "365")
    asked = stage.machine("LAB-PC-08", "DEMO-LAB").run("request", license)
    customer.open("activate")
    customer.type(activation_key=license, computer_id=asked["computer_id"], computer_name="LAB-PC-08")
    customer.press("Get the computer key")
    customer.album.take("key-signed")
    customer.take_paper("key-signed")


def take_refusals(stage: Stage, customer: Customer) -> None:
    """Take a license without a free seat, and codes that are not right."""
    license = stage.vendor.issue("DEMO-CAD", "--seats", "1", "--days", "365")
    for name in ("LAB-PC-11", "LAB-PC-12"):
        asked = stage.machine(name, "DEMO-CAD").run("request", license)
        customer.open("activate")
        customer.type(activation_key=license, computer_id=asked["computer_id"], computer_name=name)
        customer.press("Get the computer key")
    customer.album.take("no-seat")
    customer.open("")
    customer.type(activation_key=mistype(license, wrong=4, random=Random(2)))
    customer.press("Look up")
    customer.album.take("refused")


def take_troubles(stage: Stage, customer: Customer, license: str) -> None:
    """Take an address without a page, a database that is in use, and one that is broken."""
    album, database = customer.album.named("customer"), stage.vendor.home / "keyferry.db"
    customer.open_address("nothing/here")
    album.take("404")
    asked = stage.machine("LAB-PC-13", "DEMO-CAD").run("request", license)
    customer.open("activate")
    customer.type(activation_key=license, computer_id=asked["computer_id"])
    with held(database):
        customer.press("Get the computer key")
        album.take("away")
    with closing(sqlite3.connect(database)) as broken:
        broken.execute("ALTER TABLE license RENAME TO lost")
        broken.commit()
    customer.open("")
    customer.type(activation_key=license)
    customer.press("Look up")
    album.take("500")


@contextmanager
def held(database: Path) -> Iterator[None]:
    """Let nobody else write into a database."""
    with closing(sqlite3.connect(database, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")


def main(folder: Path = PICTURES) -> None:
    """Take every picture of these pages, in place of those that were there."""
    for face in ("front", "self-help", "customer", "print"):
        emptied(folder, f"{face}-*.png")
    width, height = VIEWPORT
    with (
        TemporaryDirectory(prefix="keyferry-") as rest,
        chromium() as browser,
        set_before(browser, Path(rest), Path(rest) / "pictures", MailingVendor) as stage,
    ):
        page = stage.browser.new_page(viewport={"width": width, "height": height})
        take_all(stage, Customer(page, stage, folder))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))

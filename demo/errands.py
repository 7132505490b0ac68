"""The errands that pictures of the phone page are made of."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import expect

from demo.album import Album
from demo.browser import Phone
from demo.offline_machine import OfflineMachine
from demo.stage import Stage, require


class Errands:
    """One phone, the machines that it is carried between, and the album it fills."""

    def __init__(self, stage: Stage, held: Phone, folder: Path) -> None:
        self.stage = stage
        self.phone = held
        self.album = Album(folder, held.page, "phone")

    def machine(self, name: str, product: str = "DEMO-CAD") -> OfflineMachine:
        """Set up a machine; one that was there before has lost everything."""
        shutil.rmtree(self.stage.folder / name, ignore_errors=True)
        return self.stage.machine(name, product)

    def address(self, name: str, activation_key: str, product: str = "DEMO-CAD") -> str:
        """Return what a fresh machine's wizard shows for an activation key."""
        asked = self.machine(name, product).run("request", activation_key, "--name", name)
        return str(asked["url"])

    def license(self, *terms: str, product: str = "DEMO-CAD", seats: int = 5) -> str:
        """Issue a license, for a year unless `terms` say otherwise."""
        return self.stage.vendor.issue(product, "--seats", str(seats), *(terms or ("--days", "365")))

    def activate(self, address: str) -> str:
        """Scan, tap, and return the key on the page."""
        self.phone.scan(address)
        self.phone.tap()
        self.phone.sees("key")
        return self.phone.computer_key

    def open(self) -> None:
        """Open the page without a scan."""
        self.phone.scan(f"{self.stage.origin}/a")
        self.phone.sees("welcome")

    def choose(self, language: str) -> None:
        """Open the page, and choose a language; its words have arrived when this returns."""
        self.open()
        self.phone.page.locator("select").select_option(language)
        expect(self.phone.page.locator("html")).to_have_attribute("lang", language)

    def press(self, name: str) -> None:
        """Tap what has this name in the page."""
        self.phone.page.locator(f"#{name}").click()

    def meet(self, problem: str, address: str, name: str | None = None) -> None:
        """Scan what the server must refuse, and take a picture, under the problem's name or another."""
        self.phone.scan(address)
        self.refused(problem, name)

    def refused(self, problem: str, name: str | None = None) -> None:
        """Wait until the page says so, and take the picture."""
        met = self.phone.problem()
        require(met == problem, f"The page shows {met}, where it should show {problem}.")
        self.album.take(name or f"problem-{problem.replace('_', '-')}")

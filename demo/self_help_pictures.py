"""Makes the pictures of the Self Help pages: `python -m demo.self_help_pictures [FOLDER]`.

A real server, real Chromium and a real offline wizard, as in the pictures of the phone page.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from random import Random

from playwright.sync_api import Page

from demo.browser import VIEWPORT
from demo.pictures import PICTURES, THEMES, emptied, save_reduced
from demo.stage import Stage, throw_away_stage
from demo.typing_errors import mistype

# With fewer, the red of what takes away and the digits of a code turn gray.
_SHADES = 128
_NAME = "LAB-PC-07"


class Customer:
    """Somebody at the Self Help pages, and the pictures of what they see."""

    def __init__(self, page: Page, stage: Stage, folder: Path) -> None:
        self._page = page
        self._stage = stage
        self._folder = folder

    def open(self, page: str) -> None:
        """Open one of the pages."""
        self._page.goto(f"{self._stage.origin}/self-help/{page}")

    def type(self, **fields: str) -> None:
        """Type into fields, by their names."""
        for name, text in fields.items():
            self._page.locator(f"[name={name}]").fill(text)

    def press(self, button: str) -> None:
        """Press a button, and wait for the page it leads to."""
        with self._page.expect_navigation():
            self._page.get_by_role("button", name=re.compile(f"^{button}")).click()

    def take(self, name: str) -> None:
        """Take what the screen shows in light and in dark; name it for its state."""
        self._page.mouse.move(0, 0)
        for theme in THEMES:
            self._page.emulate_media(color_scheme=theme)
            taken = self._page.screenshot(animations="disabled", caret="hide")
            save_reduced(taken, self._folder / f"self-help-{name}-{theme}.png", shades=_SHADES)


def take_all(stage: Stage, customer: Customer) -> None:
    """Take a mistyped key that is corrected, the computer key, and the license."""
    stage.vendor.add_product("DEMO-CAD", "Demo CAD", "short", "export", "render")
    license = stage.vendor.issue("DEMO-CAD", "--seats", "5", "--days", "365", "--feature", "export")
    asked = stage.machine(_NAME, "DEMO-CAD").run("request", license, "--name", _NAME)
    customer.open("")
    customer.type(activation_key=mistype(license, wrong=1, random=Random(1)))
    customer.take("mistyped")
    customer.type(activation_key=license)
    customer.press("Look up")
    customer.take("license")
    customer.press("Activate a computer")
    customer.type(computer_id=asked["computer_id"], computer_name=_NAME)
    customer.press("Get the computer key")
    customer.take("key")


def main(folder: Path = PICTURES) -> None:
    """Take every picture of the Self Help pages, in place of those that were there."""
    emptied(folder, "self-help-*.png")
    width, height = VIEWPORT
    with throw_away_stage() as stage:
        page = stage.browser.new_page(viewport={"width": width, "height": height})
        take_all(stage, Customer(page, stage, folder))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))

"""Pictures of what a page shows to customers: on phones and desks, light and dark, with large letters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page

from demo.browser import VIEWPORT
from demo.pictures import save_reduced

# Enough shades for flat colors, and a third of the size.
_SHADES = 256
_Theme = Literal["light", "dark"]
# Behind the name of a picture: on what, how the page is colored, and how large its letters are.
LOOKS: dict[str, tuple[tuple[int, int], _Theme, int]] = {
    "light": (VIEWPORT, "light", 100),
    "dark": (VIEWPORT, "dark", 100),
    "small": ((320, 568), "light", 100),
    "landscape": ((844, 390), "dark", 100),
    "large": (VIEWPORT, "light", 200),
    "small-large": ((320, 568), "dark", 200),
    "landscape-large": ((844, 390), "light", 200),
    "desktop": ((1280, 800), "light", 100),
    "desktop-dark": ((1280, 800), "dark", 100),
}
# What a person sees on the phone most people have, the whole of it where that is longer than the screen.
_WHOLE = ("light", "dark")


class Album:
    """Writes what one page shows, in every look, under the name of its face."""

    def __init__(self, folder: Path, page: Page, face: str) -> None:
        self._folder = folder
        self._page = page
        self._face = face

    def of(self, page: Page) -> Album:
        """Return an album for another page, in the same folder."""
        return Album(self._folder, page, self._face)

    def named(self, face: str) -> Album:
        """Return an album of the same page, under another name."""
        return Album(self._folder, self._page, face)

    def take(self, name: str, *, whole: bool = True) -> None:
        """Take the page in every look, or only what the screen shows; name it for its state."""
        # What was tapped last is not what a picture is about.
        self._page.mouse.move(0, 0)
        for look, (size, theme, percent) in LOOKS.items():
            with self._looking(size, theme, percent):
                self._save(f"{name}-{look}", whole=whole and look in _WHOLE)

    @contextmanager
    def _looking(self, size: tuple[int, int], theme: _Theme, percent: int) -> Iterator[None]:
        self._set(theme, percent)
        self._resize(size)
        yield
        self._set("light", 100)
        self._resize(VIEWPORT)

    def _set(self, theme: _Theme, percent: int) -> None:
        self._page.emulate_media(color_scheme=theme)
        self._page.evaluate("size => { document.documentElement.style.fontSize = size; }", f"{percent}%")

    def _resize(self, size: tuple[int, int]) -> None:
        """Give the window a size, of which the page hears also where only its letters have changed."""
        self._page.set_viewport_size({"width": size[0], "height": size[1]})
        self._page.evaluate("dispatchEvent(new Event('resize'))")

    def _save(self, name: str, *, whole: bool) -> None:
        self._page.evaluate("scrollTo(0, 0)")
        taken = self._page.screenshot(full_page=whole, animations="disabled", caret="hide")
        save_reduced(taken, self._folder / f"{self._face}-{name}.png", shades=_SHADES)

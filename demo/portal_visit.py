"""Somebody at the portal who takes pictures of all they see: on phone and desk, in light and dark."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import FloatRect, Locator, Page

from demo.pictures import THEMES, save_reduced
from demo.portal_scene import PASSWORD
from demo.stage import Stage

# The desk last: there, nothing that is to be pressed is in a menu.
SIZES = {"phone": (390, 844), "desk": (1280, 800)}
# What the documentation shows, each at the size that the text is about.
KEPT = {
    "start": "desk",
    "licenses": "desk",
    "license": "desk",
    "license-phone": "phone",
    "key": "desk",
    "preview": "desk",
}
# The dialogs of a page by name, but for those that every page has.
_DIALOGS = """() => [...document.querySelectorAll("dialog[id]")].map(one => one.id)
    .filter(name => document.querySelector(`main [data-opens='${name}']`))"""
# Flat colors and the edges of letters: with that many shades nobody sees a difference.
_SHADES = 64
# Enough of a long list to judge it by.
_TALLEST = 3000


@dataclass
class Visit:
    """Somebody at the portal, and the pictures of what they see."""

    page: Page
    stage: Stage
    kept: Path
    every: Path

    def open(self, path: str) -> None:
        """Open a page of the portal."""
        self.page.goto(f"{self.stage.origin}/portal/{path}")

    def sign_in(self, name: str) -> None:
        """Sign in, as somebody else than before."""
        self.page.context.clear_cookies()
        self.open("")
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Sign in")

    def press(self, button: str) -> None:
        """Press a button, in the dialog where one is open, and wait for the page it leads to."""
        # What a browser would not send is for the server to refuse: that is to be seen, too.
        self.page.evaluate("for (const form of document.forms) form.noValidate = true")
        with self.page.expect_navigation():
            self._here().get_by_role("button", name=button, exact=True).click()

    def fill(self, label: str, text: str) -> None:
        """Fill in a field, in the dialog where one is open."""
        self._here().get_by_label(label, exact=True).fill(text)

    def dialogs(self, name: str, *only: str) -> None:
        """Take every dialog that something on this page opens, or some, each by its name in the page."""
        for dialog in only or self.page.evaluate(_DIALOGS):
            # What opens it may stand in a menu, which need not be open for a picture.
            self.page.evaluate("name => document.querySelector(`[data-opens='${name}']`).click()", dialog)
            self.take(f"{name}-{dialog}")
            self.page.keyboard.press("Escape")

    def menu(self, name: str) -> None:
        """Take the page with what more can be done on it."""
        self.page.get_by_label("More", exact=True).first.click()
        self.take(name)

    def shows(self, path: str, name: str) -> None:
        """Open a page and take it."""
        self.open(path)
        self.take(name)

    def hold(self, size: str) -> None:
        """Go on at a phone, or at a desk."""
        width, height = SIZES[size]
        self.page.set_viewport_size({"width": width, "height": height})

    def take(self, name: str, *sizes: str) -> None:
        """Take what is to be seen, in light and dark, on phone and desk, or on one of them."""
        self.page.mouse.move(0, 0)
        for size in sizes or SIZES:
            self.hold(size)
            for theme in THEMES:
                self.page.emulate_media(color_scheme=theme)
                self._save(name, size, theme)
                if KEPT.get(name) == size or KEPT.get(f"{name}-{size}") == size:
                    self._keep(f"{name}-phone" if size == "phone" else name, theme)
        dialog = self.page.locator("dialog[open]")
        if dialog.count():
            dialog.evaluate("dialog => dialog.scrollTo(0, 0)")

    def _here(self) -> Page | Locator:
        dialog = self.page.locator("dialog[open]")
        return dialog if dialog.count() else self.page

    def _save(self, name: str, size: str, theme: str) -> None:
        path = self.every / f"{name}-{size}-{theme}.png"
        dialog = self.page.locator("dialog[open]")
        if not dialog.count():
            self._shot(path, whole=True)
            return
        dialog.evaluate("dialog => dialog.scrollTo(0, 0)")
        self._shot(path)
        if dialog.evaluate("dialog => dialog.scrollHeight > dialog.clientHeight + 1"):
            dialog.evaluate("dialog => dialog.scrollTo(0, dialog.scrollHeight)")
            self._shot(path.with_stem(f"{name}-end-{size}-{theme}"))
            dialog.evaluate("dialog => dialog.scrollTo(0, 0)")

    def _shot(self, path: Path | None, *, whole: bool = False) -> bytes:
        size = self.page.viewport_size or {"width": 0, "height": 0}
        tall = self.page.evaluate("document.documentElement.scrollHeight") if whole else 0
        height = min(max(tall, size["height"]), _TALLEST)
        part = FloatRect(x=0, y=0, width=size["width"], height=height)
        return self.page.screenshot(
            path=path, full_page=whole, clip=part, animations="disabled", caret="hide"
        )

    def _keep(self, name: str, theme: str) -> None:
        self.page.evaluate("scrollTo(0, 0)")
        save_reduced(self._shot(None), self.kept / f"portal-{name}-{theme}.png", shades=_SHADES)

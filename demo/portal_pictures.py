"""Makes the pictures of the portal: `python -m demo.portal_pictures [FOLDER] [FOLDER OF ALL]`.

A real server with a thousand licenses, and real Chromium. Every page and dialog is taken on a phone and on a
desk, in light and in dark, into a folder to look through, which is not kept; the few that the documentation
shows go to the first folder. Keys and IDs are random, and open nothing.
"""

from __future__ import annotations

import base64
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import FloatRect, Locator, Page

from demo.pictures import PICTURES, THEMES, emptied, save_reduced
from demo.portal_scene import ADDRESS, PASSWORD, Furnished, furnish, hire
from demo.stage import Stage, throw_away_stage
from keyferry.server import create_app
from keyferry.server.config import Settings

ALL = Path("build") / "portal"
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

    def opens(self, button: str, name: str) -> None:
        """Open a dialog, take it, and close it."""
        self.page.get_by_role("button", name=button, exact=True).first.click()
        self.take(name)
        self.page.keyboard.press("Escape")

    def choose(self, entry: str, *, computer: int | None = None) -> None:
        """Choose an entry of the page's menu, or of that of one of its computers."""
        menu = self.page.locator(".page-top .more") if computer is None else self.page.locator(".comp .more")
        menu.nth(computer or 0).locator("summary").click()
        menu.nth(computer or 0).get_by_role("button", name=entry, exact=True).click()

    def shows(self, path: str, name: str) -> None:
        """Open a page and take it."""
        self.open(path)
        self.take(name)

    def take(self, name: str) -> None:
        """Take what is to be seen, on phone and desk, in light and dark."""
        self.page.mouse.move(0, 0)
        for size, (width, height) in SIZES.items():
            self.page.set_viewport_size({"width": width, "height": height})
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


_IN_THE_MENU = {
    "Edit…": "edit",
    "Change seats…": "seats",
    "Change edition…": "edition",
    "Replace activation key…": "replace-key",
    "Put on hold…": "suspend",
    "Deactivate a computer…": "release",
}


def take_empty(visit: Visit) -> None:
    """Take the portal of the first day: the sign-in, and pages on which there is nothing yet."""
    visit.shows("", "sign-in")
    visit.fill("Name", "ada")
    visit.fill("Password", "not the password")
    visit.press("Sign in")
    visit.take("sign-in-wrong")
    visit.sign_in("ada")
    for path in ("", "licenses", "licenses/new", "computers", "customers", "products", "add-product"):
        visit.shows(path, f"empty-{path.replace('/', '-') or 'start'}")
    visit.sign_in("victor")
    for path in ("", "licenses", "products"):
        visit.shows(path, f"empty-viewer-{path or 'start'}")


def take_lists(visit: Visit) -> None:
    """Take the start page and every list: full, filtered, and with nothing found."""
    visit.sign_in("ada")
    visit.take("start")
    visit.page.get_by_text("Show as a table").click()
    visit.take("start-table")
    visit.fill("Link from the wizard", "https://keys.example.com/A#nothing")
    visit.press("Open")
    visit.take("start-refused")
    visit.shows("licenses", "licenses")
    visit.shows("licenses?q=nothing+at+all", "licenses-nothing")
    visit.shows("licenses?product=messdaten&standing=active&sort=expiry&dir=asc", "licenses-filtered")
    visit.shows("licenses?page=7", "licenses-page")
    visit.shows("computers", "computers")
    visit.shows("computers?q=nothing+at+all", "computers-nothing")
    visit.shows("computers?state=superseded", "computers-superseded")
    visit.shows("customers", "customers")
    visit.shows("customers?q=nothing+at+all", "customers-nothing")
    visit.shows("products", "products")
    visit.shows("audit", "audit")
    visit.shows("audit?refused=1&who=ada", "audit-filtered")
    visit.shows("audit?who=nobody", "audit-nothing")
    visit.shows("licenses/999999", "not-found")
    visit.shows("nothing/there", "no-such-page")
    visit.open("")
    visit.page.keyboard.press("Control+k")
    visit.page.get_by_role("combobox").fill("li")
    visit.take("palette")


def take_bulk(visit: Visit) -> None:
    """Select some licenses, and be asked whether to do it."""
    for button, action, count in (("Put on hold…", "suspend", 3), ("Renew…", "renew", 8)):
        visit.open("licenses")
        for box in visit.page.get_by_role("checkbox").all()[1 : count + 1]:
            box.check()
        visit.take(f"selected-{count}")
        visit.press(button)
        visit.take(f"bulk-{action}")
    visit.press("Renew")
    visit.take("bulk-refused")
    visit.fill("Days", "30")
    visit.press("Renew")
    visit.take("bulk-done")
    visit.shows("licenses?product=messdaten&all=1", "selected-all")
    visit.press("Renew…")
    visit.take("bulk-renew-all")


def take_license(visit: Visit, furnished: Furnished) -> None:
    """Take the pages of licenses, and each dialog."""
    for name, number in furnished.licenses.items():
        visit.shows(f"licenses/{number}", name)
    visit.open(f"licenses/{furnished.licenses['license']}")
    visit.opens("Activate a computer", "dialog-activate")
    visit.opens("Renew…", "dialog-renew")
    for button, name in _IN_THE_MENU.items():
        visit.choose(button)
        visit.take(f"dialog-{name}")
        visit.page.keyboard.press("Escape")
    visit.page.locator(".page-top summary").click()
    visit.take("license-menu")
    visit.page.keyboard.press("Escape")
    visit.choose("Release without a code…", computer=0)
    visit.take("dialog-force")
    visit.press("Release without a code")
    visit.open(f"licenses/{furnished.licenses['license-suspended']}")
    visit.choose("Resume…")
    visit.take("dialog-resume")


def take_conflict(visit: Visit, furnished: Furnished) -> None:
    """Change a license that a colleague has changed a moment before."""
    visit.open(f"licenses/{furnished.licenses['license']}")
    signed_in = visit.page.context.storage_state()
    colleague = visit.stage.browser.new_page(storage_state=signed_in)
    colleague.goto(visit.page.url)
    for page, notes in ((colleague, "Called on Monday."), (visit.page, "Asked for an invoice.")):
        page.get_by_role("button", name="Edit", exact=True).click()
        page.get_by_role("dialog").get_by_label("Notes").fill(notes)
        with page.expect_navigation():
            page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    colleague.close()
    visit.take("dialog-changed")


def take_operations(visit: Visit, furnished: Furnished) -> None:
    """Activate a computer, also in vain, and release it again."""
    visit.open(f"licenses/{furnished.licenses['license']}")
    wizard, key = furnished.wizard("OFFICE-2")
    asked = wizard.begin(key).computer_id.text
    visit.page.get_by_role("button", name="Activate a computer", exact=True).click()
    visit.fill("Computer ID", "12345-67890")
    visit.press("Activate")
    visit.take("activate-refused")
    visit.fill("Computer ID", ("A" if asked[1] != "A" else "B").join((asked[:1], asked[2:])))
    visit.press("Activate")
    visit.take("activate-suggested")
    visit.fill("Computer ID", asked)
    visit.page.locator("dialog[open] [name=computer_name]").fill("OFFICE-2")
    visit.press("Activate")
    visit.take("key")
    shown = visit.page.locator("#computer-key").get_attribute("data-key") or ""
    wizard.complete(shown)
    code = wizard.deactivate().code.text
    wrong = code[::-1]
    for typed, name in ((wrong, "release-refused"), (code, "released")):
        visit.page.keyboard.press("Escape")
        visit.choose("Deactivate a computer…")
        visit.fill("Computer ID", asked)
        visit.fill("Deactivation verification code", typed)
        visit.press("Deactivate")
        visit.take(name)
    visit.open(f"computers/{furnished.computers['signed']}")
    visit.press("Show computer key")
    visit.take("key-signed")


def take_issuing(visit: Visit) -> None:
    """Issue some licenses."""
    visit.shows("licenses/new", "issue")
    visit.fill("How many", "0")
    visit.press("Preview")
    visit.take("issue-refused")
    visit.fill("How many", "12")
    visit.page.get_by_label("Seats each").fill("5")
    visit.page.get_by_label("Last day (UTC)").fill("2031-12-31")
    visit.page.get_by_label("export").first.check()
    visit.page.get_by_label("Customer’s email").fill(ADDRESS)
    visit.page.get_by_label("Notes").fill("Order 4711, pays by invoice.")
    visit.press("Preview")
    visit.take("preview")
    visit.press("Issue 12 licenses")
    visit.take("issued")


def take_records(visit: Visit, furnished: Furnished) -> None:
    """Take computers, customers and products with their dialogs."""
    for name, number in furnished.computers.items():
        visit.shows(f"computers/{number}", f"computer-{name}")
    visit.open(f"computers/{furnished.computers['runs']}")
    visit.page.get_by_text("Spell its computer ID").click()
    visit.take("computer-spelled")
    visit.opens("Deactivate with a code…", "computer-release")
    visit.choose("Release without a code…")
    visit.take("computer-force")
    visit.page.keyboard.press("Escape")
    visit.press("Show computer key")
    visit.take("computer-key")
    visit.shows(f"customers/{furnished.customer}", "customer")
    for button in ("Edit", "Merge", "Delete"):
        visit.opens(f"{button}…", f"customer-{button.lower()}")
    visit.page.get_by_role("button", name="Merge…", exact=True).click()
    visit.fill("Email of the other customer", ADDRESS)
    visit.press("Continue")
    visit.take("customer-merge-asked")
    visit.shows("add-product", "product-new")
    visit.shows("products/messdaten", "product")
    visit.opens("Start epoch 3…", "product-rotate")
    visit.opens("Retire epoch 1", "product-retire")
    visit.opens("Add features…", "product-features")


def take_settings(visit: Visit) -> None:
    """Take what administrators set, and the operators."""
    visit.shows("properties", "settings")
    visit.page.get_by_label("Deactivations a license may have in the period").fill("twelve")
    visit.press("Save")
    visit.take("settings-refused")
    for section in ("self-help", "limits", "security", "privacy"):
        visit.shows(f"properties/{section}", f"settings-{section}")
    visit.shows("branding", "looks")
    visit.fill("Name", "Präzisionswerkzeugbau Müller und Söhne")
    visit.fill("Color", "#ffd400")
    visit.page.get_by_text("It’s darkened").wait_for()
    visit.take("looks-shifted")
    visit.fill("Color", "yellow")
    visit.press("Save")
    visit.take("looks-refused")
    visit.shows("mails", "mail")
    visit.fill("Text", "Your key: {no such thing}")
    visit.press("Save")
    visit.take("mail-refused")
    visit.shows("outbox", "outbox")
    visit.shows("operators", "operators")
    visit.opens("Add…", "operator-add")
    visit.page.get_by_role("link", name="grace", exact=True).click()
    visit.take("operator")
    for button in ("Reset password…", "Disable…"):
        visit.opens(button, f"operator-{button.split()[0].rstrip('…').lower()}")
    visit.open("operators")
    visit.page.get_by_role("link", name="old.hand").click()
    visit.take("operator-disabled")
    visit.sign_in("victor")
    visit.take("viewer-start")
    visit.shows("licenses", "viewer-licenses")
    visit.shows("audit", "viewer-not-allowed")


def take_account(visit: Visit) -> None:
    """Set up a second factor, and sign in with it."""
    visit.sign_in("grace")
    visit.shows("account", "account")
    visit.fill("Your password", PASSWORD)
    visit.press("Set up")
    visit.take("second-factor")
    secret = visit.page.locator("#secret").get_attribute("data-key") or ""
    visit.fill("Type the six digits it shows", "000000")
    visit.press("Turn on")
    visit.take("second-factor-refused")
    visit.fill("Type the six digits it shows", _code(secret))
    visit.press("Turn on")
    visit.take("recovery-codes")
    visit.shows("account", "account-with-factor")
    visit.opens("New codes…", "account-codes")
    visit.opens("New phone or end…", "account-end")
    visit.page.get_by_role("main").get_by_role("button", name="Sign out", exact=True).click()
    visit.sign_in("grace")
    visit.take("sign-in-code")
    visit.fill("Code", "000000")
    visit.press("Sign in")
    visit.take("sign-in-code-wrong")


def _code(secret: str) -> str:
    """Return what an authenticator app shows, for a secret in base32."""
    return TOTP(base64.b32decode(secret), 6, hashes.SHA1(), 30).generate(int(time.time())).decode()  # noqa: S303


def main(kept: Path = PICTURES, every: Path = ALL) -> None:
    """Take every picture of the portal, in place of those that were there."""
    emptied(kept, "portal-*.png")
    emptied(every, "*.png")
    width, height = SIZES["desk"]
    with throw_away_stage() as stage:
        app = create_app(Settings(home=stage.vendor.home))
        page = stage.browser.new_page(viewport={"width": width, "height": height}, locale="en-GB")
        page.set_default_timeout(10_000)
        visit = Visit(page, stage, kept, every)
        with app.app_context():
            now = datetime.now(UTC)
            hire(now)
            take_empty(visit)
            furnished = furnish(stage.folder, stage.origin, now)
        take_lists(visit)
        for part in (take_license, take_conflict, take_operations, take_records):
            part(visit, furnished)
        for rest_of in (take_issuing, take_bulk, take_settings, take_account):
            rest_of(visit)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))

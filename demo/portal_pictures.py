"""Makes the pictures of the portal: `python -m demo.portal_pictures [FOLDER] [FOLDER OF ALL]`.

A real server with a thousand licenses, and real Chromium. Every page and dialog is taken on a phone and on a
desk, in light and in dark, into a folder to look through, which is not kept; the few that the documentation
shows go to the first folder. Keys and IDs are random, and open nothing.
"""

from __future__ import annotations

import base64
import sqlite3
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from flask import Flask
from playwright.sync_api import FilePayload

from demo.pictures import PICTURES, emptied
from demo.portal_first_day import take_first_day
from demo.portal_scene import ADDRESS, FORMER, PASSWORD, VIEWER, Furnished, furnish, hire
from demo.portal_visit import SIZES, Visit
from demo.realistic import DESK, MANAGER
from demo.stage import Stage, throw_away_stage
from keyferry.server import create_app
from keyferry.server.config import Settings

ALL = Path("build") / "portal"
# Settings that are refused: on which page, in which field, and what was typed.
_WRONG = (
    ("properties", "options/maxReleaseCount", "twelve"),
    ("branding", "color", "yellow"),
    ("mails", "text", "Your key: {no such thing}"),
)

_FILTERED = ("licenses", "computers", "customers", "audit")
_LAB = "lab{0}@whitepeak.example;Whitepeak Lab {0};benchtest;5;2028-12-31;PO {0};Kim\n"
_TO_IMPORT = "Email;Name;Product;Seats;Ends;Order;Sales rep\n" + "".join(
    [
        *map(_LAB.format, range(40)),
        "purchasing;Northfork Robotics;benchtest;10;2028-12-31;;Kim\n",
        "it@fjordline.example;Fjordline Engineering;benchtest;many;;;Kim\n",
        "ops@kestrel.example;Kestrel Optics;benchtest-2;1;3/4/2028;;Kim\n",
    ]
)


def take_empty(visit: Visit) -> None:
    """Take the portal of the first day: the sign-in, and pages on which there is nothing yet."""
    visit.shows("", "sign-in")
    visit.fill("Name", DESK)
    visit.fill("Password", "not the password")
    visit.press("Sign in")
    visit.take("sign-in-wrong")
    visit.sign_in(DESK)
    for path in (
        "",
        "licenses",
        "licenses/new",
        "computers",
        "customers",
        "products",
        "add-product",
        "audit",
    ):
        visit.shows(path, f"empty-{path.replace('/', '-') or 'start'}")
    visit.sign_in(VIEWER)
    for path in ("", "licenses", "products"):
        visit.shows(path, f"empty-viewer-{path or 'start'}")


def take_start(visit: Visit) -> None:
    """Take the start page in its ranges and as a table, and the search, also with a link that is none."""
    visit.sign_in(DESK)
    visit.take("start")
    visit.page.get_by_text("Show as table").click()
    visit.take("start-table")
    for range, product in (("7d", ""), ("12mo", "viewer")):
        visit.shows(f"?range={range}&product={product}", f"start-{range}")
    visit.dialogs("frame", "scan", "help")
    for typed, name in (("lab", "palette"), ("https://keys.example.com/A#nothing", "link-refused")):
        visit.open("")
        visit.page.keyboard.press("Control+k")
        visit.page.get_by_role("combobox").fill(typed)
        if "#" in typed:
            with visit.page.expect_navigation():
                visit.page.keyboard.press("Enter")
        else:
            visit.page.get_by_role("option", name="LAB-PC").first.wait_for()
        visit.take(name)


def take_lists(visit: Visit) -> None:
    """Take every list: full, filtered, and with nothing found; and what is not there."""
    for path, name in (
        ("licenses", "licenses"),
        ("licenses?q=nothing+at+all", "licenses-nothing"),
        ("licenses?product=benchtest&standing=active&sort=expiry&dir=asc", "licenses-filtered"),
        ("licenses?page=7", "licenses-page"),
        ("computers", "computers"),
        ("computers?q=nothing+at+all", "computers-nothing"),
        ("computers?state=superseded", "computers-superseded"),
        ("possible-copies", "copies"),
        ("customers", "customers"),
        ("customers?view=full", "customers-full"),
        ("customers?product=benchtest&ends=90&since=7", "customers-filtered"),
        ("customers?q=nothing+at+all", "customers-nothing"),
        ("products", "products"),
        ("audit", "audit"),
        ("audit?refused=1", "audit-filtered"),
        ("audit?who=nobody", "audit-nothing"),
        ("help", "help"),
        ("scan", "scan"),
        ("licenses/999999", "not-found"),
        ("nothing/there", "no-such-page"),
    ):
        visit.shows(path, name)


def take_import(visit: Visit) -> None:
    """Import a file of which some rows are wrong."""
    visit.shows("import", "import")
    for name, content in (("import-refused", "nothing,known\n1,2\n"), ("import-preview", _TO_IMPORT)):
        visit.open("import")
        file: FilePayload = {"name": "customers.csv", "mimeType": "text/csv", "buffer": content.encode()}
        visit.page.get_by_label("CSV file").set_input_files(file)
        visit.press("Preview")
        visit.take(name)
    visit.press("Import 40 rows")
    visit.page.get_by_role("heading", name="40 rows imported").wait_for()
    visit.take("imported")
    visit.shows("import", "import-again")


def take_bulk(visit: Visit) -> None:
    """Select some licenses, and be asked whether to do it."""
    for button, action, count in (("Put on hold…", "suspend", 3), ("Renew…", "renew", 8)):
        visit.open("licenses")
        for box in visit.page.locator("input[name=chosen]").all()[:count]:
            box.check()
        visit.take(f"selected-{count}")
        visit.press(button)
        visit.take(f"bulk-{action}")
    visit.press("Renew")
    visit.take("bulk-refused")
    visit.fill("Days", "30")
    visit.press("Renew")
    visit.take("bulk-done")


def take_sheets(visit: Visit, furnished: Furnished) -> None:
    """Take what comes up from below, or from the side, on a phone: every menu, and rows that are selected."""
    visit.hold("phone")
    ones = {
        "license": f"licenses/{furnished.licenses['license']}",
        "computer": f"computers/{furnished.computers['runs']}",
        "customer": f"customers/{furnished.customer}",
        "product": "products/benchtest",
    }
    for path, menus, name in (
        *((path, ".filters summary", f"{path}-filter") for path in _FILTERED),
        *((path, ".page-top summary", f"{name}-more") for name, path in ones.items()),
        (ones["license"], ".comp > .more > summary", "license-computer"),
        ("mails", "main summary", "mails-others"),
        ("", ".which > summary", "start-product"),
        ("licenses", ".burger", "menu"),
    ):
        visit.open(path)
        for number in range(visit.page.locator(menus).filter(visible=True).count()):
            visit.open(path)
            visit.page.locator(menus).filter(visible=True).nth(number).click()
            visit.take(f"sheet-{name}-{number}", "phone")
    visit.open("licenses")
    visit.page.get_by_role("button", name="Select", exact=True).click()
    for row in visit.page.locator("tbody tr").all()[:3]:
        row.click()
    visit.take("sheet-selected", "phone")
    visit.hold("desk")


def take_license(visit: Visit, furnished: Furnished) -> None:
    """Take the pages of licenses, the menu of one, and each dialog."""
    for name, number in furnished.licenses.items():
        visit.shows(f"licenses/{number}", name)
    visit.open(f"licenses/{furnished.licenses['license']}")
    visit.menu("license-menu")
    visit.dialogs("license")
    visit.open(f"licenses/{furnished.licenses['license-suspended']}")
    visit.dialogs("license-suspended", "suspend")


def take_conflict(visit: Visit, furnished: Furnished) -> None:
    """Change a license that a colleague has changed a moment before."""
    visit.open(f"licenses/{furnished.licenses['license']}")
    signed_in = visit.page.context.storage_state()
    colleague = visit.stage.browser.new_page(storage_state=signed_in)
    colleague.goto(visit.page.url)
    for page, notes in ((colleague, "Called on Monday."), (visit.page, "Asked for an invoice.")):
        page.evaluate("document.querySelector('[data-opens=edit]').click()")
        page.get_by_role("dialog").get_by_label("Notes").fill(notes)
        with page.expect_navigation():
            page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    colleague.close()
    visit.take("license-edit-changed")


def take_operations(visit: Visit, furnished: Furnished) -> None:
    """Activate a computer, also in vain, and release it again."""
    visit.open(f"licenses/{furnished.licenses['license']}")
    wizard, key = furnished.wizard("OFFICE-2")
    asked = wizard.begin(key).computer_id.text
    visit.page.evaluate("document.querySelector('[data-opens=activate]').click()")
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
        visit.open(f"licenses/{furnished.licenses['license']}")
        visit.page.evaluate("document.querySelector('[data-opens=release]').click()")
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
    visit.fill("Seats each", "5")
    visit.page.locator("input[name=expires]").fill("2031-12-31")
    visit.page.locator("input[name=feature]").filter(visible=True).first.check()
    visit.page.locator("input[name=email]").fill(ADDRESS)
    visit.page.locator("textarea[name=notes]").fill("Pays by invoice.")
    visit.press("Preview")
    visit.take("preview")
    visit.press("Issue 12 licenses")
    visit.take("issued")


def take_records(visit: Visit, furnished: Furnished) -> None:
    """Take computers, customers and products with their dialogs."""
    for name, number in furnished.computers.items():
        visit.shows(f"computers/{number}", f"computer-{name}")
    visit.open(f"computers/{furnished.computers['runs']}")
    visit.dialogs("computer")
    visit.press("Show computer key")
    visit.take("computer-key")
    visit.shows(f"customers/{furnished.customer}", "customer")
    visit.dialogs("customer")
    visit.shows("add-product", "product-new")
    visit.shows("products/benchtest", "product")
    visit.dialogs("product")


def take_settings(visit: Visit) -> None:
    """Take what administrators set, and the operators."""
    kinds = ("self-help", "limits", "security", "privacy")
    for path in (
        "branding",
        "mails",
        "properties",
        *(f"properties/{kind}" for kind in kinds),
        "outbox",
        "operators",
    ):
        visit.shows(path, path.replace("/", "-"))
    visit.open("branding")
    visit.fill("Color", "#ffd400")
    visit.page.get_by_text("It’s darkened").wait_for()
    visit.take("branding-shifted")
    for path, field, typed in _WRONG:
        visit.open(path)
        visit.page.locator(f"[name='{field}']").first.fill(typed)
        visit.press("Save")
        visit.take(f"{path}-refused")
    visit.open("operators")
    visit.dialogs("operators")
    for who, name in ((MANAGER, "operator"), (FORMER, "operator-disabled")):
        visit.open("operators")
        with visit.page.expect_navigation():
            visit.page.get_by_role("link", name=who, exact=True).first.click()
        visit.take(name)
        visit.dialogs(name)
    visit.sign_in(VIEWER)
    visit.take("viewer-start")
    visit.shows("licenses", "viewer-licenses")
    visit.shows("audit", "viewer-not-allowed")


def take_account(visit: Visit) -> None:
    """Set up a second factor, and sign in with it."""
    visit.sign_in(MANAGER)
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
    visit.dialogs("account")
    visit.page.context.clear_cookies()
    visit.sign_in(MANAGER)
    visit.take("sign-in-code")
    visit.fill("Code", "000000")
    visit.press("Sign in")
    visit.take("sign-in-code-wrong")


def take_trouble(visit: Visit) -> None:
    """Take what an error looks like: while somebody else holds the database, and once a table is gone."""
    visit.page.context.clear_cookies()
    visit.open("")
    visit.fill("Name", DESK)
    visit.fill("Password", PASSWORD)
    visit.page.set_default_timeout(60_000)
    with closing(sqlite3.connect(visit.stage.vendor.home / "keyferry.db", isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        visit.press("Sign in")
        # It would try again by itself.
        visit.page.context.set_offline(True)
        visit.take("away")
        visit.page.context.set_offline(False)
        database.execute("ROLLBACK")
        visit.sign_in(DESK)
        database.execute("ALTER TABLE customer RENAME TO lost")
        visit.shows("customers", "failed")


def _code(secret: str) -> str:
    """Return what an authenticator app shows, for a secret in base32."""
    return TOTP(base64.b32decode(secret), 6, hashes.SHA1(), 30).generate(int(time.time())).decode()  # noqa: S303


def main(kept: Path = PICTURES, every: Path = ALL) -> None:
    """Take every picture of the portal, in place of those that were there."""
    emptied(kept, "portal-*.png")
    emptied(every, "*.png")
    with throw_away_stage() as stage:
        app, visit = _begun(stage, kept, every)
        with app.app_context():
            now = datetime.now(UTC)
            hire(now)
            take_empty(visit)
            furnished = furnish(stage.folder, stage.origin, now)
        take_start(visit)
        take_lists(visit)
        for part in (take_sheets, take_license, take_conflict, take_operations, take_records):
            part(visit, furnished)
        for rest_of in (take_issuing, take_import, take_bulk, take_settings, take_account, take_trouble):
            rest_of(visit)
    with throw_away_stage() as stage:
        app, visit = _begun(stage, kept, every)
        with app.app_context():
            hire(datetime.now(UTC))
        take_first_day(visit)


def _begun(stage: Stage, kept: Path, every: Path) -> tuple[Flask, Visit]:
    """Return the application behind a stage, and somebody at its portal."""
    width, height = SIZES["desk"]
    page = stage.browser.new_page(viewport={"width": width, "height": height}, locale="en-GB")
    page.set_default_timeout(10_000)
    return create_app(Settings(home=stage.vendor.home)), Visit(page, stage, kept, every)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))

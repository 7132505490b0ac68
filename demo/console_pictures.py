"""Makes the pictures of the Management Console: `python -m demo.console_pictures [FOLDER] [every]`.

The real screens over a real server in a throw-away folder, which an invented vendor has used for some months.
Keys and IDs are random, so each run makes other pictures; the keys in them open nothing. With `every`, these
are all tabs and dialogs, on a small and a large terminal: dark, light, with eight colors, and with none.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from flask import Flask
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from demo.pictures import PICTURES
from demo.realistic import World, live
from demo.scene import NOON
from demo.terminal_picture import picture_of
from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.profile import WizardProfile
from keyferry.server import create_app
from keyferry.server.base_app import create_database_app
from keyferry.server.config import Settings
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import batches, licenses, products
from keyferry.server.core.mail import delivery, mails, outbox
from keyferry.server.core.models import Customer, License, Product, Role
from keyferry.server.core.secrets import Keyring, new_master_key
from keyferry.server.core.staff import operators
from keyferry.server.db import db, transaction, upgrade
from keyferry.server.faces.console.app import ConsoleApp
from keyferry.server.parts import EXTENSION
from keyferry.server.services import issuing
from keyferry.server.services.operations import activate
from keyferry.server.services.requests import Typed
from keyferry.wizard.control import ActivationControl

# As many as the wizard's: with fewer, what is red or blue turns gray in the dark.
_SHADES = 160
_STAFF = By(Channel.COMMAND_LINE, "ada")
_PASSWORD = "only for pictures"  # noqa: S105 - of a server that lives for some seconds
# Where keys are shown whole.
_SIZE = (120, 36)
_VENDOR = "Halden Software"
_COMPUTERS = ("LAB-PC-07", "CNC-Fräse", "OFFICE-2")


@contextmanager
def server() -> Iterator[Flask]:
    """Give a vendor a server of its own."""
    with TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder), vendor_name=_VENDOR)
        with create_database_app(settings).app_context():
            upgrade()
            db.engine.dispose()
        (settings.home / "master.key").write_text(new_master_key("pictures") + "\n")
        app = create_app(settings, clock=lambda: NOON)
        with app.app_context():
            yield app
            db.engine.dispose()


def fill(app: Flask) -> tuple[WizardProfile, ActivationKey]:
    """Let a vendor live for some months; return the profile and the license of the pictures."""
    keyring = app.extensions[EXTENSION].keyring
    with transaction() as session:
        operators.add(session, "ada", Role.ADMINISTRATOR, _PASSWORD, by=_STAFF, now=NOON)
        delivery.looked(session, NOON)
        live(World(session, keyring, Random(8), NOON), 40)
        product = products.find_product(session, "cad-professional")
        [issued] = licenses.issue(
            session,
            product,
            seats=14,
            terms=licenses.Terms(expires=date(2027, 6, 30), lease_days=90),
            features=("export",),
            customer="ada@example.com",
            count=1,
            by=_STAFF,
            now=NOON,
            notes="Pays by invoice.",
        )
        profile = products.wizard_profile(product, keyring, "https://keys.example.com")
        return profile, ActivationKey.from_text(issued.activation_key)


def computer_id(profile: WizardProfile, key: ActivationKey, name: str, folder: Path) -> str:
    """Return what the License Wizard of a computer shows."""
    control = ActivationControl(
        profile,
        folder / name,
        machine_identifier=name,
        anchor_folder=folder / f"{name}-anchor",
        now=lambda: NOON,
    )
    return control.begin(key).computer_id.text


class Visitor:
    """Goes through the console and takes pictures of it."""

    def __init__(self, pilot: Pilot[None], app: ConsoleApp, folder: Path) -> None:
        self._pilot = pilot
        self._app = app
        self._folder = folder

    async def press(self, *keys: str) -> None:
        """Press keys, and wait for the answer to each."""
        for key in keys:
            await self._pilot.press(key)
            await self.settled()

    async def fill(self, name: str, text: str) -> None:
        """Paste a text into a line."""
        line = self._app.screen.query_one(f"#{name}", Input)
        line.focus()
        line.value = ""
        line.post_message(events.Paste(text))
        await self.settled()

    async def settled(self) -> None:
        """Wait until the server has answered and the screen shows it."""
        for _ in range(5):
            await self._pilot.pause()
            if self._app.under_way:
                await asyncio.wait(set(self._app.under_way))

    def take(self, name: str, look: str = "") -> None:
        """Take a picture."""
        path = self._folder / f"console-{name}-{look or self._app.chosen_theme}.png"
        picture_of(self._app).quantize(_SHADES).save(path, optimize=True)

    async def see(self, name: str, *keys: str, look: str = "") -> None:
        """Press keys, and take a picture of what they lead to."""
        await self.press(*keys)
        self.take(name, look)


async def visit(folder: Path, ids: dict[str, str], theme: str) -> None:
    """Take the pictures in one theme."""
    app = ConsoleApp({}, theme=theme)
    async with app.run_test(size=_SIZE) as pilot:
        visitor = Visitor(pilot, app, folder)
        await visitor.settled()
        await visitor.fill("name", "ada")
        await visitor.fill("password", _PASSWORD)
        await visitor.press("enter")
        visitor.take("main")
        await visitor.press("f3")
        await visitor.fill("computer-name", "OFFICE-2")
        await visitor.fill("computer-id", "?" + ids["OFFICE-2"][1:])
        await visitor.press("enter")
        visitor.take("activate")
        await visitor.press("f3", "enter")
        visitor.take("key")
        await visitor.press("escape")
        for name, keys in _TABS:
            await visitor.see(name, *keys)


_TROUBLE = "The mail server refused the recipient: mailbox unavailable (550)."
_MAILS = (
    *(("ada@example.com", "sent"), ("metrology@navy.example", "failed"), ("ada@example.com", "waiting")),
    ("ada@example.com", "failed"),
)
# The other tabs, and a dialog of each kind, after which keys.
_TABS = (
    *(("filters", ("F",)), ("columns", ("escape", "w")), ("new-license", ("escape", "n"))),
    *(("computers", ("escape", "2")), ("customers", ("3",)), ("products", ("4",)), ("audit", ("5",))),
    *(("audit-filters", ("F",)), ("settings", ("escape", "6")), ("email", ("7",))),
)
_LONG = "Ingenieurbüro für Schwingungstechnik 株式会社 مختبر e\u0301 " * 4
# What is seen after which keys, from one to the next.
_WALK = (
    *(("keys", ()), ("keys-computer", ("tab",)), ("keys-selected", ("escape", "space", "space"))),
    *(("many", ("a",)), ("activate", ("escape", "escape", "enter")), ("deactivate", ("escape", "d"))),
    *(("create", ("escape", "n")), ("edit", ("escape", "e")), ("renew", ("escape", "r"))),
    *(("hold", ("escape", "h")), ("replace", ("escape", "k")), ("email", ("escape", "m"))),
    *(("csv", ("escape", "x")), ("palette", ("escape", "ctrl+p")), ("help", ("escape", "f1"))),
    *(("history", ("escape", "t")), ("views", ("escape", "s", "v")), ("columns", ("escape", "w", "right"))),
    *(("together", ("escape", "b")), ("halfway", ("home", "enter")), ("issued", ("g",))),
    *(("product-choice", ("escape", "n", "enter")), ("product-chosen", ("down", "enter"))),
    *(("filters", ("escape", "escape", "F")), ("filters-choice", ("down", "space"))),
    *(("filtered", ("down", "enter", "enter")), ("filtered-view", ("v",))),
    *(
        ("computers", ("escape", "escape", "2")),
        ("computers-filters", ("F",)),
        ("copies", ("escape", *"fffff")),
    ),
    *(("customers", ("3",)), ("customers-filters", ("F",))),
    *(("customer-edit", ("escape", "e")), ("customer-merge", ("escape", "m"))),
    *(("customer-delete", ("escape", "delete")), ("customer-emails", ("escape", "k"))),
    *(
        ("customer-mails", ("escape", "t")),
        ("customer-data", ("escape", "g")),
        ("products", ("escape", "4")),
        ("product-add", ("n",)),
    ),
    *(("product-features", ("escape", "e")), ("product-profile", ("escape", "p"))),
    *(("public-key", ("escape", "k")), ("public-key-jwk", ("f",))),
    *(
        ("epoch-start", ("escape", "t")),
        ("epoch-start-retire", ("down",)),
        ("epoch-retire", ("escape", "delete")),
    ),
    ("nothing", ("escape", *"/nothing like it")),
    *(
        ("audit", ("escape", "escape", "5")),
        ("audit-filters", ("F",)),
        ("audit-events", (*("down",) * 2, "space")),
    ),
    *(
        ("audit-event", ("down", "enter", "enter")),
        ("audit-license", ("escape", "1", "t", "a")),
        ("settings", ("6",)),
    ),
    ("property", ("enter",)),
    *(("outbox", ("escape", "7")), ("outbox-all", ("f", "f", "f")), ("outbox-again", ("a",))),
)


def leave_unfinished(keyring: Keyring) -> None:
    """Leave what people come back to: emails that were not sent, and licenses that are not all created."""
    wanted = batches.Wanted("viewer", 1, licenses.Terms(), count=900, customer="olga@лаборатория.example")
    issuing.begin(wanted, batches.new_form(), by=By(Channel.PORTAL, "ada", role=Role.MANAGER))
    for recipient, become in _MAILS:
        with transaction() as session:
            mail = mails.computer_key(
                recipient,
                computer_key="12FX2-EQ05J-FMTPY-NH8Y1-662TY-KYN5Z",
                product_name="Halden CAD",
                computer_name=_COMPUTERS[0],
                expires=None,
            )
            license = session.query(License).order_by(License.id.desc()).first()
            outbox.post(session, mail, keyring=keyring, by=_STAFF, now=NOON, license=license)
            taken = outbox.take(session, NOON)
            if taken is not None and become == "sent":
                outbox.delivered(session, taken, NOON)
            elif taken is not None:
                outbox.failed(session, taken, _TROUBLE, NOON, for_good=become == "failed")


async def visit_all(folder: Path, size: tuple[int, int], theme: str, *, has_colors: bool) -> None:
    """Take a picture of every tab and dialog in one look."""
    look = f"{size[0]}x{size[1]}-{theme if has_colors else 'no-color'}"
    # Textual reads it when it is made.
    os.environ.pop("NO_COLOR", None) if has_colors else os.environ.update(NO_COLOR="1")
    app = ConsoleApp({}, theme=theme)
    async with app.run_test(size=size) as pilot:
        visitor = Visitor(pilot, app, folder)
        await visitor.settled()
        await visitor.see("sign-in", look=look)
        await visitor.fill("name", "ada")
        await visitor.fill("password", _PASSWORD)
        await visitor.press("enter")
        for name, keys in _WALK:
            await visitor.see(name, *keys, look=look)


def every(folder: Path) -> None:
    """Take pictures of everything, with a name that is long, wide and joined."""
    folder.mkdir(parents=True, exist_ok=True)
    for size in ((80, 24), (120, 36)):
        for theme, has_colors in (("dark", True), ("light", True), ("terminal", True), ("terminal", False)):
            with server() as app, TemporaryDirectory() as machines:
                profile, key = fill(app)
                ids = {name: computer_id(profile, key, name, Path(machines)) for name in _COMPUTERS}
                for name in _COMPUTERS[:2]:
                    activate(Typed(key.text, ids[name], name), by=By(Channel.PHONE))
                with transaction() as session:
                    for product in session.query(Product):
                        keyring = app.extensions[EXTENSION].keyring
                        products.rotate(
                            session, product, retire_old=False, keyring=keyring, by=_STAFF, now=NOON
                        )
                    for customer in session.query(Customer).filter(Customer.email == "ada@example.com"):
                        customer.name, customer.notes = _LONG[:100].strip(), _LONG
                leave_unfinished(app.extensions[EXTENSION].keyring)
                asyncio.run(visit_all(folder, size, theme, has_colors=has_colors))


def main(folder: Path = PICTURES) -> None:
    """Take every picture in light and dark."""
    folder.mkdir(parents=True, exist_ok=True)
    for theme in ("dark", "light"):
        with server() as app, TemporaryDirectory() as machines:
            profile, key = fill(app)
            ids = {name: computer_id(profile, key, name, Path(machines)) for name in _COMPUTERS}
            for name in _COMPUTERS[:2]:
                activate(Typed(key.text, ids[name], name), by=By(Channel.PHONE))
            asyncio.run(visit(folder, ids, theme))


if __name__ == "__main__":
    (every if sys.argv[2:] == ["every"] else main)(*map(Path, sys.argv[1:2]))

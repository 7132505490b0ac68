"""One license goes through all four ways in and all contexts of the code, in one house.

The machine is the wizard's own control: a key counts only where the wizard takes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from keyferry.server.core.licensing import licenses
from keyferry.server.core.models import Activation, Role
from keyferry.server.db import reading
from keyferry.wizard.control import ActivationControl
from keyferry.wizard.results import LicenseState
from tests.browsing import House
from tests.browsing import key_on as key_on_phone
from tests.console.person import Person, tell
from tests.portal.conftest import key_on, open_license


@dataclass
class Room:
    """The offline computer with its wizard, and whoever serves it on each way."""

    house: House
    folder: Path
    fresh_page: Callable[[], Page]
    portal: Page
    operator: str
    codes: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.vendor = self.house.short
        self.key = self.vendor.issue(seats=1)
        self.control = ActivationControl(
            self.vendor.profile,
            self.folder / "state",
            machine_identifier="serial number 4711",
            anchor_folder=self.folder / "anchor",
        )

    def begin(self) -> str:
        """Start an activation in the wizard, and return the token of its QR code."""
        begun = self.control.begin(self.key, "LAB-PC-07")
        self.codes = {"activation_key": self.key.text, "computer_id": begun.computer_id.text}
        return begun.url.split("#")[1]

    def give_up(self) -> str:
        """Deactivate in the wizard, and return the token of its QR code."""
        released = self.control.deactivate()
        self.codes |= {"code": released.code.text}
        return released.url.split("#")[1]

    def at_the_console(self, story: Callable[[Person], object]) -> None:
        """Go through a story at the console."""
        tell(story, operator=self.operator)

    @property
    def latest(self) -> tuple[str | None, int]:
        """How the latest activation stands, and how many seats are in use."""
        with reading() as session:
            license = licenses.find(session, self.key)
            ending = session.scalars(
                select(Activation.ended_how)
                .where(Activation.license_id == license.id)
                .order_by(Activation.id.desc())
            ).first()
            return ending, license.seats_used


def key_by_phone(room: Room, token: str) -> str:
    page = room.fresh_page()
    page.goto(f"{room.house.origin}/A#{token}")
    page.locator("#confirm").click()
    return key_on_phone(page)


def key_by_self_help(room: Room, token: str) -> str:
    page = room.fresh_page()
    page.goto(f"{room.house.origin}/self-help/activate")
    page.locator("[name=activation_key]").fill(room.codes["activation_key"])
    page.locator("[name=computer_id]").fill(room.codes["computer_id"])
    page.get_by_role("button", name="Get the computer key").click()
    return page.locator("#computer-key").get_attribute("data-key") or ""


def key_by_portal(room: Room, token: str) -> str:
    open_license(room.portal, room.key.text)
    room.portal.get_by_role("button", name="Activate a computer", exact=True).click()
    dialog = room.portal.get_by_role("dialog")
    dialog.get_by_label("Computer ID").fill(room.codes["computer_id"])
    dialog.get_by_role("button", name="Activate").click()
    given = key_on(room.portal)
    dialog.get_by_role("button", name="Done").click()
    return given


def key_by_console(room: Room, token: str) -> str:
    shown: list[str] = []

    async def story(person: Person) -> None:
        await person.search(room.key.text)
        await person.press("f3")
        await person.paste(room.codes["computer_id"])
        await person.press("enter")
        assert person.step == "ComputerKey", person.sees
        await person.press("c")
        shown.append(person.app.clipboard)

    room.at_the_console(story)
    return shown[0]


def release_by_phone(room: Room, token: str) -> str:
    page = room.fresh_page()
    page.goto(f"{room.house.origin}/A#{token}")
    page.locator("main[data-view='confirm-deactivate'], main[data-view='released']").wait_for()
    if page.locator("#confirm").count():
        page.locator("#confirm").click()
    page.locator("main[data-view='released']").wait_for()
    return page.locator("main").inner_text()


def release_by_self_help(room: Room, token: str) -> str:
    page = room.fresh_page()
    page.goto(f"{room.house.origin}/self-help/deactivate")
    for name, text in room.codes.items():
        page.locator(f"[name={name}]").fill(text)
    page.get_by_role("button", name="Deactivate").click()
    page.locator(".badge.is-good").wait_for()
    return page.locator("main").inner_text()


def release_by_portal(room: Room, token: str) -> str:
    open_license(room.portal, room.key.text)
    room.portal.get_by_role("button", name="Deactivate a computer", exact=True).first.click()
    dialog = room.portal.get_by_role("dialog")
    dialog.get_by_label("Computer ID").fill(room.codes["computer_id"])
    dialog.get_by_label("Deactivation verification code").fill(room.codes["code"])
    dialog.get_by_role("button", name="Deactivate", exact=True).click()
    told = room.portal.locator("main > .outcome")
    expect(told).to_be_visible()
    return told.inner_text()


def release_by_console(room: Room, token: str) -> str:
    seen: list[str] = []

    async def story(person: Person) -> None:
        await person.search(room.key.text)
        await person.press("f4")
        await person.fill("computer-id", room.codes["computer_id"])
        await person.fill("proof", room.codes["code"])
        await person.press("enter")
        seen.append(person.sees)

    room.at_the_console(story)
    return seen[0]


CHANNELS = {
    "phone": (key_by_phone, release_by_phone),
    "self_help": (key_by_self_help, release_by_self_help),
    "portal": (key_by_portal, release_by_portal),
    "console": (key_by_console, release_by_console),
}


@pytest.fixture
def room(house, tmp_path, phone, desk, names) -> Room:
    return Room(house, tmp_path, phone, desk(Role.SUPPORT), names[Role.SUPPORT])


@pytest.mark.parametrize("first", CHANNELS)
def test_each_way_gives_the_same_key_and_each_context_takes_the_code(room, first):
    order = [first, *(channel for channel in CHANNELS if channel != first)]
    token = room.begin()
    keys = {channel: CHANNELS[channel][0](room, token) for channel in order}
    assert len(set(keys.values())) == 1, "every way gives the same key for the same machine"
    room.control.complete(keys[first])
    assert room.control.status().state is LicenseState.ACTIVE
    assert room.latest == (None, 1)
    token = room.give_up()
    CHANNELS[first][1](room, token)
    assert room.latest == ("proven", 0)
    for channel in order:
        told = CHANNELS[channel][1](room, token)
        assert "already" in told or "before" in told, (channel, told)
        assert room.latest == ("proven", 0), "what was released already is not changed"

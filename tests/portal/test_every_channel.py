"""One license goes through all four channels and all contexts of the code, in one house.

The machine is the wizard's own control: a key counts only where the wizard takes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from keyferry.server.core.licensing import licenses
from keyferry.server.core.models import Activation, Role
from keyferry.server.db import reading
from tests.browsing import activate as activate_by_phone
from tests.console.person import Person, at_the_console
from tests.loops import run_in_a_loop
from tests.offline import Wizard
from tests.portal.conftest import choose, key_on, open_license


@dataclass
class Room:
    """The offline computer with its wizard, and whoever serves it on each channel."""

    origin: str
    wizard: Wizard
    fresh_page: Callable[[], Page]
    portal: Page
    operator: str

    @property
    def codes(self) -> dict[str, str]:
        return self.wizard.shown

    @property
    def key(self) -> str:
        return self.wizard.key.text

    def at_the_console(self, story: Callable[[Person], object]) -> None:
        """Go through a story at the console."""

        async def run() -> None:
            async with at_the_console(self.operator) as person:
                await story(person)

        run_in_a_loop(run())

    @property
    def latest(self) -> tuple[str | None, int]:
        """How the latest activation stands, and how many seats are in use."""
        with reading() as session:
            license = licenses.find(session, self.wizard.key)
            ending = session.scalars(
                select(Activation.ended_how)
                .where(Activation.license_id == license.id)
                .order_by(Activation.id.desc())
            ).first()
            return ending, license.seats_used


def key_by_phone(room: Room, address: str) -> str:
    return activate_by_phone(room.fresh_page(), address)


def key_by_self_help(room: Room, address: str) -> str:
    page = room.fresh_page()
    page.goto(f"{room.origin}/self-help/activate")
    page.locator("[name=activation_key]").fill(room.codes["activation_key"])
    page.locator("[name=computer_id]").fill(room.codes["computer_id"])
    page.get_by_role("button", name="Get the computer key").click()
    return page.locator("#computer-key").get_attribute("data-key") or ""


def key_by_portal(room: Room, address: str) -> str:
    open_license(room.portal, room.key)
    room.portal.get_by_role("button", name="Activate a computer", exact=True).click()
    dialog = room.portal.get_by_role("dialog")
    dialog.get_by_label("Computer ID").fill(room.codes["computer_id"])
    dialog.get_by_role("button", name="Activate").click()
    given = key_on(room.portal)
    dialog.get_by_role("button", name="Done").click()
    return given


def key_by_console(room: Room, address: str) -> str:
    shown: list[str] = []

    async def story(person: Person) -> None:
        await person.search(room.key)
        await person.press("f3")
        await person.paste(room.codes["computer_id"])
        await person.press("enter")
        assert person.step == "ComputerKey", person.sees
        await person.press("c")
        shown.append(person.app.clipboard)

    room.at_the_console(story)
    return shown[0]


def release_by_phone(room: Room, address: str) -> str:
    page = room.fresh_page()
    page.goto(address)
    page.locator("main[data-view='confirm-deactivate'], main[data-view='released']").wait_for()
    if page.locator("#confirm").count():
        page.locator("#confirm").click()
    page.locator("main[data-view='released']").wait_for()
    return page.locator("main").inner_text()


def release_by_self_help(room: Room, address: str) -> str:
    page = room.fresh_page()
    page.goto(f"{room.origin}/self-help/deactivate")
    for name, text in room.codes.items():
        page.locator(f"[name={name}]").fill(text)
    page.get_by_role("button", name="Deactivate").click()
    page.locator(".sign.good").wait_for()
    return page.locator("main").inner_text()


def release_by_portal(room: Room, address: str) -> str:
    open_license(room.portal, room.key)
    choose(room.portal, "Deactivate a computer…")
    dialog = room.portal.get_by_role("dialog")
    dialog.get_by_label("Computer ID").fill(room.codes["computer_id"])
    dialog.get_by_label("Deactivation verification code").fill(room.codes["code"])
    dialog.get_by_role("button", name="Deactivate", exact=True).click()
    outcome = room.portal.locator("main > .note")
    expect(outcome).to_be_visible()
    return outcome.inner_text()


def release_by_console(room: Room, address: str) -> str:
    seen: list[str] = []

    async def story(person: Person) -> None:
        await person.search(room.key)
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
    wizard = Wizard(house.short, tmp_path)
    return Room(house.origin, wizard, phone, desk(Role.SUPPORT), names[Role.SUPPORT])


def test_each_channel_gives_the_same_key_and_each_context_takes_the_code(room):
    """The phone gives the key and takes the code first; the long tests begin with each of the others."""
    through_every_channel(room, "phone")


def through_every_channel(room: Room, first: str) -> None:
    order = [first, *(channel for channel in CHANNELS if channel != first)]
    address = room.wizard.begin(room.origin)
    keys = {channel: CHANNELS[channel][0](room, address) for channel in order}
    assert len(set(keys.values())) == 1, "every channel gives the same key for the same machine"
    room.wizard.take(keys[first])
    assert room.wizard.is_active
    assert room.latest == (None, 1)
    address = room.wizard.give_up(room.origin)
    CHANNELS[first][1](room, address)
    assert room.latest == ("proven", 0)
    for channel in order:
        answer = CHANNELS[channel][1](room, address)
        assert "already" in answer or "before" in answer, (channel, answer)
        assert room.latest == ("proven", 0), "what was released already is not changed"

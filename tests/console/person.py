"""An operator in front of the console: presses keys, pastes, and reads the screen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import select
from textual.events import Paste
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Input

from demo.terminal_picture import cells_of
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.models import AuditEvent, Role
from keyferry.server.core.staff import operators, sessions
from keyferry.server.db import reading, transaction
from keyferry.server.faces.console.access import Access, address_of
from keyferry.server.faces.console.app import ConsoleApp
from keyferry.server.parts import parts

PASSWORD = "correct horse battery"
SMALL = (80, 24)
LARGE = (160, 50)
# An answer may lead to a message, that to a layout, and that to another message.
_ROUNDS = 5


@dataclass
class Person:
    """What a person does; everything waits until the server has answered."""

    pilot: Pilot[None]
    app: ConsoleApp

    async def press(self, *keys: str) -> None:
        for key in keys:
            self.app.simulate_key(key)
            await self.settled()

    async def type(self, text: str, *keys: str) -> None:
        """Type faster than the server answers, then press keys."""
        for character in text:
            self.app.simulate_key(character)
        await self.settled()
        await self.press(*keys)

    async def paste(self, text: str, *keys: str) -> None:
        """Paste a text, then press keys."""
        assert self.app.focused is not None
        self.app.focused.post_message(Paste(text))
        await self.settled()
        await self.press(*keys)

    async def fill(self, name: str, text: str, *keys: str) -> None:
        """Put a text in place of what stands in a line, then press keys."""
        field = self.app.screen.query_one(f"#{name}", Input)
        field.focus()
        field.value = ""
        await self.settled()
        await self.paste(text, *keys)

    def value(self, name: str) -> str:
        """Return what stands in a line."""
        return self.app.screen.query_one(f"#{name}", Input).value

    async def do(self, name: str) -> None:
        """Choose a button with the mouse."""
        assert await self.pilot.click(f"#do-{name}"), f"{name} is not on the screen"
        await self.settled()

    async def sign_in(self, name: str, password: str = PASSWORD) -> None:
        await self.fill("name", name)
        await self.fill("password", password, "enter")

    async def search(self, text: str) -> None:
        """Search for a text, and go on to what was found."""
        search = self.app.screen.pane.search
        search.focus()
        search.value = ""
        await self.settled()
        await self.paste(text)
        if self.step == "Main":
            await self.press("enter")

    async def settled(self) -> None:
        """Wait until no thread is under way and every widget has answered what it was sent.

        Workers do not count: one that has opened a dialog waits for the person.
        """
        quiet = 0
        while quiet < _ROUNDS:
            quiet += 1
            if self.app.under_way:
                await asyncio.wait(set(self.app.under_way))
                quiet = 0
            await self.pilot.pause(0)

    @property
    def step(self) -> str:
        return type(self.app.screen).__name__.removesuffix("Screen").removesuffix("Dialog")

    @property
    def lines(self) -> list[str]:
        return ["".join(cell.character for cell in line) for line in cells_of(self.app)]

    @property
    def sees(self) -> str:
        """The words on the screen, without where the lines break, and without frames.

        Of an open dialog, these are its words.
        """
        lines = cells_of(self.app)
        if isinstance(self.app.screen, ModalScreen):
            frame = self.app.screen.query_one("#frame").region
            lines = [line[frame.x : frame.right] for line in lines[frame.y : frame.bottom]]
        text = "\n".join("".join(cell.character for cell in line) for line in lines)
        return " ".join("".join(" " if one in "│─┌┐└┘" else one for one in text).split())

    @property
    def keys_listed(self) -> list[str]:
        return [row.license.activation_key for row in self.app.screen.query_one("#licenses").items]


def signed_in(operator: str, environment: Mapping[str, str]) -> Access:
    """Open a session without the password, which would take its time in every test."""
    with transaction() as session:
        found = operators.find(session, operator)
        by = By(Channel.CONSOLE, found.name, address_of(environment))
        device = environment.get("TERM")
        entered = sessions.begin(session, found, by=by, device=device, now=parts().clock())
        return Access(found.name, Role(found.role), entered.token, by)


def events() -> list[AuditEvent]:
    """Return what the audit log holds, the latest event last."""
    with reading() as session:
        return list(session.scalars(select(AuditEvent).order_by(AuditEvent.id)))


@asynccontextmanager
async def at_the_console(
    operator: str | None = None,
    *,
    size: tuple[int, int] = SMALL,
    theme: str = "dark",
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[Person]:
    """Open the console, and let an operator sign in."""
    app = ConsoleApp(environment or {"TERM": "xterm-256color"}, theme=theme)
    async with app.run_test(size=size) as pilot:
        person = Person(pilot, app)
        await person.settled()
        if operator is not None:
            app.screen.dismiss(signed_in(operator, app.environment))
            await person.settled()
            assert person.step == "Main", person.sees
        yield person
    if app.failure is not None:
        raise app.failure

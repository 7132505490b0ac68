"""A person in front of the wizard: presses keys, clicks, pastes, and reads the screen."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from textual import events
from textual.pilot import Pilot

from demo.terminal_picture import cells_of
from keyferry.protocol.activation_key import ActivationKey
from keyferry.wizard.terminal.app import WizardApp
from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.typed_groups import TypedGroups
from keyferry.wizard.terminal.widgets.group_boxes import GroupBoxes
from keyferry.wizard.terminal.words import Words
from tests.loops import run_in_a_loop
from tests.wizard.parts import Machine

SMALL = (80, 24)
LARGE = (140, 50)
_ROUNDS = 5


@dataclass
class Person:
    """What a person does; everything waits until the control has answered."""

    pilot: Pilot[None]
    app: WizardApp

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await self.settled()

    async def resize(self, columns: int, lines: int) -> None:
        """Draw the window larger or smaller; Textual waits a moment for more of it."""
        await self.pilot.resize_terminal(columns, lines)
        before = None
        while before != (before := self.lines):
            # Longer than the timers that Textual draws anew by: they come to their turn first.
            await asyncio.sleep(0.1)
            await self.settled()

    async def type(self, text: str) -> None:
        """Type as fast as a person can dream of: the pilot would wait after each key."""
        for character in text:
            self.app.simulate_key(character)
        await self.settled()

    async def paste(self, text: str) -> None:
        self.app.focused.post_message(events.Paste(text))
        await self.settled()

    async def choose(self, *names: str) -> None:
        for name in names:
            assert await self.pilot.click(f"#{name}"), f"{name} is not on the screen"
            await self.settled()

    async def request(self, key: ActivationKey, choice: str = "activate") -> None:
        """Begin with an activation key, from the overview on."""
        await self.choose(choice)
        await self.paste(key.text)
        await self.choose("continue")

    async def give_up(self) -> None:
        """Deactivate, from the overview on."""
        await self.choose("deactivate", "yes")

    async def settled(self) -> None:
        # An answer may lead to a step that asks the control, too, and that to yet another message.
        for _ in range(_ROUNDS):
            await self.pilot.pause(0)
            await self.app.workers.wait_for_complete()
        await self.pilot.pause(0)

    @property
    def screen(self) -> WizardScreen:
        return self.app.screen

    @property
    def step(self) -> str:
        return type(self.app.screen).__name__.removesuffix("Screen")

    @property
    def sees(self) -> str:
        """The words on the screen, without where the lines break, and without a QR code beside them."""
        return " ".join(re.sub("[█▀▄]", " ", self.lines_joined).split())

    @property
    def without_frames(self) -> str:
        """The same, without the lines around them."""
        return " ".join(re.sub("[│─┌┐└┘]", " ", self.sees).split())

    @property
    def lines(self) -> list[str]:
        return ["".join(cell.character for cell in line) for line in cells_of(self.app)]

    @property
    def lines_joined(self) -> str:
        return "\n".join(self.lines)

    @property
    def typed(self) -> TypedGroups:
        return self.app.screen.query_one(GroupBoxes).typed


Story = Callable[[Person], Awaitable[None]]


def tell(
    machine: Machine,
    story: Story,
    *,
    size: tuple[int, int] = SMALL,
    language: str = "en",
    theme: str = "dark",
) -> None:
    """Open the wizard of a machine anew, and let a person go through a story."""

    async def run() -> None:
        control = machine.control()
        app = WizardApp(
            control,
            machine.vendor.profile,
            machine.folder,
            Words(language),
            theme=theme,
            now=machine.clock.now,
        )
        async with app.run_test(size=size) as pilot:
            person = Person(pilot, app)
            await person.settled()
            await story(person)

    run_in_a_loop(run())

"""A field with one of several values: walked through in place, or chosen from a list that can be searched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from keyferry.server.faces.console.screens.palette import Command, PaletteDialog

_OPENS = "▼"


class Choice(Widget, can_focus=True):
    """One line of underlined cells, as a field that is typed in has them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "confirm", show=False),
        Binding("space", "open", show=False),
        Binding("left", "walk(-1)", show=False),
        Binding("right", "walk(1)", show=False),
    ]

    class Changed(Message):
        """Another value was chosen."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

        @property
        def control(self) -> Choice:
            """The field."""
            return self.choice

    def __init__(
        self, title: str, options: Sequence[tuple[str, str]] = (), value: str = "", *, prompt: str = ""
    ) -> None:
        """Take what its list is called, the values with their words, the one that holds, and how to ask."""
        super().__init__()
        self._title, self._options, self._prompt = title, options, prompt
        self.value = value

    def offer(self, options: Sequence[tuple[str, str]]) -> None:
        """Offer other values; the one that holds stays."""
        self._options = options
        self.refresh()

    def choose(self, value: str) -> None:
        """Have another value hold."""
        if value != self.value:
            self.value = value
            self.refresh()
            self.post_message(self.Changed(self))

    def render(self) -> Content:
        """Draw the value, and that there are others."""
        words = dict(self._options).get(self.value, self.value)
        style = "bold" if self.has_focus else "" if self.value else "$ink-2"
        key = Content.styled("Space ", "$primary bold") if self.has_focus else Content("")
        opens = key + Content.styled(f"{_OPENS} ", "$ink-2")
        width = self.size.width - opens.cell_length - 1
        shown = Content.styled(words or self._prompt, f"{style} underline".strip()).truncate(
            width, ellipsis=True
        )
        # As those of a line: empty cells have the color of edges.
        empty = Content.styled(" " * (width - shown.cell_length), "$edge underline")
        return Content.styled(" ", "$edge underline") + shown + empty + opens

    def action_walk(self, by: int) -> None:
        """Take the next value, after the last one the first."""
        values = [value for value, _ in self._options]
        if values:
            at = values.index(self.value) + by if self.value in values else min(by, 0)
            self.choose(values[at % len(values)])

    async def action_confirm(self) -> None:
        """Confirm the form, as Enter does in a line; where nothing is chosen yet, ask which."""
        is_chosen = self.value in dict(self._options)
        await self.run_action("screen.ok" if is_chosen else "open")

    @work
    async def action_open(self) -> None:
        """Ask which, from all of them."""
        commands = [Command(words, "", value) for value, words in self._options]
        values = [value for value, _ in self._options]
        at = values.index(self.value) if self.value in values else 0
        chosen = await self.app.push_screen_wait(PaletteDialog(commands, title=self._title, at=at))
        if chosen is not None:
            self.choose(chosen)

    async def on_click(self, event: events.Click) -> None:
        """Ask which, with the mouse."""
        event.stop()
        self.focus()
        await self.run_action("open")

    def on_focus(self) -> None:
        """Show where the focus is."""
        self.refresh()

    def on_blur(self) -> None:
        """Show where the focus is no longer."""
        self.refresh()

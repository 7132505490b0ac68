"""What can't be undone: it is done by its own button, and only once a name is typed."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Input, Static

from keyferry.server.core.folding import composed
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.widgets.action_button import ActionButton
from keyferry.server.faces.console.widgets.fields import line


class ConfirmedDialog(Dialog[bool]):
    """Answers with whether it was done; the harmless button comes first."""

    KIND: ClassVar[str] = "danger"
    KEEP_TEXT: ClassVar[str] = "Cancel"
    ACTS: ClassVar[Operations] = {"ok": None}

    def __init__(self, name: str) -> None:
        """Take what has to be typed."""
        super().__init__()
        self._to_type = name

    def confirmation(self, what: str) -> ComposeResult:
        """Yield where it is typed, and what."""
        yield Static(f"Type {what} to confirm", id="what-to-type", classes="hint", markup=False)
        confirmed = line(most=254)
        confirmed.id = "confirmed"
        yield confirmed

    def buttons(self) -> ComposeResult:
        """Put the harmless answer first."""
        yield ActionButton(self.KEEP_TEXT, "cancel", primary=True)
        yield ActionButton(self.OK_TEXT, "ok", danger=True)
        yield Static("Esc", classes="keys", markup=False)

    def on_mount(self) -> None:
        """Let nothing be done yet."""
        self.weigh()

    @on(Input.Changed, "#confirmed")
    def typed_some(self) -> None:
        """Let it be done once the name is typed."""
        self.say("")
        self.weigh()

    @property
    def is_confirmed(self) -> bool:
        """Whether the name is typed."""
        return composed(self.typed("confirmed").strip()) == composed(self._to_type)

    def weigh(self) -> None:
        """Make ready what can be done now."""
        self.query_one("#do-cancel", ActionButton).primary = not self.is_confirmed
        for button in self.query(ActionButton):
            button.make_ready(button.action != "ok" or self.is_confirmed)

    @work
    async def action_ok(self) -> None:
        """Do it by its button; Enter in the line keeps all, says what is missing, or goes on there."""
        if self.is_confirmed and not isinstance(self.focused, Input):
            await self.do()
        elif self.is_confirmed:
            self.query_one("#do-ok").focus()
        elif self.typed("confirmed").strip():
            self.say(f"! Type {self._to_type} exactly as it’s shown, or press Esc. Nothing has changed yet.")
        else:
            self.dismiss(None)

    async def do(self) -> None:
        """Ask the server for it."""
        raise NotImplementedError

"""What has happened, to be read and closed."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.widgets.action_button import ActionButton


class NoticeDialog(Dialog[None]):
    """Tells something, with a code that can be copied where there is one."""

    ACTS: ClassVar[Operations] = {"copy": None}
    BINDINGS: ClassVar[list[BindingType]] = [Binding("c", "copy", show=False)]

    def __init__(self, title: str, text: str, *, code: str = "") -> None:
        super().__init__()
        self._heading = title
        self._text = text
        self._code = code

    def form(self) -> ComposeResult:
        """Show the text."""
        yield Static(self._text, classes="text", markup=False)
        if self._code:
            yield Static(self._code, id="code", markup=False)

    def buttons(self) -> ComposeResult:
        """Close it, or copy the code."""
        yield ActionButton("Close", "cancel", key="Esc")
        if self._code:
            yield ActionButton("Copy", "copy", key="c")

    def on_mount(self) -> None:
        """Name it."""
        self.query_one("#frame").border_title = self._heading

    def action_copy(self) -> None:
        """Send the code to the terminal's clipboard."""
        if self._code:
            self.app.copy_to_clipboard(self._code)
            self.say("Copied to your terminal’s clipboard, if your terminal supports it.")

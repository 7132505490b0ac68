"""What is only read and closed: what has happened, and what the keys do."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.widgets.action_button import ActionButton

_KEYS = (
    ("Type", "search any part of a key, customer, or computer"),
    ("↑ ↓ PgUp PgDn", "move in the list, even while you type"),
    ("Enter or F3", "activate a computer; on a computer, show its key again"),
    ("F4", "deactivate a computer, with or without its code"),
    ("F5  F6  F7", "create, renew, suspend, or resume a license"),
    ("F8", "next tab"),
    ("F9", "filter licenses by status; show only refused events"),
    ("Tab", "move between the search, the list, and the computers"),
    ("Esc", "clear the search; close a dialog"),
    ("F2", "dark, light, or the terminal’s own colors"),
    ("F10 or Ctrl+Q", "sign out and quit"),
)


class NoticeDialog(Dialog[None]):
    """Says something, with a code that can be copied where there is one."""

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
        """Copy the code where there is one."""
        if self._code:
            self.copy(self._code)


class HelpDialog(Dialog[None]):
    """Lists what the keys do."""

    TITLE_TEXT: ClassVar[str] = "Keyboard shortcuts"

    def form(self) -> ComposeResult:
        """Show one line for each."""
        text = Text()
        for keys, does in _KEYS:
            text.append(f"{keys:<15}", "bold")
            text.append(f"{does}\n")
        text.append("\nYou only see what your role allows.", "dim")
        yield Static(text, markup=False)

    def buttons(self) -> ComposeResult:
        """Close it."""
        yield ActionButton("Close", "cancel", key="Esc")

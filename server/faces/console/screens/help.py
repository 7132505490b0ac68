"""The keys, explained."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.widgets import Static

from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.widgets.action_button import ActionButton

_KEYS = (
    ("typing", "searches at once: any part of a key, customer, computer"),
    ("↑ ↓ PgUp PgDn", "walk in the list, also while you type"),
    ("Enter or F3", "activate a computer; on a computer: its key again"),
    ("F4", "deactivate a computer, with its code or without"),
    ("F5  F6  F7", "create, renew, suspend or resume a license"),
    ("F8", "next tab"),
    ("F9", "only active, suspended or expired ones; or refused events"),
    ("Tab", "from the search to the list, to its computers and back"),
    ("Esc", "empty the search; close a dialog"),
    ("F2", "dark, light, or the colors of your terminal"),
    ("F10 or Ctrl+Q", "sign out and quit"),
)


class HelpDialog(Dialog[None]):
    """Lists what the keys do."""

    TITLE_TEXT: ClassVar[str] = "Keys"

    def form(self) -> ComposeResult:
        """Show one line for each."""
        text = Text()
        for keys, does in _KEYS:
            text.append(f"{keys:<15}", "bold")
            text.append(f"{does}\n")
        text.append("\nWhat your role does not permit is not offered.", "dim")
        yield Static(text, markup=False)

    def buttons(self) -> ComposeResult:
        """Close it."""
        yield ActionButton("Close", "cancel", key="Esc")

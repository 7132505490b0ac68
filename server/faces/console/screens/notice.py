"""What is only read and closed: what has happened, and what the keys do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.marked import code
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.widgets.action_button import ActionButton

# What every tab has; what a tab has besides is named by its own keys.
_KEYS = (
    ("/", "search; Enter goes on to what was found"),
    ("↑ ↓ PgUp PgDn", "move in the list, even while you type"),
    ("Tab", "the search, the list, and what is below it"),
    ("1 to 7, F8", "open a tab, or the next one"),
    ("Esc", "back to the list; close a dialog"),
    ("Ctrl+P", "find what can be done, by name"),
    ("F2", "dark, light, or the terminal’s own colors"),
    ("F10 or Ctrl+Q", "sign out and quit"),
)
_COLUMN = 15
# Those of a tab stand in two columns.
_NARROW, _HALF = 7, 31


class NoticeDialog(Dialog[None]):
    """Says something, with a code that can be copied where there is one."""

    ACTS: ClassVar[Operations] = {"copy": None}
    BINDINGS: ClassVar[list[BindingType]] = [Binding("c", "copy", show=False)]

    def __init__(self, title: str, text: str | Content, *, code: str = "") -> None:
        super().__init__()
        self._heading = title
        self._text = text
        self._code = code

    def form(self) -> ComposeResult:
        """Show the text."""
        yield Static(self._text, classes="text", markup=False)
        if self._code:
            yield Static(code(self._code, "bold"), id="code", markup=False)

    def buttons(self) -> ComposeResult:
        """Close it, or copy the code."""
        if self._code:
            yield ActionButton("Copy", "copy", key="c", primary=True)
        yield ActionButton("Close", "cancel", key="Esc", primary=not self._code)

    def on_mount(self) -> None:
        """Name it."""
        self.query_one("#frame").border_title = self._heading

    def action_copy(self) -> None:
        """Copy the code where there is one."""
        if self._code:
            self.copy(self._code)


class HelpDialog(Dialog[None]):
    """Lists what the keys do, those of the open tab first."""

    TITLE_TEXT: ClassVar[str] = "Keyboard shortcuts"

    def __init__(self, own: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._own = own

    def form(self) -> ComposeResult:
        """Show one line for each."""
        half = -(-len(self._own) // 2)
        left, right = self._own[:half], [*self._own[half:], ("", "")]
        text = [_said(*one, _NARROW).pad_right(_HALF).truncate(_HALF) for one in left]
        text = [
            one + _said(*other, _NARROW).truncate(_HALF - 3) for one, other in zip(text, right, strict=False)
        ]
        text += [Content(""), *(_said(keys, does, _COLUMN) for keys, does in _KEYS)]
        yield Static(Content("\n").join(text), markup=False)
        yield Static("You only see what your role allows.", classes="hint above", markup=False)

    def buttons(self) -> ComposeResult:
        """Close it."""
        yield ActionButton("Close", "cancel", primary=True)
        yield Static("Esc", classes="keys", markup=False)


def _said(keys: str, does: str, width: int) -> Content:
    return Content.assemble((f"{keys:<{width}}", "$primary bold"), (does, "$ink-2"))

"""A field of a form: its name, where one types, and what is wrong with it right below."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Paste
from textual.widget import Widget
from textual.widgets import Input, Static

from keyferry.protocol.visible import is_visible

# More than any path or link of a wizard has.
_LONGEST = 4096


class _Line(Input):
    def _on_paste(self, event: Paste) -> None:
        # Textual takes the first line only, and mail programs wrap long addresses.
        text = " ".join(event.text.strip("\r\n").splitlines())
        # Who copies from a page on the web cannot see what else comes along.
        event.text = "".join(one if is_visible(one) else " " if one.isspace() else "" for one in text)


class Field(Vertical):
    """A named control with room for a refusal below it."""

    def __init__(self, name: str, control: Widget, *, id: str) -> None:
        super().__init__(id=f"field-{id}", classes="field")
        control.id = id
        self.control = control
        self._label = name

    def compose(self) -> ComposeResult:
        """Put the name beside the control."""
        with Horizontal():
            yield Static(self._label, classes="label", markup=False)
            yield self.control
        yield Static("", classes="wrong", markup=False)

    def say(self, text: str) -> None:
        """Say what is wrong, or nothing."""
        wrong = self.query_one(".wrong", Static)
        wrong.update(f"! {text}" if text else "")
        wrong.display = bool(text)


def line(value: str = "", *, hint: str = "", most: int = _LONGEST, password: bool = False) -> Input:
    """Return an input of one line."""
    # Nothing selected when the field is reached: one key must not wipe what stands there.
    return _Line(value, hint, max_length=most, password=password, compact=True, select_on_focus=False)

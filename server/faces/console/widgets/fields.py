"""A field of a form: its name, where one types, and what is wrong with it right below."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding
from textual.color import Color
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Key, Paste
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Static

from keyferry.protocol.visible import is_visible
from keyferry.server.faces.console.marked import code, key_hint

# More than any path or link of a wizard has.
_LONGEST = 4096
_UNDERLINE = Style(underline=True)
_DIGITS = re.compile(r"([0-9]+)")
_EDITS = {key: one.action for one in Input.BINDINGS if isinstance(one, Binding) for key in one.key.split(",")}


class Line(Input):
    """One line of underlined cells, so that it stays a field on any ground and without color."""

    async def on_key(self, event: Key) -> None:
        """Edit in the order of the keys.

        Textual has a key bubble up before it looks for its binding. Meanwhile what was typed behind it has
        reached the line: a correction that comes in one piece would take back the wrong character.
        """
        if event.key in _EDITS:
            event.stop()
            event.prevent_default()
            await self.run_action(_EDITS[event.key])

    def render_lines(self, crop: Region) -> list[Strip]:
        """Underline all cells, the empty ones in the color of edges; of a code, set its digits off."""
        edge = _UNDERLINE + self._painted("edge")
        digit = self._painted("digit") if self.has_class("code") and self.value else Style.null()
        return [
            Strip(list(_underlined(strip, edge, digit)), strip.cell_length)
            for strip in super().render_lines(crop)
        ]

    def on_resize(self) -> None:
        """Show where one types in a text that is longer than the line, from the beginning on."""
        self.call_after_refresh(self._show_cursor)

    def _show_cursor(self) -> None:
        at = cell_len(self.value[: self.cursor_position])
        self.scroll_to_region(Region(at, 0, 1, 1), force=True, animate=False)

    def _painted(self, name: str) -> Style:
        return Style.from_color(Color.parse(self.app.theme_variables[name]).rich_color)

    def _on_paste(self, event: Paste) -> None:
        event.text = pasted(event.text)


def _underlined(strip: Strip, edge: Style, digit: Style) -> Iterable[Segment]:
    for text, style, control in strip:
        for piece in _DIGITS.split(text) if digit else [text]:
            if piece:
                more = digit if piece.isdigit() and not (style and style.reverse) else Style.null()
                drawn = _UNDERLINE + more if piece.strip() else edge
                yield Segment(piece, (style or Style.null()) + drawn, control)


def pasted(text: str) -> str:
    """Return a text as it was pasted, in one line and without what cannot be seen."""
    # Textual takes the first line only, and mail programs wrap long addresses.
    whole = " ".join(text.strip("\r\n").splitlines())
    # Who copies from a page on the web cannot see what else comes along.
    return "".join(one if is_visible(one) else " " if one.isspace() else "" for one in whole)


class Field(Vertical):
    """A named control with room for a refusal below it, and for the key that takes a reading over."""

    def __init__(self, name: str, control: Widget, *, id: str, inset: bool = False, beside: str = "") -> None:
        """Take the name; `inset` stands below a way to choose, and `beside` is said behind the control."""
        super().__init__(id=f"field-{id}", classes="field inset" if inset else "field")
        self._beside = beside
        control.id = id
        self.control = control
        self._label = name

    def compose(self) -> ComposeResult:
        """Put the name beside the control."""
        with Horizontal():
            yield Static(self._label, classes="label", markup=False)
            yield self.control
            if self._beside:
                yield Static(self._beside, classes="beside", markup=False)
        yield Static("", classes="wrong", markup=False)
        yield Static("", classes="reading", markup=False)

    def say(self, text: str, reading: str = "") -> None:
        """Say what is wrong, or nothing; and which reading F3 puts into it."""
        wrong, offer = self.query_one(".wrong", Static), self.query_one(".reading", Static)
        wrong.update(Content.assemble(("!", "bold"), f" {text}") if text else "")
        wrong.display = bool(text)
        offer.update(key_hint("F3", "Use ") + code(reading))
        offer.display = bool(reading)

    def tell(self, text: str) -> None:
        """Say what is known of what was typed, where nothing is wrong with it."""
        known = self.query_one(".reading", Static)
        known.update(Content.styled(text, "$ink-2"))
        known.display = bool(text)


def line(
    value: str = "",
    *,
    hint: str = "",
    most: int = _LONGEST,
    password: bool = False,
    is_code: bool = False,
) -> Line:
    """Return an input of one line."""
    # Nothing selected when the field is reached: one key must not wipe what stands there.
    made = Line(
        value,
        hint,
        max_length=most,
        password=password,
        compact=True,
        select_on_focus=False,
        classes="code" if is_code else None,
    )
    # The cursor is all that shows which line has the focus.
    made.cursor_blink = False
    return made

"""Nothing but the QR code, when it needs the whole window or is easier to scan that way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Static

from keyferry.wizard.qr import TIGHT, Drawing, Room, ScanCode, least_room
from keyferry.wizard.terminal.frame import WizardFrame
from keyferry.wizard.terminal.widgets.bars import KeyHint
from keyferry.wizard.terminal.widgets.scan_code import ScanCodeView
from keyferry.wizard.terminal.words import Words


class CodeAloneScreen(Screen[None]):
    """Nothing but the code, or words if it would be cut; any other key than F3, or a click, returns."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f3", "invert", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(
        self, urls: Sequence[str], *, view: ScanCodeView, drawing: Drawing | None, about: str
    ) -> None:
        """Take the addresses, the view on the screen below, the drawing if only one will do, and a name."""
        super().__init__()
        self._urls = urls
        self._below = view
        self._drawing = drawing
        self._about = about

    @property
    def wizard(self) -> WizardFrame:
        """The application, with its words."""
        return cast("WizardFrame", self.app)

    def compose(self) -> ComposeResult:
        """Fill the screen with the code, and name the keys below it if a line is left."""
        yield ScanCodeView(fills=True)
        yield Static(id="no-code", markup=False)
        with Horizontal(id="key-bar"):
            yield KeyHint(self.wizard.words("bar.back"), "screen.leave")
            yield KeyHint(self.wizard.words("bar.invert"), "screen.invert")
            yield Static(self._about, id="about", markup=False)

    def on_mount(self) -> None:
        """Keep black and white as they are on the screen below."""
        self.query_one(ScanCodeView).inverted = self._below.inverted

    def on_resize(self, event: events.Resize) -> None:
        """Make the best of the room."""
        size = event.size
        code, drawing = self._within(Room(size.width, size.height - 1))
        bar = code is not None
        if code is None:
            code, drawing = self._within(Room(*size))
        self.set_class(code is None, "without-code")
        self.query_one(ScanCodeView).show(code, drawing)
        self.query_one("#no-code", Static).update(
            too_small(self.wizard.words, self._urls, size, drawing=self._drawing or self.wizard.least_drawing)
        )
        self.query_one("#key-bar").display = bar or code is None

    def _within(self, room: Room) -> tuple[ScanCode | None, Drawing]:
        for drawing in [self._drawing] if self._drawing else self.wizard.drawings:
            code = ScanCode.within(room, self._urls, margin=TIGHT, drawing=drawing)
            # Larger is better, but not at the price of the computer's name.
            if code is not None and (code.url == self._urls[0] or drawing is self.wizard.least_drawing):
                return code, drawing
        return None, self.wizard.least_drawing

    def action_invert(self) -> None:
        """Exchange black and white, here and on the screen below."""
        self.query_one(ScanCodeView).invert()
        self._below.invert()

    def on_key(self, event: events.Key) -> None:
        """Return, and let the key do nothing else on the screen below."""
        if event.key != "f3":
            event.stop()
            self.action_leave()

    def on_click(self) -> None:
        """Return."""
        self.action_leave()

    def action_leave(self) -> None:
        """Return, once: a second key that was on its way must not close the screen below, too."""
        if self.is_active:
            self.dismiss()


def too_small(words: Words, urls: Sequence[str], size: Size, *, drawing: Drawing) -> str:
    """Return the words for a window that has no room for the code."""
    columns, lines = least_room(urls, margin=TIGHT, drawing=drawing)
    return words("scan.too_small", columns=columns, lines=lines, width=size.width, height=size.height)

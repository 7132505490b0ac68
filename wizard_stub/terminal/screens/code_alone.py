"""Nothing but the QR code, when it needs the whole window or is easier to scan that way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Center, Middle
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Static

from keyferry.wizard.qr import TIGHT, Room, ScanCode, least_room
from keyferry.wizard.terminal.frame import WizardFrame
from keyferry.wizard.terminal.widgets.scan_code import ScanCodeView
from keyferry.wizard.terminal.words import Words


class CodeAloneScreen(Screen[None]):
    """Nothing but the code, or words if it would be cut; any key, or a click, returns."""

    def __init__(self, urls: Sequence[str], *, inverted: bool) -> None:
        super().__init__()
        self._urls = urls
        self._inverted = inverted

    @property
    def wizard(self) -> WizardFrame:
        """The application, with its words."""
        return cast("WizardFrame", self.app)

    def compose(self) -> ComposeResult:
        """Put the code into the middle, and below it how to return if a line is left."""
        with Middle(), Center():
            yield ScanCodeView()
        yield Static(id="no-code", markup=False)
        yield Static(self.wizard.words("scan.any_key"), id="any-key", markup=False)

    def on_mount(self) -> None:
        """Keep black and white exchanged."""
        self.query_one(ScanCodeView).inverted = self._inverted

    def on_resize(self, event: events.Resize) -> None:
        """Make the best of the room."""
        size = event.size
        code = ScanCode.within(Room(*size), self._urls, margin=TIGHT)
        self.set_class(code is None, "without-code")
        self.query_one(ScanCodeView).show(code)
        self.query_one("#no-code", Static).update(too_small(self.wizard.words, self._urls, size))
        self.query_one("#any-key").display = code is None or size.height > code.needs(TIGHT).lines

    def on_key(self, event: events.Key) -> None:
        """Return, and let the key do nothing else on the screen below."""
        event.stop()
        self._leave()

    def on_click(self) -> None:
        """Return."""
        self._leave()

    def _leave(self) -> None:
        # A second key that was on its way must not close the screen below, too.
        if self.is_active:
            self.dismiss()


def too_small(words: Words, urls: Sequence[str], size: Size) -> str:
    """Return the words for a window that has no room for the code."""
    columns, lines = least_room(urls, margin=TIGHT)
    return words("scan.too_small", columns=columns, lines=lines, width=size.width, height=size.height)

"""A QR code on the left and what belongs to it on the right: fits 80 by 24 characters."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Center, Horizontal, Middle, VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from wizard_stub.terminal.screens.base import WizardScreen
from wizard_stub.terminal.screens.code_trouble import CodeTroubleScreen
from wizard_stub.terminal.widgets.choice import Choice
from wizard_stub.terminal.widgets.scan_code import ScanCodeView


class CodeBesideScreen(WizardScreen):
    """Shows one address as a QR code; a subclass yields what stands beside it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f3", "invert", show=False),
        Binding("f4", "alone", show=False),
    ]

    def __init__(self, url: str) -> None:
        super().__init__(classes="code-beside")
        self._url = url

    def body(self) -> ComposeResult:
        """Put the code on the left."""
        with Horizontal(id="beside"):
            yield ScanCodeView(self._url, too_small=self.wizard.words.raw("scan.too_small"))
            with VerticalScroll(id="aside", can_focus=False):
                if self.wizard.lacks_colours:
                    yield Static(self.say("scan.invert"), classes="text note", markup=False)
                yield from self.aside()

    def aside(self) -> ComposeResult:
        """Yield what stands beside the code."""
        raise NotImplementedError

    def on_resize(self) -> None:
        """Draw the code as soon as there is room for it."""
        self.query_one(ScanCodeView).refresh()

    def action_invert(self) -> None:
        """Exchange black and white."""
        self.query_one(ScanCodeView).invert()

    @on(Choice.Chosen, "#trouble")
    def trouble(self) -> None:
        """Offer other ways to show the code."""
        self.wizard.push_screen(
            CodeTroubleScreen(self._url, alone=self.action_alone, invert=self.action_invert)
        )

    def action_alone(self) -> None:
        """Show nothing but the code."""
        self.wizard.push_screen(CodeAloneScreen(self._url, too_small=self.wizard.words.raw("scan.too_small")))


class CodeAloneScreen(Screen[None]):
    """Nothing but the code; any key, or a click, returns."""

    def __init__(self, url: str, *, too_small: str) -> None:
        super().__init__()
        self._url = url
        self._too_small = too_small

    def compose(self) -> ComposeResult:
        """Put the code into the middle."""
        with Middle(), Center():
            yield ScanCodeView(self._url, too_small=self._too_small)

    def on_resize(self) -> None:
        """Draw the code as soon as there is room for it."""
        self.query_one(ScanCodeView).refresh()

    def on_key(self, event: events.Key) -> None:
        """Return, and let the key do nothing else on the screen below."""
        event.stop()
        self.dismiss()

    def on_click(self) -> None:
        """Return."""
        self.dismiss()

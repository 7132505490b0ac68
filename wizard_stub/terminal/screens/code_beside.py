"""A QR code on the left and what belongs to it on the right: fits 80 by 24 characters.

If there is less room, or the code is larger, first the computer's name in it is shortened, then the bars
give way, then the code is shown alone; and if even that would cut it, words say what to do instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.geometry import Size
from textual.widgets import Static

from keyferry.wizard.qr import TIGHT, Room, ScanCode
from keyferry.wizard.results import Begun, Released, name_within, urls_of
from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.screens.code_alone import CodeAloneScreen, too_small
from keyferry.wizard.terminal.screens.code_trouble import CodeTroubleScreen
from keyferry.wizard.terminal.widgets.choice import Choice
from keyferry.wizard.terminal.widgets.facts import Fact, Facts
from keyferry.wizard.terminal.widgets.scan_code import ScanCodeView

_BARS = 2
# Room for the longest choice; a key in groups may take two lines.
_ASIDE = 27
# This many characters of a name are worth more than the bars.
_NAME_WORTH_SHOWING = 8


class CodeBesideScreen(WizardScreen):
    """Shows one request as a QR code; a subclass yields what is beside it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f3", "invert", show=False),
        Binding("f4", "alone", show=False),
    ]

    def __init__(self, shown: Begun | Released) -> None:
        super().__init__(classes="code-beside")
        self._shown = shown
        self._urls = urls_of(shown)
        self._arranged_for: Size | None = None

    def body(self) -> ComposeResult:
        """Put the code on the left, or words instead above everything else."""
        yield Static(id="no-code", markup=False)
        with Horizontal(id="beside"):
            yield ScanCodeView()
            with VerticalScroll(id="aside", can_focus=False):
                if self.wizard.lacks_colors:
                    yield self.paragraph("scan.invert", "text note")
                yield from self.aside()

    def aside(self) -> ComposeResult:
        """Yield what is beside the code."""
        raise NotImplementedError

    def facts(self, name: str | None) -> Iterator[Fact]:
        """Yield the codes to send by hand, and the computer's name as the QR code has it."""
        shown = self._shown
        yield self.say("fact.activation_key"), shown.activation_key.text
        yield self.say("fact.computer_id"), shown.computer_id.text
        whole = name == shown.computer_name
        yield self.say("fact.computer_name" if whole else "fact.computer_name.shortened"), name

    def on_resize(self, event: events.Resize) -> None:
        """Make the best of the room."""
        self._arrange(event.size)

    def on_screen_resume(self) -> None:
        """Make the best of the room, which may have changed under another screen."""
        self._arrange(self.app.size)

    def _arrange(self, size: Size) -> None:
        if size == self._arranged_for:
            return
        self._arranged_for = size
        code, bars = self._beside(size)
        alone = None if code else ScanCode.within(Room(*size), self._urls, margin=TIGHT)
        self.set_class(code is not None and not bars, "without-bars")
        self.set_class(code is None, "without-code")
        self.query_one(ScanCodeView).show(code)
        self.query_one("#no-code", Static).update(self._instead(size, alone))
        self.query_one(Facts).show(*self.facts(self._name_in(code or alone)))
        if alone is not None:
            self.action_alone()

    def _beside(self, size: Size) -> tuple[ScanCode | None, bool]:
        """Return the code that has room beside the words, and whether the bars may stay."""
        with_name: Sequence[str] = self._urls[: max(1, len(self._urls) - _NAME_WORTH_SHOWING)]
        columns = size.width - _ASIDE
        code = ScanCode.within(Room(columns, size.height - _BARS), with_name, margin=TIGHT)
        if code is not None:
            return code, True
        return ScanCode.within(Room(columns, size.height), self._urls, margin=TIGHT), False

    def _instead(self, size: Size, alone: ScanCode | None) -> str:
        if alone is not None:
            return self.say("scan.only_alone")
        return too_small(self.wizard.words, self._urls, size)

    def _name_in(self, code: ScanCode | None) -> str | None:
        """Return the computer's name, as much of it as the code on the screen carries."""
        return name_within(self._shown, code.url) if code else self._shown.computer_name

    @property
    def rejected(self) -> Callable[[], object] | None:
        """What to do if the page no longer accepts this request; None if nothing."""
        return None

    def action_invert(self) -> None:
        """Exchange black and white."""
        self.query_one(ScanCodeView).invert()

    @on(Choice.Chosen, "#trouble")
    def trouble(self) -> None:
        """Offer to show the code differently."""
        self.wizard.push_screen(
            CodeTroubleScreen(
                self._shown.url,
                alone=self.action_alone,
                invert=self.action_invert,
                rejected=self.rejected,
            )
        )

    def action_alone(self) -> None:
        """Show nothing but the code."""
        inverted = self.query_one(ScanCodeView).inverted
        self.wizard.push_screen(CodeAloneScreen(self._urls, inverted=inverted))

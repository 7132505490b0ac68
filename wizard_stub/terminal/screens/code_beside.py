"""A QR code on the left and what belongs to it on the right: fits 80 by 24 characters.

If there is less room, or the code is larger, first the computer's name in it is shortened, then the bars
give way, then the code is shown alone; and if even that would cut it, words say what to do instead.
If there is much more room, the code is drawn twice as large.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.geometry import Size
from textual.widgets import Static

from keyferry.wizard.qr import TIGHT, WIDE, Drawing, Room, ScanCode
from keyferry.wizard.results import Begun, Released, name_within, urls_of
from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.screens.code_alone import CodeAloneScreen, too_small
from keyferry.wizard.terminal.screens.code_trouble import CodeTroubleScreen
from keyferry.wizard.terminal.widgets.choice import Choice
from keyferry.wizard.terminal.widgets.facts import Fact, Facts
from keyferry.wizard.terminal.widgets.scan_code import ScanCodeView
from keyferry.wizard.terminal.widgets.scrolled import Scrolled

_BARS = 2
# Room for the longest choice; a key in groups may take two lines. In a large window nothing of it breaks.
_ASIDE, _WHOLE_ASIDE = 27, 35
# The columns of a key in groups.
_KEY = 29
# Columns on both sides of the code in a wide window.
_BESIDE = 4
# The columns of a usual code with its margins, and how many lines more still belong to them.
_USUAL_GROUND, _FEW_LINES = 45, 4
# This many characters of a name are worth more than the bars.
_NAME_WORTH_SHOWING = 8


class _Shown(NamedTuple):
    """A code, how it is drawn, the margin above and below, and whether the bars stay."""

    code: ScanCode
    drawing: Drawing
    margin: int
    bars: bool


class CodeBesideScreen(WizardScreen):
    """Shows one request as a QR code; a subclass yields what is beside it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f3", "invert", show=False),
        Binding("f4", "alone", show=False),
        Binding("t", "trouble", show=False),
    ]

    def __init__(self, shown: Begun | Released) -> None:
        super().__init__(classes="code-beside")
        self._shown = shown
        self._urls = urls_of(shown)
        self._arranged_for: Size | None = None

    def body(self) -> ComposeResult:
        """Put the code on the left, or words instead above everything else."""
        yield Static(id="no-code", markup=False)
        with Horizontal(id="beside", classes="alone"):
            yield ScanCodeView()
            with Scrolled(id="aside"):
                if self.wizard.lacks_colors:
                    yield self.paragraph("scan.invert", "hint")
                yield from self.aside()

    def on_mount(self) -> None:
        """Begin with what leads on."""
        self.query(Choice).first().focus()

    def aside(self) -> ComposeResult:
        """Yield what is beside the code."""
        raise NotImplementedError

    def codes(self) -> Facts:
        """Return the codes to send by hand."""
        return self.facts(*self.code_facts(self._shown.computer_name), below=True).set_class(True, "codes")

    def code_facts(self, name: str | None) -> Iterator[Fact]:
        """Yield the codes to send by hand, and the computer's name as the QR code has it."""
        shown = self._shown
        yield Fact(self.say("fact.activation_key"), shown.activation_key.text, copy="c")
        yield Fact(self.say("fact.computer_id"), shown.computer_id.text, copy="i")
        whole = name == shown.computer_name
        yield Fact(self.say("fact.computer_name" if whole else "fact.computer_name.shortened"), name)

    def on_screen_resume(self) -> None:
        """Make the best of the room, which may have changed under another screen."""
        self.make_room(self.app.size)

    def make_room(self, size: Size) -> None:
        """Make the best of the room, once for each size."""
        if size == self._arranged_for:
            return
        self._arranged_for = size
        shown = self._beside(size)
        alone = None if shown else self._alone(size)
        self.set_class(shown is not None and not shown.bars, "without-bars")
        self.set_class(shown is None, "without-code")
        view = self.query_one(ScanCodeView)
        if shown is None:
            view.show(None)
        else:
            lines = size.height - _BARS * shown.bars
            view.show(shown.code, shown.drawing, margin=shown.margin, least=self._ground(shown, size, lines))
        self._place(view, size, bars=shown.bars if shown else True)
        self.query_one("#no-code", Static).update(self._instead(size, alone))
        carried = shown.code if shown else alone
        self.query_one(".codes", Facts).show(*self.code_facts(self._name_in(carried)))
        if alone is not None:
            self.action_alone()

    @staticmethod
    def _ground(shown: _Shown, size: Size, lines: int) -> Room:
        """Return the white ground: a few lines more or less of another ground would look like a mistake."""
        needed = shown.code.needs(shown.margin, shown.drawing)
        columns = min(_USUAL_GROUND, size.width - _WHOLE_ASIDE)
        return Room(columns, lines if lines - needed.lines <= _FEW_LINES else needed.lines)

    def _place(self, view: ScanCodeView, size: Size, *, bars: bool) -> None:
        """Put what is larger than needed around the code and what is beside it."""
        room = view.ground
        beside = min(_BESIDE, max(0, size.width - room.columns - _WHOLE_ASIDE) // 8)
        spare = max(0, size.height - _BARS * bars - room.lines) if room.lines else 0
        above = (spare + 1) // 3
        view.styles.margin = (above, beside, 0, beside)
        # A key stays in one line next to the bar that scrolls, if one column of the gap is enough for that.
        gap = 1 if size.width - room.columns - 2 * beside == _KEY + 2 else 2
        # Advice takes the free line: a small window has just as many as the rest needs.
        free = 1 if bars and room.lines and not self.wizard.lacks_colors else 0
        self.query_one("#aside").styles.padding = (max(above, free), 0, 0, gap)

    def _beside(self, size: Size) -> _Shown | None:
        """Return the code that has room beside the words, the largest first."""
        whole = [self._urls[0]]
        with_name: Sequence[str] = self._urls[: max(1, len(self._urls) - _NAME_WORTH_SHOWING)]
        lines = size.height - _BARS
        for drawing in self.wizard.drawings:
            least = drawing is self.wizard.least_drawing
            room = Room(size.width - (_ASIDE if least else _WHOLE_ASIDE), lines)
            for margin in (WIDE, TIGHT):
                urls = whole if margin == WIDE or not least else with_name
                code = ScanCode.within(room, urls, margin=margin, drawing=drawing)
                if code is not None:
                    return _Shown(code, drawing, margin, bars=True)
        drawing = self.wizard.least_drawing
        room = Room(size.width - _ASIDE, size.height)
        code = ScanCode.within(room, self._urls, margin=TIGHT, drawing=drawing)
        return _Shown(code, drawing, TIGHT, bars=False) if code is not None else None

    def _alone(self, size: Size) -> ScanCode | None:
        drawing = self.wizard.least_drawing
        return ScanCode.within(Room(*size), self._urls, margin=TIGHT, drawing=drawing)

    def _instead(self, size: Size, alone: ScanCode | None) -> str:
        if alone is not None:
            return self.say("scan.only_alone")
        return too_small(self.wizard.words, self._urls, size, drawing=self.wizard.least_drawing)

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
    def action_trouble(self) -> None:
        """Offer to show the code differently."""
        facts = self.code_facts(self._shown.computer_name)
        self.wizard.push_screen(
            CodeTroubleScreen(
                self._shown.url,
                list(facts)[:2],
                place=(self.step, self.giving_up),
                alone=self.action_alone,
                invert=self.action_invert,
                wide=self.show_wide,
                rejected=self.rejected,
            )
        )

    def action_alone(self) -> None:
        """Show nothing but the code."""
        self._show_alone(None)

    def show_wide(self) -> None:
        """Show nothing but the code, without characters."""
        self._show_alone(Drawing.SPACES)

    def _show_alone(self, drawing: Drawing | None) -> None:
        product, name = self.wizard.profile.product_name, self._shown.computer_name
        about = self.say("scan.about", product=product, computer=name) if name else product
        view = self.query_one(ScanCodeView)
        self.wizard.push_screen(CodeAloneScreen(self._urls, view=view, drawing=drawing, about=about))

"""What every screen has: a title bar, a body, a bar of keys, and the control in the background."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar, cast

from textual import events, on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import WorkerFailed

from keyferry.protocol.claims import Claims
from keyferry.wizard.guarantees import Lacking
from keyferry.wizard.terminal.frame import WizardFrame
from keyferry.wizard.terminal.problems import Refusal, explain
from keyferry.wizard.terminal.widgets.bars import KeyHint, TitleBar, step_marks
from keyferry.wizard.terminal.widgets.choice import Choice
from keyferry.wizard.terminal.widgets.facts import Fact, Facts
from keyferry.wizard.terminal.widgets.license_panel import time_bar
from keyferry.wizard.terminal.widgets.marked import RULE, marked
from keyferry.wizard.terminal.widgets.scrolled import Scrolled

T = TypeVar("T")

KEYS_EXPLAINED = ("move", "choose", "back", "help", "theme", "f3", "f4", "copy", "quit")
_KEY_COLUMN = 15

_STEPS = 4
# The lines and columns that every screen is drawn for; a larger window has more around them.
_USUAL = Size(80, 24)
TEXT_WIDTH = 74
"""The columns that words and facts take at most."""


class WizardScreen(Screen[None]):
    """A step of the wizard; `help_key` names its help text, `step` its place on the way to a license."""

    help_key = "help.home"
    can_go_back = True
    step = 0
    giving_up = 0
    """The step of a deactivation, 1 or 2."""
    further_keys: ClassVar[tuple[tuple[str, str], ...]] = ()
    """What the bar of keys names besides: a word and its action."""
    VERTICAL_BREAKPOINTS = [(0, "-short"), (27, "-tall")]  # noqa: RUF012 - as the next
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (78, "-usual")]  # noqa: RUF012 - Textual declares it for each instance
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,question_mark", "help", show=False),
        Binding("escape", "back", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
        Binding("right", "button(1)", show=False),
        Binding("left", "button(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("c", "copy('c')", show=False),
        Binding("i", "copy('i')", show=False),
    ]

    @property
    def wizard(self) -> WizardFrame:
        """The application, with its control and words."""
        return cast("WizardFrame", self.app)

    def say(self, key: str, **values: object) -> str:
        """Return words in the person's language."""
        return self.wizard.words(key, **values)

    def explain(self, error: Exception) -> str:
        """Return the words for a refusal."""
        return explain(self.wizard.words, error, folder=self.wizard.folder)

    def paragraph(self, key: str, classes: str = "text", **values: object) -> Static:
        """Return words in the person's language as a part of the screen."""
        return Static(self.say(key, **values), classes=classes, markup=False)

    def remark(self, text: str) -> None:
        """Say something about what was typed; it begins with "!" if that is a problem."""
        remarks = self.query_one("#said", Static)
        remarks.update(marked(text))
        remarks.set_class(text.startswith("!"), "problem")

    def facts(self, *facts: Fact, below: bool = False, between: int = 3) -> Facts:
        """Return a table, with the words beside what can be copied."""
        copy, copied = self.say("copy"), self.say("copied")
        return Facts(*facts, copy=copy, copied=copied, below=below, between=between)

    def on_and_until(self, name: str | None, claims: Claims | None) -> str:
        """Return on which computer, and until when."""
        computer = name or self.say("this_computer")
        if claims is None:
            return self.say("on_computer", computer=computer)
        if claims.expires is None:
            return self.say("on_computer_never", computer=computer)
        return self.say("on_computer_until", computer=computer, day=self.wizard.words.day(claims.expires))

    def time_left(self, claims: Claims) -> Content | None:
        """Return how much of a license's time is left; None if it has no end."""
        if claims.expires is None:
            return None
        days = max(1, (claims.expires - claims.issued).days)
        left = min(days, max(0, (claims.expires - self.wizard.now().date()).days))
        return time_bar(left, days) + Content("  " + self.say("days_left", left=left, days=days))

    def rule(self) -> Static:
        """Return a line that parts what is below it."""
        return Static(RULE * TEXT_WIDTH, classes="rule", markup=False)

    def compose(self) -> ComposeResult:
        """Put the bars around the body."""
        product, suffix = self.wizard.profile.product_name, self.say("bar.title")
        yield TitleBar(product, f" · {suffix}", self._step_in_words(), self.say("bar.no_network"))
        with Scrolled(id="body"):
            yield from self.body()
        with Horizontal(id="key-bar"):
            yield from self._keys()

    def _step_in_words(self) -> Content:
        if self.giving_up:
            return Content.styled(self.say("bar.giving_up", step=self.giving_up), "$error bold")
        if self.step:
            return step_marks(self.say("bar.step", step=self.step, steps=_STEPS), self.step, _STEPS)
        return Content("")

    def _keys(self) -> ComposeResult:
        yield KeyHint(self.say("bar.help"), "screen.help")
        yield KeyHint(self.say("bar.theme"), "app.next_theme")
        for word, action in self.further_keys:
            yield KeyHint(self.say(word), action, id=word.replace(".", "-"))
        if self.can_go_back:
            yield KeyHint(self.say("bar.back"), "screen.back")
        yield KeyHint(self.say("bar.quit"), "app.quit")

    def body(self) -> ComposeResult:
        """Yield what the step consists of."""
        raise NotImplementedError

    def on_resize(self, event: events.Resize) -> None:
        """Make the best of the room."""
        self.make_room(event.size)

    def make_room(self, size: Size) -> None:
        """Put what is drawn for 80 by 24 into the middle of a larger window."""
        body = self.query_one("#body")
        wider = max(0, size.width - _USUAL.width)
        higher = max(0, size.height - _USUAL.height)
        body.styles.padding = (1 + higher // 6, 1, 0, 3 + wider * 9 // 20)

    def action_copy(self, letter: str) -> None:
        """Copy what the letter stands beside to the clipboard, through the terminal."""
        for facts in self.query(Facts):
            value = facts.take(letter)
            if value is not None:
                self.app.copy_to_clipboard(value)

    @on(Facts.Copied)
    def copy_clicked(self, event: Facts.Copied) -> None:
        """Copy what was clicked on."""
        self.action_copy(event.letter)

    def action_button(self, by: int) -> None:
        """Go to the button beside this one."""
        if not isinstance(self.focused, Choice):
            raise SkipAction
        if by > 0:
            self.focus_next()
        else:
            self.focus_previous()

    def action_help(self) -> None:
        """Explain this step."""
        self.wizard.push_screen(HelpScreen(self.help_key))

    def action_back(self) -> None:
        """Return to the step before."""
        if self.can_go_back:
            self.dismiss()

    @on(Choice.Chosen, "#back,#close,#keep,#no")
    def back(self) -> None:
        """Return to the step before, and change nothing."""
        self.dismiss()

    @on(Choice.Chosen, "#home")
    def home(self) -> None:
        """Go to the overview."""
        self.wizard.go_home()

    @on(Choice.Chosen, "#quit")
    def quit(self) -> None:
        """Close the wizard."""
        self.wizard.exit()

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close this screen, once: keys that are pressed twice must not close the one behind it, too."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def action_page(self, by: int) -> None:
        """Scroll what does not fit, on a small terminal."""
        for scrolled in self.query(Scrolled):
            scrolled.scroll_relative(y=by * scrolled.size.height, animate=False)

    def warnings(self, lacking: tuple[Lacking, ...]) -> ComposeResult:
        """Say what the file system could not guarantee."""
        for warning in lacking:
            yield self.paragraph(f"warning.{warning.value}", "text note")

    async def in_background(self, work: Callable[[], T]) -> T:
        """Let the control work in a thread, since scrypt and a repair would freeze the screen."""
        refusals: list[Exception] = []

        def attempt() -> T | None:
            # A refusal is an answer, not a failure of the thread.
            try:
                return work()
            except Refusal as error:
                refusals.append(error)
                return None

        # In a group of its own: a screen that comes to the front cancels what it asked before.
        worker = self.run_worker(attempt, thread=True, exit_on_error=False, group="control")
        try:
            answer = await worker.wait()
        except WorkerFailed as failed:
            raise failed.error from None
        if refusals:
            raise refusals[0]
        return cast("T", answer)


class HelpScreen(WizardScreen):
    """Explains, and returns to where the person was."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self._key = key

    def body(self) -> ComposeResult:
        """Show the text of the step, then the keys."""
        yield self.paragraph("help.title", "title")
        yield self.paragraph(self._key, "text help")
        yield Static(Content("\n").join(self._keys_explained()), classes="text")
        yield self.paragraph("help.mouse", "text hint")
        if self.wizard.contact:
            yield self.facts(Fact(self.say("fact.questions"), self.wizard.contact))

    def _keys_explained(self) -> list[Content]:
        lines = []
        for name in KEYS_EXPLAINED:
            keys, _, what = self.say(f"help.key.{name}").partition("|")
            lines.append(
                Content.styled(keys.ljust(_KEY_COLUMN), "$primary bold") + Content.styled(what, "$ink-2")
            )
        return lines

    def _keys(self) -> ComposeResult:
        yield KeyHint(self.say("bar.back"), "screen.back")
        yield KeyHint(self.say("bar.theme"), "app.next_theme")
        yield KeyHint(self.say("bar.quit"), "app.quit")

    def action_help(self) -> None:
        """Close again with the same key."""
        self.dismiss()

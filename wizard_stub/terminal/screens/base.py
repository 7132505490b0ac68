"""What every screen has: a title bar, a body, a bar of keys, help, and the control in the background."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import WorkerFailed

from keyferry.wizard.guarantees import Lacking
from keyferry.wizard.terminal.frame import WizardFrame
from keyferry.wizard.terminal.problems import Refusal, explain
from keyferry.wizard.terminal.widgets.choice import Choice

T = TypeVar("T")


class WizardScreen(Screen[None]):
    """A step of the wizard; `help_key` names its help text."""

    help_key = "help.home"
    can_go_back = True
    numbers_choices = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,question_mark", "help", show=False),
        Binding("escape", "back", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
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
        remarks.update(text)
        remarks.set_class(text.startswith("!"), "problem")

    def compose(self) -> ComposeResult:
        """Put the bars around the body."""
        with Horizontal(id="title-bar"):
            title = self.say("bar.title", product=self.wizard.profile.product_name)
            yield Static(title, id="product", markup=False)
            yield Static(self.say("bar.no_network"), id="no-network", markup=False)
        with VerticalScroll(id="body", can_focus=False):
            yield from self.body()
        with Horizontal(id="key-bar"):
            yield KeyHint(self.say("bar.help"), "screen.help")
            yield KeyHint(self.say("bar.theme"), "app.next_theme")
            if self.can_go_back:
                yield KeyHint(self.say("bar.back"), "screen.back")
            yield KeyHint(self.say("bar.quit"), "app.quit")

    def body(self) -> ComposeResult:
        """Yield what the step consists of."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Give the choices their numbers."""
        self.number_choices()

    def number_choices(self) -> None:
        """Give each choice that is shown its number."""
        if self.numbers_choices:
            shown = (choice for choice in self.query(Choice) if choice.display)
            for number, choice in enumerate(shown, start=1):
                choice.number = number
                choice.refresh(layout=True)

    def on_key(self, event: events.Key) -> None:
        """Choose by number; boxes and inputs keep the digits that are typed into them."""
        if event.character and event.character.isdigit():
            for choice in self.query(Choice):
                if choice.display and choice.number == int(event.character):
                    event.stop()
                    choice.focus()
                    choice.action_choose()

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
        for scrolled in self.query(VerticalScroll):
            scrolled.scroll_relative(y=by * scrolled.size.height, animate=False)

    def warnings(self, lacking: tuple[Lacking, ...]) -> ComposeResult:
        """Say what the file system could not guarantee."""
        for warning in lacking:
            yield self.paragraph(f"warning.{warning.value}", "text note above")

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


class KeyHint(Static):
    """A key and what it does; a click does the same."""

    def __init__(self, text: str, action: str) -> None:
        super().__init__(text, markup=False)
        self._action = action

    async def on_click(self) -> None:
        """Do what the key does."""
        await self.run_action(self._action)


class HelpScreen(WizardScreen):
    """The help of one step, and the keys that work everywhere; returns to where the person was."""

    numbers_choices = False

    def __init__(self, key: str) -> None:
        super().__init__()
        self._key = key

    def body(self) -> ComposeResult:
        """Show the text of the step, then the keys."""
        yield self.paragraph("help.title", "title")
        yield self.paragraph(self._key)
        yield self.paragraph("help.keys")
        yield Choice(self.say("help.close"), id="close")

    def action_help(self) -> None:
        """Close again with the same key."""
        self.dismiss()

"""A question before something that cannot be taken back; the harmless answer has the focus."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.widgets.choice import Button, Choice


class QuestionScreen(WizardScreen):
    """Asks once, closes, and does `on_yes` if that was the answer; `topic` names the answers' words."""

    def __init__(
        self, topic: str, on_yes: Callable[[], object], *, title: str, text: str, help_key: str
    ) -> None:
        super().__init__()
        self._topic = topic
        self._on_yes = on_yes
        self._title = title
        self._text = text
        self.help_key = help_key

    def body(self) -> ComposeResult:
        """Show the question and both answers; the last paragraph is what to think about."""
        yield Static("", markup=False)
        *text, last = self._text.split("\n\n")
        with Vertical(classes="panel warned"):
            yield Static(self._title, classes="title", markup=False)
            for paragraph in text:
                yield Static(paragraph, classes="above", markup=False)
            yield Static(Content.styled(last, "$error"), classes="above")
        with Horizontal(classes="buttons far"):
            yield Button(self.say(f"{self._topic}.no"), id="no", primary=True)
            yield Button(self.say(f"{self._topic}.yes"), id="yes", danger=True)
        yield from self.about()

    def about(self) -> Iterator[Widget]:
        """Yield what the question is about."""
        return iter(())

    def on_mount(self) -> None:
        """Begin with the harmless answer."""
        self.query_one("#no").focus()

    @on(Choice.Chosen, "#yes")
    def yes(self) -> None:
        """Close the question, then do it, once."""
        if self.is_active:
            self.dismiss()
            self._on_yes()

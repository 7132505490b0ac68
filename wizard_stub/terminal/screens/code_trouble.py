"""What to do if no phone reads the code: alone, inverted, without characters, or as a picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.screens.code_picture import CodePictureScreen
from keyferry.wizard.terminal.widgets.choice import Choice
from keyferry.wizard.terminal.widgets.facts import Fact

# A window of this height has an empty line before each way.
_ROOMY = 30
_KEYS = {"alone": "F4", "invert": "F3", "wide": "F6", "picture": "F5"}


class CodeTroubleScreen(WizardScreen):
    """Offers to show one address differently; what is chosen acts on the screen below."""

    help_key = "help.trouble"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key.lower(), f"way('{name}')", show=False) for name, key in _KEYS.items()
    ]

    def __init__(
        self,
        url: str,
        codes: Sequence[Fact],
        *,
        place: tuple[int, int],
        alone: Callable[[], object],
        invert: Callable[[], object],
        wide: Callable[[], object],
        rejected: Callable[[], object] | None,
    ) -> None:
        """Take the address, the codes that do without it, and the step of the screen below and its ways."""
        super().__init__()
        self._url = url
        self._codes = codes
        self.step, self.giving_up = place
        self._ways = {"alone": alone, "invert": invert, "wide": wide}
        self._rejected = rejected

    def body(self) -> ComposeResult:
        """Offer what may help, and below it what to do without the code."""
        yield self.paragraph("trouble.title", "title")
        yield self.paragraph("trouble.text", "secondary")
        roomy = self.app.size.height >= _ROOMY
        for place, (name, key) in enumerate(_KEYS.items()):
            label, hint = self.say(f"trouble.{name}"), self.say(f"trouble.{name}.hint")
            yield Choice(label, id=name, hint=hint, key=key).set_class(place == 0 or roomy, "spaced")
        if self._rejected is not None:
            label, hint = self.say("trouble.rejected"), self.say("trouble.rejected.hint")
            yield Choice(label, id="rejected", hint=hint, key="  ").set_class(roomy, "spaced")
        yield self.rule().set_class(roomy, "above")
        yield self.paragraph("trouble.without", "title")
        address = (self.wizard.self_help, "bold")
        yield Static(Content.assemble((self.say("trouble.type_these") + " ", "$ink-2"), address))
        yield self.facts(*self._codes).add_class("above")

    def on_mount(self) -> None:
        """Begin with what helps most often."""
        self.query(Choice).first().focus()

    @on(Choice.Chosen, "#alone,#invert,#wide,#picture")
    def chosen(self, event: Choice.Chosen) -> None:
        """Do what was chosen."""
        self.action_way(event.choice.id or "")

    def action_way(self, name: str) -> None:
        """Return, and show the code in this way; or save it."""
        if name == "picture":
            self.wizard.push_screen(CodePictureScreen(self._url, place=(self.step, self.giving_up)))
        elif self.is_active:
            self.dismiss()
            self._ways[name]()

    @on(Choice.Chosen, "#rejected")
    def make_new_request(self) -> None:
        """Go on if the page no longer accepts this request."""
        if self._rejected is not None:
            self._rejected()

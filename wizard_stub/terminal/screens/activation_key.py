"""The activation key: checked as it is typed, and a repaired reading offered, never taken silently."""

from __future__ import annotations

from enum import Enum
from functools import partial

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Input, Static

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.codes import Kind, whole_code
from keyferry.protocol.errors import MalformedCode, NewerVersion
from keyferry.wizard.results import Begun
from keyferry.wizard.terminal.remarks import other_kind, while_typing
from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.screens.computer_key import ComputerKeyScreen
from keyferry.wizard.terminal.screens.license_file import LicenseFileScreen
from keyferry.wizard.terminal.screens.problem import show_answer
from keyferry.wizard.terminal.screens.scan import ScanScreen
from keyferry.wizard.terminal.widgets.choice import Choice
from keyferry.wizard.terminal.widgets.group_boxes import GroupBoxes

_GROUPS = Kind.ACTIVATION_KEY.length // 5
# With a name of this length and a usual address, the QR code still fits 80 by 24 characters.
_LONGEST_NAME = 12


class Method(Enum):
    """What the person has for the activation."""

    SCAN = "scan"
    KEY = "key"
    FILE = "file"


class ActivationKeyScreen(WizardScreen):
    """Takes the key and the computer's name, and begins."""

    help_key = "help.activation_key"
    numbers_choices = False

    def __init__(self, method: Method, *, start_over: bool) -> None:
        super().__init__()
        self._method = method
        self._start_over = start_over
        self._suggestion: str | None = None

    def body(self) -> ComposeResult:
        """Show the boxes, what is said about them, and the name."""
        yield self.paragraph("key.title", "title")
        text = self.say("key.text")
        if self._method is not Method.SCAN:
            text += " " + self.say("key.text.first")
        yield Static(text, classes="text", markup=False)
        yield GroupBoxes(_GROUPS, whole=partial(whole_code, Kind.ACTIVATION_KEY), id="boxes")
        progress = self.say("typing.progress", typed=0, length=Kind.ACTIVATION_KEY.length)
        yield Static(progress, id="said", markup=False)
        yield Choice(self.say("key.use_suggestion"), id="use-suggestion")
        yield self.paragraph("key.name", "label")
        yield Input(id="name", max_length=_LONGEST_NAME, compact=True)
        yield self.paragraph("key.name.hint", "hint")
        yield Choice(self.say("key.continue"), id="continue")

    def on_mount(self) -> None:
        """Begin in the first box."""
        self._offer(None)
        self.query_one(GroupBoxes).focus()

    @property
    def _typed(self) -> str:
        return self.query_one(GroupBoxes).typed.text

    @on(GroupBoxes.Changed)
    def changed(self, event: GroupBoxes.Changed) -> None:
        """Say what there is to say about what was typed so far."""
        boxes = self.query_one(GroupBoxes)
        self._offer(None)
        if not boxes.typed.complete:
            length = Kind.ACTIVATION_KEY.length
            self.remark(while_typing(self.wizard.words, boxes.typed, event.noticed, length=length))
        elif self._read() is not None and event.ended:
            self.query_one(Input).focus()

    def _read(self) -> ActivationKey | None:
        """Return the key that was typed, or say what is wrong with it."""
        boxes = self.query_one(GroupBoxes)
        if boxes.typed.typed < Kind.ACTIVATION_KEY.length - 2:
            self.remark(self.say("key.too_short", typed=boxes.typed.typed))
            return None
        try:
            key = ActivationKey.from_text(self._typed)
        except MalformedCode as error:
            self._offer(error.suggestion)
            self.remark(self._words_for(error))
            return None
        except NewerVersion as error:
            self.remark("! " + self.explain(error))
            return None
        self.remark(self.say("key.right"))
        return key

    def _words_for(self, error: MalformedCode) -> str:
        if error.suggestion:
            count = len(self.query_one(GroupBoxes).doubtful)
            return self.say("key.suggestion", suggestion=error.suggestion, count=count)
        other = other_kind(self.wizard.words, self._typed, Kind.ACTIVATION_KEY)
        return other or self.say("key.wrong")

    def _offer(self, suggestion: str | None) -> None:
        self._suggestion = suggestion
        self.query_one("#use-suggestion").display = suggestion is not None
        if suggestion:
            boxes = self.query_one(GroupBoxes)
            pairs = zip(boxes.typed.groups, suggestion.split("-"), strict=True)
            boxes.point_at(
                tuple(place for place, (typed, read) in enumerate(pairs, start=1) if typed != read)
            )

    @on(Choice.Chosen, "#use-suggestion")
    def use_suggestion(self) -> None:
        """Put the repaired reading into the boxes."""
        boxes = self.query_one(GroupBoxes)
        if self._suggestion:
            boxes.typed.paste(self._suggestion)
            boxes.point_at(())
            self._offer(None)
            self._read()
            self.query_one(Input).focus()

    @on(GroupBoxes.Submitted)
    @on(Input.Submitted)
    @on(Choice.Chosen, "#continue")
    def proceed(self) -> None:
        """Begin with the key, if it is right."""
        key = self._read()
        if key is not None:
            self._begin(key, self.query_one(Input).value)
        elif self._suggestion:
            self.query_one("#use-suggestion").focus()
        else:
            self.query_one(GroupBoxes).focus()

    @work(exclusive=True)
    async def _begin(self, key: ActivationKey, name: str) -> None:
        control = self.wizard.control

        def begin() -> tuple[Begun, bool]:
            before = None if self._start_over else control.pending()
            begun = control.begin(key, name or None, start_over=self._start_over)
            known = begun.renewal or (before is not None and before.computer_id == begun.computer_id)
            return begun, known

        await show_answer(self, begin, self._next_step)

    def _next_step(self, answer: tuple[Begun, bool]) -> WizardScreen:
        begun, known = answer
        # What was set aside or dropped is gone: going back and on again must not drop the new request, too.
        self._start_over = False
        if known and self._method is Method.KEY:
            return ComputerKeyScreen(begun.computer_id)
        if known and self._method is Method.FILE:
            return LicenseFileScreen()
        return ScanScreen(begun, fresh=self._method is not Method.SCAN)

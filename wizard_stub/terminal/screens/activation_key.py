"""The activation key: checked as it is typed, and a repaired reading offered, never taken silently."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.codes import Kind, whole_code
from keyferry.protocol.errors import MalformedCode, NewerVersion
from keyferry.wizard.results import Begun
from keyferry.wizard.terminal.remarks import other_kind, while_typing
from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.screens.problem import show_answer
from keyferry.wizard.terminal.screens.scan import ScanScreen
from keyferry.wizard.terminal.widgets.choice import Button, Choice
from keyferry.wizard.terminal.widgets.field import Field
from keyferry.wizard.terminal.widgets.group_boxes import GroupBoxes
from keyferry.wizard.terminal.widgets.hung import Hung
from keyferry.wizard.terminal.widgets.marked import code, marked

_GROUPS = Kind.ACTIVATION_KEY.length // 5
# With a name of this length and a usual address, the QR code still fits 80 by 24 characters.
_LONGEST_NAME = 12


class ActivationKeyScreen(WizardScreen):
    """Takes the key and the computer's name, and begins."""

    help_key = "help.activation_key"
    step = 1
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f3", "use_suggestion", show=False)]

    def __init__(self, *, start_over: bool) -> None:
        super().__init__()
        self._start_over = start_over
        self._suggestion: str | None = None

    def body(self) -> ComposeResult:
        """Show the boxes, what is said about them, and the name."""
        yield self.paragraph("key.title", "title lead")
        yield self.paragraph("key.text", "secondary")
        self.set_class(not self.wizard.control.shared, "noted")
        if not self.wizard.control.shared:
            yield self.paragraph("key.other_account", "hint")
        yield GroupBoxes(_GROUPS, whole=partial(whole_code, Kind.ACTIVATION_KEY), id="boxes")
        yield Hung("", id="said", classes="above", markup=False)
        name, optional = self.say("key.name"), self.say("key.name.optional")
        yield Static(Content.assemble((name, "$ink-2"), (f"  {optional}", "$ink-3")), classes="above")
        yield Field(id="name", max_length=_LONGEST_NAME, compact=True)
        yield self.paragraph("key.name.hint", "hint")
        with Horizontal(classes="buttons above"):
            yield Button(self.say("key.use_suggestion"), id="use-suggestion", primary=True)
            yield Button(self.say("key.retype"), id="retype")
            yield Button(self.say("key.continue"), id="continue")
        yield self.paragraph("key.nothing_yet", "hint above")

    def on_mount(self) -> None:
        """Begin in the first box."""
        self._offer(None)
        words, typed = self.wizard.words, self.query_one(GroupBoxes).typed
        self.remark(while_typing(words, typed, (), length=Kind.ACTIVATION_KEY.length))
        self.query_one(GroupBoxes).focus()

    @property
    def _typed(self) -> str:
        return self.query_one(GroupBoxes).typed.text

    @on(GroupBoxes.Changed)
    def changed(self, event: GroupBoxes.Changed) -> None:
        """Say what there is to say about what was typed so far."""
        boxes = self.query_one(GroupBoxes)
        self._offer(None)
        self.query_one("#continue", Button).set_class(not boxes.typed.complete, "not-yet")
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
            self.remark(self._words_for(error))
            self._offer(error.suggestion)
            return None
        except NewerVersion as error:
            self.remark("! " + self.explain(error))
            return None
        self.remark(self.say("key.right"))
        return key

    def _words_for(self, error: MalformedCode) -> str:
        other = other_kind(self.wizard.words, self._typed, Kind.ACTIVATION_KEY)
        return other or self.say("key.wrong")

    def _offer(self, suggestion: str | None) -> None:
        self._suggestion = suggestion
        for name in ("#use-suggestion", "#retype"):
            self.query_one(name).display = suggestion is not None
        further = self.query_one("#continue", Button)
        further.display = suggestion is None
        further.show(further.label, primary=suggestion is None)
        if suggestion:
            self._point_at(suggestion)

    def _point_at(self, suggestion: str) -> None:
        boxes = self.query_one(GroupBoxes)
        meant = suggestion.split("-")
        pairs = zip(boxes.typed.groups, meant, strict=True)
        wrong = tuple(place for place, (typed, read) in enumerate(pairs, start=1) if typed != read)
        boxes.point_at(wrong)
        groups = ", ".join(map(str, wrong))
        read = " ".join(meant[place - 1] for place in wrong)
        question, _, mark = self.say("key.suggestion", groups=groups, read=read, count=len(wrong)).rpartition(
            read
        )
        use, _, _ = self.say("key.use", suggestion=suggestion).rpartition(suggestion)
        said = Content.assemble(
            marked(question, "$warning"),
            code(read, "bold"),
            (f"{mark}\n", "$warning"),
            *("  ", ("F3", "$primary bold"), f" {use}", code(suggestion, "bold")),
        )
        self.query_one("#said", Static).update(said)

    @on(Choice.Chosen, "#use-suggestion")
    def action_use_suggestion(self) -> None:
        """Put the repaired reading into the boxes."""
        boxes = self.query_one(GroupBoxes)
        if self._suggestion:
            boxes.typed.paste(self._suggestion)
            boxes.point_at(())
            self._offer(None)
            self._read()
            self.query_one(Input).focus()

    @on(Choice.Chosen, "#retype")
    def retype(self) -> None:
        """Begin again in the first box."""
        boxes = self.query_one(GroupBoxes)
        boxes.focus()
        boxes.action_edit("clear")

    @on(GroupBoxes.Submitted)
    @on(Input.Submitted)
    @on(Choice.Chosen, "#continue")
    def proceed(self) -> None:
        """Use the correction if one is offered, otherwise begin with the key, if it is right."""
        if self._suggestion:
            self.action_use_suggestion()
            return
        key = self._read()
        if key is not None:
            self._begin(key, self.query_one(Input).value)
        else:
            self.query_one(GroupBoxes).focus()

    @work(exclusive=True)
    async def _begin(self, key: ActivationKey, name: str) -> None:
        control, start_over = self.wizard.control, self._start_over
        await show_answer(
            self, lambda: control.begin(key, name or None, start_over=start_over), self._next_step
        )

    def _next_step(self, begun: Begun) -> WizardScreen:
        # What was set aside or dropped is gone: going back and on again must not drop the new request, too.
        self._start_over = False
        return ScanScreen(begun)

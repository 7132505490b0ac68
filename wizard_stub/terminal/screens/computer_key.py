"""The computer key: typed into numbered boxes, repaired, or marked where it is worth a second look."""

from __future__ import annotations

from functools import partial

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from keyferry.protocol.alphabet import GROUP
from keyferry.protocol.codes import Kind
from keyferry.protocol.computer_id import ComputerId
from keyferry.protocol.computer_key import SIGNED_LENGTH, Style
from keyferry.protocol.doubt import doubts
from keyferry.protocol.errors import ComputerKeyRefused, LicenseFileRefused, MalformedCode, NewerVersion
from keyferry.protocol.repair import whole_key
from keyferry.wizard.errors import KeyNotAccepted
from keyferry.wizard.terminal.problems import Refusal
from keyferry.wizard.terminal.remarks import other_kind, while_typing
from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.screens.done import DoneScreen
from keyferry.wizard.terminal.screens.problem import ProblemScreen
from keyferry.wizard.terminal.widgets.choice import Choice
from keyferry.wizard.terminal.widgets.facts import Facts
from keyferry.wizard.terminal.widgets.group_boxes import GroupBoxes

# The repair reaches at most this far: asking it about less would only make the person wait.
_MOST_MISSING = GROUP


class ComputerKeyScreen(WizardScreen):
    """Takes the key, and stores the license once the key itself has proved what was meant."""

    help_key = "help.computer_key"
    numbers_choices = False

    def __init__(self, computer_id: ComputerId | None) -> None:
        super().__init__()
        self._computer_id = computer_id

    @property
    def _style(self) -> Style:
        return self.wizard.profile.key_style

    @property
    def _length(self) -> int:
        return SIGNED_LENGTH if self._style is Style.SIGNED else Kind.COMPUTER_KEY.length

    def body(self) -> ComposeResult:
        """Show the boxes and what is said about them."""
        self.set_class(self._style is Style.SIGNED, "tight")
        yield self.paragraph("computer_key.title", "title")
        yield self.paragraph("computer_key.text")
        yield GroupBoxes(self._length // GROUP, whole=partial(whole_key, style=self._style), id="boxes")
        progress = self.say("typing.progress", typed=0, length=self._length)
        yield Static(progress, id="said", markup=False)
        yield Choice(self.say("computer_key.check"), id="check")
        if self._computer_id is not None:
            # The phone shows it, too: someone who scanned another computer's code can see that here.
            yield Facts((self.say("fact.computer_id"), self._computer_id.text))

    def on_mount(self) -> None:
        """Begin in the first box."""
        self.query_one(GroupBoxes).focus()

    @on(GroupBoxes.Changed)
    def changed(self, event: GroupBoxes.Changed) -> None:
        """Say what there is to say, and check the key after its last character."""
        typed = self.query_one(GroupBoxes).typed
        self.remark(while_typing(self.wizard.words, typed, event.noticed, length=self._length))
        if event.ended:
            self.check()

    @on(GroupBoxes.Submitted)
    @on(Choice.Chosen, "#check")
    def check(self) -> None:
        """Check what was typed, if that can be a key."""
        boxes = self.query_one(GroupBoxes)
        other = other_kind(self.wizard.words, boxes.typed.text, Kind.COMPUTER_KEY)
        if other is not None:
            self.remark(other)
        elif boxes.typed.typed < self._length - _MOST_MISSING:
            self.remark(self.say("computer_key.incomplete", typed=boxes.typed.typed, length=self._length))
            boxes.action_last()
            boxes.focus()
        else:
            self._complete(boxes.typed.text)

    @on(GroupBoxes.PastedFile)
    def take_file(self, event: GroupBoxes.PastedFile) -> None:
        """Take a license file that was pasted here."""
        self._complete(event.text)

    @work(exclusive=True)
    async def _complete(self, text: str) -> None:
        self.remark(self.say("computer_key.checking"))
        try:
            completed = await self.in_background(lambda: self.wizard.control.complete(text))
        except MalformedCode:
            self._point_at_doubts()
        except ComputerKeyRefused:
            self.remark(self.say("computer_key.refused"))
        except (KeyNotAccepted, LicenseFileRefused, NewerVersion) as error:
            self.remark("! " + self.explain(error))
        except Refusal as error:
            self.remark("")
            self.wizard.push_screen(ProblemScreen(error))
        else:
            self.wizard.push_screen(DoneScreen(completed))

    def _point_at_doubts(self) -> None:
        boxes = self.query_one(GroupBoxes)
        found = doubts(boxes.typed.groups, self._style)
        boxes.point_at(found.all_groups)
        boxes.focus()
        if found.rows and not found.groups:
            rows = _listed(found.rows)
            self.remark(self.say("computer_key.doubt_rows", rows=rows, count=len(found.rows)))
        elif found.all_groups:
            groups = _listed(found.all_groups)
            self.remark(self.say("computer_key.doubt", groups=groups, count=len(found.all_groups)))
        else:
            self.remark(self.say("computer_key.no_doubt"))


def _listed(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))

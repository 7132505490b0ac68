"""The computer key: typed into numbered boxes, repaired, or marked where it is worth a second look."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from keyferry.protocol.alphabet import GROUP
from keyferry.protocol.codes import Kind
from keyferry.protocol.computer_id import ComputerId
from keyferry.protocol.computer_key import SIGNED_LENGTH, Style
from keyferry.protocol.doubt import Doubts, doubts, row_adds_up
from keyferry.protocol.errors import ComputerKeyRefused, LicenseFileRefused, MalformedCode, NewerVersion
from keyferry.protocol.repair import whole_key
from keyferry.wizard.errors import KeyNotAccepted
from keyferry.wizard.terminal.problems import Refusal
from keyferry.wizard.terminal.remarks import joined, other_kind, while_typing, why_doubtful
from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.screens.done import DoneScreen
from keyferry.wizard.terminal.screens.license_file import LicenseFileScreen
from keyferry.wizard.terminal.screens.problem import ProblemScreen
from keyferry.wizard.terminal.widgets.choice import Button, Choice
from keyferry.wizard.terminal.widgets.facts import Fact
from keyferry.wizard.terminal.widgets.group_boxes import A_ROW, GroupBoxes
from keyferry.wizard.terminal.widgets.hung import Hung
from keyferry.wizard.terminal.widgets.marked import about_characters, marked
from keyferry.wizard.terminal.widgets.progress import Progress

# The repair reaches at most this far: asking it about less would only make the person wait.
_MOST_MISSING = GROUP
# As many groups are explained as there are lines for it.
_MOST_EXPLAINED = 2


class ComputerKeyScreen(WizardScreen):
    """Takes the key, and stores the license once the key itself has proved what was meant."""

    help_key = "help.computer_key"
    step = 3

    def __init__(
        self, computer_id: ComputerId | None, *, show_code: Callable[[], object] | None = None
    ) -> None:
        """Take the computer ID, and what shows the QR code again, if the screen below does not."""
        super().__init__()
        self._computer_id = computer_id
        self._show_code = show_code

    @property
    def _style(self) -> Style:
        return self.wizard.profile.key_style

    @property
    def _signed(self) -> bool:
        return self._style is Style.SIGNED

    @property
    def _length(self) -> int:
        return SIGNED_LENGTH if self._signed else Kind.COMPUTER_KEY.length

    def body(self) -> ComposeResult:
        """Show the boxes, how far they are filled, and what is said about them."""
        yield Static("", id="asked", classes="title lead", markup=False)
        yield Static("", id="where", classes="secondary", markup=False)
        self.set_class(self._signed, "rows-typed")
        row = (lambda number: self.say("row", row=number)) if self._signed else None
        boxes = GroupBoxes(
            self._length // GROUP, whole=partial(whole_key, style=self._style), id="boxes", row=row
        )
        yield boxes.set_class(self._signed, "rows")
        yield Progress(self._length).add_class("above")
        yield Hung("", id="said", classes="above", markup=False)
        with Horizontal(classes="buttons above" if self._signed else "buttons far"):
            yield Button(self.say("computer_key.check"), id="check")
            if self._signed:
                yield Button(self.say("do.use_file_instead"), id="use_file")
                yield Static(self.say("computer_key.no_typing"), id="no-typing", classes="hint", markup=False)
            else:
                yield Button(self.say("do.code_again"), id="again")
        yield Static("", id="left", classes="hint above", markup=False)
        if self._computer_id is not None:
            # The phone shows it, too: someone who scanned another computer's code can see that here.
            yield self.facts(Fact(self.say("fact.computer_id"), self._computer_id.text)).add_class(
                "typed-for"
            )

    def on_mount(self) -> None:
        """Begin in the first box."""
        self._ask()
        self._hint()
        self._count()
        self.query_one(GroupBoxes).focus()

    def _ask(self) -> None:
        if self._signed:
            boxes = self.query_one(GroupBoxes)
            row, first = boxes.row + 1, boxes.row * A_ROW + 1
            title = self.say("computer_key.title.row", row=row, rows=self._length // GROUP // A_ROW)
            text = self.say("computer_key.text.row", first=first, last=first + A_ROW - 1)
        else:
            title, text = self.say("computer_key.title"), self.say("computer_key.text")
        self._say(title, text)

    def _say(self, title: str, text: str) -> None:
        self.query_one("#asked", Static).update(title)
        self.query_one("#where", Static).update(text)

    def _hint(self) -> None:
        key = "computer_key.hint.row" if self._signed else "computer_key.hint"
        self.query_one("#said", Static).update(about_characters(self.say(key)).stylize_before("$ink-2"))

    def _count(self) -> None:
        typed, progress = self.query_one(GroupBoxes).typed, self.query_one(Progress)
        progress.show(typed.typed, self.say("typing.of", typed=typed.typed, length=self._length))
        progress.display = True
        left = self._length - typed.typed
        self.query_one("#left", Static).update(self.say("typing.left", count=left) if left else "")
        self.query_one("#left").display = not self._signed
        check = self.query_one("#check", Button)
        check.set_class(not typed.complete, "not-yet")
        check.show(self.say("computer_key.check"), primary=typed.complete)
        if self._signed:
            check.display = typed.complete
            self.query_one("#no-typing").display = not typed.complete

    @on(GroupBoxes.Moved)
    def moved(self) -> None:
        """Name the row where the cursor is."""
        if self._signed and not self.query_one(GroupBoxes).doubtful:
            self._ask()

    @on(GroupBoxes.Changed)
    def changed(self, event: GroupBoxes.Changed) -> None:
        """Say what there is to say, and check the key after its last character."""
        typed = self.query_one(GroupBoxes).typed
        self._ask()
        self._count()
        if event.noticed:
            self.remark(while_typing(self.wizard.words, typed, event.noticed, length=self._length))
        else:
            self._mind_rows()
        if event.ended:
            self.check()

    def _mind_rows(self) -> None:
        """Say which rows hold a mistake, as soon as they are complete."""
        groups = self.query_one(GroupBoxes).typed.groups
        rows = ["".join(groups[start : start + A_ROW]) for start in range(0, len(groups), A_ROW)]
        wrong = [
            number
            for number, row in enumerate(rows, start=1)
            if self._signed and len(row) == A_ROW * GROUP and not row_adds_up(row)
        ]
        if wrong:
            rows_said = joined(self.wizard.words, wrong)
            self.remark(self.say("computer_key.row_wrong", rows=rows_said, count=len(wrong)))
        else:
            self._hint()

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

    @on(Choice.Chosen, "#again")
    def code_again(self) -> None:
        """Return to the QR code."""
        self.dismiss()
        if self._show_code is not None:
            self._show_code()

    @on(Choice.Chosen, "#use_file")
    def use_file(self) -> None:
        """Choose a license file instead."""
        self.wizard.push_screen(LicenseFileScreen())

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
            self._hint()
            self.wizard.push_screen(ProblemScreen(error))
        else:
            self.wizard.push_screen(DoneScreen(completed))

    def _point_at_doubts(self) -> None:
        boxes = self.query_one(GroupBoxes)
        found = doubts(boxes.typed.groups, self._style)
        boxes.point_at(found.all_groups)
        boxes.focus()
        # Who reads that characters are missing should not read that all are there.
        self.query_one(Progress).display = False
        self.query_one("#check", Button).show(self.say("computer_key.check_again"), primary=True)
        self._say(self._title_of(found), self.say("doubt.text"))
        contact = self.wizard.contact
        self.query_one("#left", Static).update(self.say("doubt.stuck", contact=contact) if contact else "")
        if found.groups:
            words = self.wizard.words
            texts = [why_doubtful(words, one, boxes.typed.groups[one - 1]) for one in found.groups]
            lines = [marked("! ") + text for text in texts[:_MOST_EXPLAINED]]
            self.query_one("#said", Static).update(Content("\n").join(lines))
        elif found.rows:
            self.remark(self.say("doubt.rows"))
        else:
            self.remark(self.say("computer_key.no_doubt"))

    def _title_of(self, found: Doubts) -> str:
        words = self.wizard.words
        if found.groups:
            return self.say("doubt.title", groups=joined(words, found.groups), count=len(found.groups))
        if found.rows:
            return self.say("doubt.title.rows", rows=joined(words, found.rows), count=len(found.rows))
        return self.say("doubt.title.unknown")

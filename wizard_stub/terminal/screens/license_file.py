"""A license file instead of a typed key: found nearby, named by its path, or pasted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from keyferry.protocol.license_code import is_license_code
from keyferry.protocol.license_text import looks_like_license_file
from keyferry.protocol.visible import visible
from keyferry.wizard.errors import StorageUnavailable
from keyferry.wizard.files import read_license_file
from keyferry.wizard.results import Completed
from keyferry.wizard.terminal.nearby import Fits, Found, found_nearby
from keyferry.wizard.terminal.problems import Refusal
from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.screens.done import DoneScreen
from keyferry.wizard.terminal.screens.problem import ProblemScreen
from keyferry.wizard.terminal.widgets.choice import Button, Choice
from keyferry.wizard.terminal.widgets.file_choice import FileChoice, heads
from keyferry.wizard.terminal.widgets.file_line import FileLine
from keyferry.wizard.terminal.widgets.hung import Hung

# The lines that are not of the list, and those of a file.
_OTHER_LINES, _A_FILE = 17, 2
_LONGEST_NAME = 24


class LicenseFileScreen(WizardScreen):
    """Takes a license file."""

    help_key = "help.license_file"
    step = 3
    further_keys = (("bar.look_again", "screen.look"),)
    BINDINGS: ClassVar[list[BindingType]] = [Binding("r", "look", show=False)]

    def __init__(self, *, type_instead: Callable[[], object] | None = None) -> None:
        """Take what opens the boxes for the key, if the screen below does not show them."""
        super().__init__(classes="file")
        self._type_instead = type_instead
        self._found: list[Found] = []

    def body(self) -> ComposeResult:
        """Leave room for what will be found, above a line for the path."""
        yield self.paragraph("file.title", "title")
        yield self.paragraph("file.text", "secondary")
        with Vertical(id="found", classes="above"):
            yield self.paragraph("busy", "secondary")
        yield self.paragraph("file.path", "secondary above")
        yield FileLine(id="path", compact=True)
        yield Hung("", id="said", markup=False)
        with Horizontal(classes="buttons"):
            yield Button(self.say("file.use"), id="use", primary=True)
            yield Button(self.say("file.type_instead"), id="type_key")
        yield self.paragraph("file.checked", "hint above")

    def on_mount(self) -> None:
        """Look for files."""
        self.action_look()

    @work(exclusive=True, group="look")
    async def action_look(self) -> None:
        """Look what is plugged in now; begin with what was found, otherwise with the path."""
        wizard = self.wizard
        try:
            self._found = await self.in_background(
                lambda: found_nearby(wizard.control, wizard.profile, wizard.folder, wizard.now())
            )
        except Refusal as error:
            self.remark("! " + self.explain(error))
        self._found = self._found[: max(1, (self.size.height - _OTHER_LINES) // _A_FILE)]
        shown = self.query_one("#found", Vertical)
        lines = self._list() if self._found else [self.paragraph("file.nothing", "secondary")]
        with self.app.batch_update():
            await shown.remove_children()
            await shown.mount_all(lines)
            found = self.query("#found-0")
            self.set_focus(found.first() if found else self.query_one(Input))
        self._name_button()

    def _list(self) -> list[Static | FileChoice]:
        names = self.say("file.found"), self.say("file.for"), self.say("file.saved")
        files = [
            FileChoice(one.path, self._whom(one.fits), self._day(one.saved), id=f"found-{place}")
            for place, one in enumerate(self._found)
        ]
        return [Static(heads(*names)), self.rule(), *files, self.rule()]

    def _whom(self, fits: Fits) -> str:
        return self.say(f"file.{fits.value}")

    def _day(self, saved: datetime) -> str:
        words = self.wizard.words
        if saved.date() == self.wizard.now().astimezone().date():
            return self.say("file.today", time=words.time(saved))
        return words.day(saved.date())

    @on(Input.Changed)
    def named(self) -> None:
        """Name the file on the button."""
        self._name_button()

    def on_descendant_focus(self) -> None:
        """Name the file on the button."""
        self._name_button()

    def _name_button(self) -> None:
        chosen = self._chosen()
        name = visible(chosen.name) if chosen is not None and len(chosen.name) <= _LONGEST_NAME else ""
        label = self.say("file.use.named", name=name) if name else self.say("file.use")
        self.query_one("#use", Button).show(label, primary=True)

    def _chosen(self) -> Path | None:
        """Return the file that the button would use: what is named, or else what has the focus."""
        if self.query_one(Input).value.strip():
            return None
        focused = getattr(self.focused, "id", None) or ""
        if not self._found:
            return None
        place = int(focused.removeprefix("found-")) if focused.startswith("found-") else 0
        return self._found[min(place, len(self._found) - 1)].path

    @on(Choice.Chosen)
    def chosen(self, event: Choice.Chosen) -> None:
        """Use a file that was found, or the one that was named."""
        name = event.choice.id or ""
        if name == "type_key":
            self.dismiss()
            if self._type_instead is not None:
                self._type_instead()
            return
        if name.startswith("found-"):
            self.query_one(Input).value = str(self._found[int(name.removeprefix("found-"))].path)
        self.use()

    @on(Input.Submitted)
    def use(self) -> None:
        """Use what is in the line, or else the first that was found."""
        chosen = self._chosen()
        named = str(chosen) if chosen is not None else self.query_one(Input).value.strip()
        if named:
            self._complete(named)
        else:
            self.remark(self.say("file.none"))
            self.query_one(Input).focus()

    @on(FileLine.PastedFile)
    def take_file(self, event: FileLine.PastedFile) -> None:
        """Take a file that was pasted instead of its path."""
        self._complete(event.text)

    @work(exclusive=True)
    async def _complete(self, named: str) -> None:
        control = self.wizard.control

        def complete() -> Completed:
            is_file = looks_like_license_file(named) or is_license_code(named)
            text = named if is_file else read_license_file(_path(named))
            return control.complete_from_file(text)

        try:
            completed = await self.in_background(complete)
        except Refusal as error:
            if isinstance(error, StorageUnavailable) and error.code != "file_not_readable":
                self.wizard.push_screen(ProblemScreen(error))
            else:
                self.remark("! " + self.explain(error))
        else:
            self.wizard.push_screen(DoneScreen(completed))


def _path(named: str) -> Path:
    # A file dropped onto a terminal arrives in quotation marks.
    return Path(named.strip("\"'")).expanduser()

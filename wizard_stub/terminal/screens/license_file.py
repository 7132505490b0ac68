"""A license file instead of a typed key: found nearby, named by its path, or pasted."""

from __future__ import annotations

from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Input, Static

from keyferry.protocol.license_text import looks_like_license_file
from keyferry.wizard.errors import StorageUnavailable
from keyferry.wizard.files import read_license_file
from keyferry.wizard.results import Completed
from keyferry.wizard.terminal.nearby import license_files_nearby
from keyferry.wizard.terminal.problems import Refusal
from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.screens.done import DoneScreen
from keyferry.wizard.terminal.screens.problem import ProblemScreen
from keyferry.wizard.terminal.widgets.choice import Choice
from keyferry.wizard.terminal.widgets.file_line import FileLine


class LicenseFileScreen(WizardScreen):
    """Takes a license file."""

    help_key = "help.license_file"
    numbers_choices = False

    def body(self) -> ComposeResult:
        """Show what was found, and a line for the path."""
        self._found = license_files_nearby(self.wizard.folder)
        yield self.paragraph("file.title", "title")
        yield self.paragraph("file.text")
        if self._found:
            yield self.paragraph("file.found", "label")
            for place, path in enumerate(self._found):
                # The name first: a long folder may wrap.
                yield Choice(f"{path.name}  {path.parent}", id=f"found-{place}")
        yield self.paragraph("file.path", "label above")
        yield FileLine(id="path", compact=True)
        yield Static("", id="said", markup=False)
        yield Choice(self.say("file.use"), id="use")

    def on_mount(self) -> None:
        """Begin with what was found, otherwise with the path."""
        found = self.query("#found-0")
        (found.first() if found else self.query_one(Input)).focus()

    @on(Choice.Chosen)
    def chosen(self, event: Choice.Chosen) -> None:
        """Use a file that was found, or the one that was named."""
        name = event.choice.id or ""
        if name.startswith("found-"):
            self.query_one(Input).value = str(self._found[int(name.removeprefix("found-"))])
        self.use()

    @on(Input.Submitted)
    def use(self) -> None:
        """Use what is in the line."""
        named = self.query_one(Input).value.strip()
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
            text = named if looks_like_license_file(named) else read_license_file(_path(named))
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

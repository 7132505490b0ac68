"""The QR code as a picture, for a device with a better screen."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input

from keyferry.wizard.files import write_new_picture
from keyferry.wizard.qr import ScanCode
from keyferry.wizard.terminal.nearby import as_typed, home
from keyferry.wizard.terminal.problems import Refusal
from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.widgets.choice import Button, Choice
from keyferry.wizard.terminal.widgets.field import Field
from keyferry.wizard.terminal.widgets.hung import Hung


class CodePictureScreen(WizardScreen):
    """Asks where to save the picture of one address, and says where it is."""

    help_key = "help.trouble"

    def __init__(self, url: str, *, place: tuple[int, int]) -> None:
        """Take the address, and the step of the screen that shows its code."""
        super().__init__()
        self._url = url
        self.step, self.giving_up = place

    def body(self) -> ComposeResult:
        """Show a line for the name, filled in."""
        yield self.paragraph("picture.title", "title lead")
        yield self.paragraph("picture.text", "secondary")
        yield self.paragraph("picture.path", "secondary far")
        yield Field(as_typed(self._free_name()), id="path", compact=True)
        yield Hung("", id="said", classes="above", markup=False)
        with Horizontal(classes="buttons above"):
            yield Button(self.say("picture.save"), id="save", primary=True)
            yield Button(self.say("do.back"), id="back")

    def on_mount(self) -> None:
        """Begin with what saves it."""
        self.query_one("#save").focus()

    def _free_name(self) -> Path:
        # The home folder: over SSH, people look there for the file to copy.
        stem = f"{self.wizard.profile.product_code}-qr"
        names = (home() / f"{stem}{f'-{number}' if number > 1 else ''}.png" for number in count(1))
        return next(name for name in names if not name.exists())

    @on(Input.Submitted)
    @on(Choice.Chosen, "#save")
    @work(exclusive=True)
    async def save(self) -> None:
        """Write the picture, and say where it is."""
        named = self.query_one(Input).value.strip().strip("\"'")
        if not named:
            self.remark(self.say("picture.none"))
            return
        path = Path(named).expanduser()
        path = path if path.suffix.lower() == ".png" else path.with_name(f"{path.name}.png")
        try:
            await self.in_background(lambda: write_new_picture(path, ScanCode.of(self._url)))
        except Refusal as error:
            self.remark("! " + self.explain(error))
        else:
            self.remark(self.say("picture.saved", path=path.absolute()))

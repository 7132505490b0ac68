"""What to do if no phone reads the code from this terminal: alone, inverted, or saved as a picture."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Input, Static

from keyferry.wizard.files import write_new_picture
from keyferry.wizard.qr import ScanCode
from keyferry.wizard.terminal.nearby import home
from keyferry.wizard.terminal.problems import Refusal
from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.widgets.choice import Choice


class CodeTroubleScreen(WizardScreen):
    """Offers to show one address differently; `alone`, `invert` and `rejected` act on the screen below."""

    help_key = "help.trouble"
    numbers_choices = False

    def __init__(
        self,
        url: str,
        *,
        alone: Callable[[], object],
        invert: Callable[[], object],
        rejected: Callable[[], object] | None,
    ) -> None:
        super().__init__()
        self._url = url
        self._alone = alone
        self._invert = invert
        self._rejected = rejected

    def body(self) -> ComposeResult:
        """Offer what may help, the picture with the line for its name."""
        yield self.paragraph("trouble.title", "title")
        yield self.paragraph("trouble.text")
        yield Choice(self.say("trouble.alone"), id="alone")
        yield Choice(self.say("trouble.invert"), id="invert")
        if self._rejected is not None:
            yield Choice(self.say("trouble.rejected"), id="rejected", hint=self.say("trouble.rejected.hint"))
        yield self.paragraph("trouble.picture", "text above")
        yield self.paragraph("trouble.path", "label")
        yield Input(str(self._free_name()), id="path", compact=True)
        yield Static("", id="said", markup=False)
        yield Choice(self.say("trouble.save"), id="save")

    def _free_name(self) -> Path:
        # The home folder: over SSH, people look there for the file to copy.
        stem = f"{self.wizard.profile.product_code}-qr"
        names = (home() / f"{stem}{f'-{number}' if number > 1 else ''}.png" for number in count(1))
        return next(name for name in names if not name.exists())

    @on(Choice.Chosen, "#alone")
    def show_alone(self) -> None:
        """Return, and show nothing but the code."""
        self.dismiss()
        self._alone()

    @on(Choice.Chosen, "#invert")
    def show_inverted(self) -> None:
        """Return to the code with black and white exchanged."""
        self.dismiss()
        self._invert()

    @on(Choice.Chosen, "#rejected")
    def make_new_request(self) -> None:
        """Go on if the page no longer accepts this request."""
        if self._rejected is not None:
            self._rejected()

    @on(Input.Submitted)
    @on(Choice.Chosen, "#save")
    @work(exclusive=True)
    async def save(self) -> None:
        """Write the picture, and say where it is."""
        named = self.query_one(Input).value.strip().strip("\"'")
        if not named:
            self.remark(self.say("trouble.none"))
            return
        path = Path(named).expanduser()
        path = path if path.suffix.lower() == ".png" else path.with_name(f"{path.name}.png")
        try:
            await self.in_background(lambda: write_new_picture(path, ScanCode.of(self._url)))
        except Refusal as error:
            self.remark("! " + self.explain(error))
        else:
            self.remark(self.say("trouble.saved", path=path.absolute()))

"""The computer key: large groups to read out, spelled, copied, saved and mailed."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.screens.hand_over import MailKeyDialog, SaveFileDialog
from keyferry.server.faces.console.views import KeyGiven
from keyferry.server.faces.console.widgets.action_button import ActionButton
from keyferry.server.faces.console.wording import given, mailed
from keyferry.server.words.spelling import spelled

# Groups in a line: few and apart where there is room, closer for a key of 24 groups.
_APART, _CLOSE = 3, 4
_MOST_APART = 12


class ComputerKeyDialog(Dialog[None]):
    """Shows a key that was given."""

    TITLE_TEXT: ClassVar[str] = "Computer key"
    SCROLLS: ClassVar[str] = "#groups-frame"
    ACTS: ClassVar[Operations] = {
        "spell": None,
        "copy": None,
        "save": None,
        "mail": Access.mail_key,
        "line": None,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "spell", show=False),
        Binding("c", "copy", show=False),
        Binding("f", "save", show=False),
        Binding("m", "mail", show=False),
        Binding("down", "line(1)", show=False, priority=True),
        Binding("up", "line(-1)", show=False, priority=True),
    ]

    def __init__(self, shown: KeyGiven) -> None:
        super().__init__()
        self.shown, self.key = shown, shown.key
        self._spelled = False

    def form(self) -> ComposeResult:
        """Show what it is for, then the key."""
        yield Static(given(self.key), classes="text", markup=False)
        with VerticalScroll(id="groups-frame", can_focus=False):
            yield Static(grouped(self.key.computer_key), id="groups", markup=False)

    def buttons(self) -> ComposeResult:
        """All of it by one key each."""
        yield ActionButton("Spell", "spell", key="s")
        yield ActionButton("Copy key", "copy", key="c")
        yield ActionButton("License file", "save", key="f")
        if self.shown.can_mail:
            yield ActionButton("Email", "mail", key="m")
        yield ActionButton("Close", "cancel", key="Esc")

    def on_mount(self) -> None:
        """Say whether it went out by mail."""
        self.query_one("#do-cancel").focus()
        if self.shown.mailed_to:
            self.say(mailed(self.shown))

    def action_spell(self) -> None:
        """Change between the groups and their words for the telephone."""
        self._spelled = not self._spelled
        text = words(self.key.computer_key) if self._spelled else grouped(self.key.computer_key)
        self.query_one("#groups", Static).update(text)
        self.query_one(self.SCROLLS).scroll_home(animate=False)
        self.query_one("#do-spell", ActionButton).label = "Groups" if self._spelled else "Spell"
        self.query_one("#do-spell").refresh(layout=True)

    def action_line(self, by: int) -> None:
        """Scroll a long key."""
        self.query_one(self.SCROLLS).scroll_relative(y=by, animate=False)

    def action_copy(self) -> None:
        """Copy the key."""
        self.copy(self.key.computer_key)

    @work
    async def action_save(self) -> None:
        """Ask for a path, and save the license file there."""
        path = await self.app.push_screen_wait(SaveFileDialog(self.shown))
        if path is not None:
            self.say(f"Saved as {path}")

    @work
    async def action_mail(self) -> None:
        """Ask for the address, and send the key there."""
        if not self.shown.can_mail:
            self.say("This server can’t send email. Save the license file, or spell the key.")
            return
        mail = await self.app.push_screen_wait(MailKeyDialog(self.shown))
        if mail is not None:
            self.shown = mail
            self.say(mailed(mail))


def grouped(code: str) -> Text:
    """Return numbered groups, as large as letters of a terminal get: bold and apart."""
    groups = code.split("-")
    is_long = len(groups) > _MOST_APART
    a_line, gap = (_CLOSE, "  ") if is_long else (_APART, "    ")
    text = Text()
    for start in range(0, len(groups), a_line):
        for number, group in enumerate(groups[start : start + a_line], start=start + 1):
            text.append(f"{number:>3}  ", "dim")
            text.append(" ".join(group) + gap, "bold")
        text.append("\n" if is_long else "\n\n")
    text.rstrip()
    return text


def words(code: str) -> Text:
    """Return one line of words for each group."""
    text = Text()
    for number, (group, said) in enumerate(zip(code.split("-"), spelled(code), strict=True), start=1):
        text.append(f"{number:>3}  ", "dim")
        text.append(f"{group}  ", "bold")
        text.append(f"{said}\n")
    text.rstrip()
    return text

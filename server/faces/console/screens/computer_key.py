"""The computer key: large groups to read out, spelled, copied, saved and mailed."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.marked import RULE, SIDE
from keyferry.server.faces.console.marked import code as digits_apart
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.screens.hand_over import MailKeyDialog, SaveFileDialog
from keyferry.server.faces.console.views import KeyGiven
from keyferry.server.faces.console.widgets.action_button import ActionButton
from keyferry.server.faces.console.wording import given, mailed
from keyferry.server.words.spelling import spelled

# Groups in a line: in boxes where there is room, closer for a key of 24 groups.
_BOXED, _CLOSE = 3, 4
_MOST_BOXED = 6
_INSIDE = 15


class ComputerKeyDialog(Dialog[None]):
    """Shows a key that was given."""

    TITLE_TEXT: ClassVar[str] = "Computer key"
    KIND: ClassVar[str] = "done"
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
        license = self.key.license
        customer = f" for {license.customer}" if license.customer else ""
        yield Static(f"{license.product_name}{customer}", classes="hint", markup=False)
        yield Static(given(self.key), classes="text", markup=False)
        with VerticalScroll(id="groups-frame", can_focus=False):
            yield Static(grouped(self.key.computer_key), id="groups", markup=False)

    def buttons(self) -> ComposeResult:
        """All of it by one key each."""
        yield ActionButton("Copy key", "copy", key="c", primary=True)
        yield ActionButton("Spell", "spell", key="s")
        yield ActionButton("License file", "save", key="f")
        if self.shown.can_mail:
            yield ActionButton("Email", "mail", key="m")
        yield ActionButton("Close", "cancel", key="Esc")

    def on_mount(self) -> None:
        """Name the computer, and say whether the key went out by mail."""
        name = self.key.activation.computer_name
        # A text alone would be read as markup.
        title = Content(f"Computer key for {name}" if name else self.TITLE_TEXT)
        self.query_one("#frame").border_title = title
        self.query_one("#do-copy").focus()
        if self.shown.mailed_to:
            self.say(mailed(self.shown.mailed_to, self.shown.waits))

    def action_spell(self) -> None:
        """Change between the groups and their words for the telephone."""
        self._spelled = not self._spelled
        text = words(self.key.computer_key) if self._spelled else grouped(self.key.computer_key)
        self.query_one("#groups", Static).update(text)
        self.query_one(self.SCROLLS).scroll_home(animate=False)
        self.query_one("#do-spell", ActionButton).show("Groups" if self._spelled else "Spell")

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
            self.say(f"√ Saved as {path}")

    @work
    async def action_mail(self) -> None:
        """Ask for the address, and send the key there."""
        if not self.shown.can_mail:
            self.say("This server can’t send email. Save the license file, or spell the key.")
            return
        mail = await self.app.push_screen_wait(MailKeyDialog(self.shown))
        if mail is not None:
            self.shown = mail
            self.say(mailed(mail.mailed_to, mail.waits))


def grouped(code: str) -> Content:
    """Return numbered groups: in boxes, or close to each other where there are many."""
    groups = list(enumerate(code.split("-"), start=1))
    if len(groups) <= _MOST_BOXED:
        rows = [groups[at : at + _BOXED] for at in range(0, len(groups), _BOXED)]
        return Content("\n").join(map(_boxed, rows))
    rows = [groups[at : at + _CLOSE] for at in range(0, len(groups), _CLOSE)]
    return Content("\n").join(map(_close, rows))


def words(code: str) -> Content:
    """Return one line of words for each group."""
    lines = [
        Content.styled(f"{number:>3}  ", "$ink-2") + digits_apart(group, "bold") + Content(f"  {said}")
        for number, (group, said) in enumerate(zip(code.split("-"), spelled(code), strict=True), start=1)
    ]
    return Content("\n").join(lines)


def _boxed(row: list[tuple[int, str]]) -> Content:
    top, middle, bottom = Content(""), Content(""), Content("")
    for number, group in row:
        side = Content.styled(SIDE, "$edge")
        line = RULE * (_INSIDE - 2 - len(f"{number} "))
        named = Content.assemble(("┌─", "$edge"), (f" {number} ", "$ink-2"), (f"{line}┐", "$edge"))
        top += named + Content("   ")
        middle += side + Content("   ") + digits_apart(" ".join(group), "bold") + Content("   ") + side
        middle += Content("   ")
        bottom += Content.styled(f"└{RULE * _INSIDE}┘", "$edge") + Content("   ")
    return Content("\n").join([top, middle, bottom])


def _close(row: list[tuple[int, str]]) -> Content:
    line = Content("")
    for number, group in row:
        line += (
            Content.styled(f"{number:>3} ", "$ink-2") + digits_apart(" ".join(group), "bold") + Content("  ")
        )
    return line

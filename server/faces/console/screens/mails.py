"""The emails to a customer, those that can be sent again among them; and sending all again that failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.screens.timeline import TimelineDialog
from keyferry.server.faces.console.views import CustomerView, MailView
from keyferry.server.faces.console.widgets.action_button import ActionButton
from keyferry.server.faces.console.widgets.rows import Column
from keyferry.server.faces.console.wording import day, mail_state, moment


class MailsDialog(TimelineDialog[bool]):
    """Shows the latest emails to a customer, and sends one again that failed."""

    TITLE_TEXT: ClassVar[str] = "Emails"
    NOTHING: ClassVar[str] = "No email sent yet."
    READS = (Access.mails,)
    ACTS: ClassVar[Operations] = {"again": Access.send_again}
    BINDINGS: ClassVar[list[BindingType]] = [Binding("s", "again", show=False)]

    def __init__(self, customer: CustomerView) -> None:
        super().__init__()
        self._customer = customer

    def named(self) -> Content:
        """Name the customer."""
        return Content.styled(self._customer.called, "bold")

    async def fetch(self) -> Sequence[MailView] | None:
        """Ask for them."""
        return await self.attempt(Access.mails, self._customer.number)

    def columns(self, width: int) -> Sequence[Column]:
        """Give the address what is left: of the kinds there are few."""
        return [Column("", 19), Column("", 1, gap=1), Column("", 16), Column("", 10, grows=1)]

    def cells(self, row: MailView) -> Sequence[Content]:
        """Draw an email."""
        words, color = mail_state(row)
        return [
            Content.styled(moment(row.at), "$ink-2"),
            Content.styled(words[0], f"{color} bold"),
            Content(row.kind),
            Content.styled(row.recipient or "recipient deleted", "$ink-2"),
        ]

    def known(self, row: MailView) -> Sequence[tuple[str, str]]:
        """Say whether it was sent, and what can be done about it."""
        return known_of(row)

    def shown(self) -> None:
        """Offer to send again what can be."""
        self.query_one("#do-again").display = self._can_send_again

    @property
    def _can_send_again(self) -> bool:
        row: MailView | None = self.pointed
        return row is not None and row.kept_until is not None and self.offers("again")

    def buttons(self) -> ComposeResult:
        """Send one again, or close."""
        yield ActionButton("Close", "cancel", key="Esc", primary=True)
        yield ActionButton("Send again", "again", key="s")

    @work
    async def action_again(self) -> None:
        """Send again what is pointed at."""
        if self._can_send_again:
            row: MailView = self.pointed
            sent = await self.attempt(Access.send_again, row.number)
            if sent is not None:
                await self.look()
                self.say(f"√ The email to {row.recipient} is on its way.")


class SendAllAgainDialog(Dialog[int]):
    """Answers with how many emails are tried anew."""

    TITLE_TEXT: ClassVar[str] = "Send all again"
    OK_TEXT: ClassVar[str] = "Send all again"
    ACTS: ClassVar[Operations] = {"ok": Access.send_all_again}

    def form(self) -> ComposeResult:
        """Say what is meant."""
        text = "Every email that failed and is still kept is tried again."
        yield Static(text, classes="text", markup=False)

    @work
    async def action_ok(self) -> None:
        """Send them."""
        await self.answer_with(Access.send_all_again)


def known_of(mail: MailView) -> Sequence[tuple[str, str]]:
    """Return to whom an email goes, what became of it, and what can be done about it, by name."""
    words, _ = mail_state(mail)
    tried = f", next try {moment(mail.next_try)}" if mail.next_try and mail.trouble else ""
    again = f"Press s to send it again, until {day(mail.kept_until)}" if mail.kept_until else ""
    return [
        ("To", mail.recipient or "recipient deleted"),
        ("State", words[2:] + tried),
        ("Why", mail.trouble),
        ("What to do", again),
    ]

"""The emails to a customer: which were sent, which wait, and which can be sent again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.screens.timeline import TimelineDialog
from keyferry.server.faces.console.views import CustomerView, MailView
from keyferry.server.faces.console.widgets.action_button import ActionButton
from keyferry.server.faces.console.wording import day, moment


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

    def cells(self, row: MailView) -> Sequence[Content]:
        """Draw an email."""
        mark, color = {"sent": ("√", "$success bold"), "failed": ("!", "$error bold")}.get(
            row.state, ("·", "$ink-3")
        )
        whom = row.recipient or "recipient deleted"
        return [
            Content.styled(moment(row.at), "$ink-2"),
            Content.styled(mark, color),
            Content(row.kind),
            Content.styled(whom, "$ink-2"),
        ]

    def known(self, row: MailView) -> Sequence[tuple[str, str]]:
        """Say whether it was sent, and what can be done about it."""
        state = {"sent": "Sent", "failed": f"Failed. {row.trouble}".strip()}.get(
            row.state, row.trouble or "Waiting to be sent"
        )
        until = f"Can be sent again until {day(row.kept_until)}: press s" if row.kept_until else ""
        return [("What", row.kind), ("To", row.recipient), ("State", state), ("", until)]

    def buttons(self) -> ComposeResult:
        """Send one again, or close."""
        yield ActionButton("Close", "cancel", key="Esc", primary=True)
        yield ActionButton("Send again", "again", key="s")

    @work
    async def action_again(self) -> None:
        """Send again what is pointed at."""
        row: MailView | None = self.pointed
        if row is not None and row.kept_until is not None:
            sent = await self.attempt(Access.send_again, row.number)
            if sent is not None:
                await self.look()
                self.say(f"√ The email to {row.recipient} is on its way.")

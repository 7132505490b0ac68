"""The tab Email: what waits to be sent, what failed and can be sent again, and all that there was."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content

from keyferry.server.core.mail.listing import State, Wanted
from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.marked import fitted, marked, wrapped_facts
from keyferry.server.faces.console.screens.mails import SendAllAgainDialog, known_of
from keyferry.server.faces.console.screens.notice import NoticeDialog
from keyferry.server.faces.console.views import Beside, MailView, Page
from keyferry.server.faces.console.widgets.bars import Hint
from keyferry.server.faces.console.widgets.behind import DetailedPane
from keyferry.server.faces.console.widgets.pane import WIDE
from keyferry.server.faces.console.widgets.rows import Column
from keyferry.server.faces.console.wording import counted, mail_state, moment

_FILTERS = (
    ("not sent yet", State.UNSENT),
    ("waiting", State.WAITING),
    ("failed", State.FAILED),
    ("all", State.ANY),
)
_NAMES = 12


class OutboxPane(DetailedPane):
    """Says what became of every email, and sends again what failed."""

    LIST: ClassVar[str] = "all-mails"
    DETAIL: ClassVar[str] = "mail-facts"
    SEARCHES: ClassVar[tuple[str, str]] = ("email address of the recipient", "email address")
    READS = (Access.outbox, Access.standstill)
    OF_ROW = frozenset({"customer", "license", "send_again"})
    OF_LIST = frozenset({"send_all"})
    ACTS: ClassVar[Operations] = {
        "customer": Access.customers,
        "filter": Access.outbox,
        "license": Access.license,
        "send_again": Access.send_again,
        "send_all": Access.send_all_again,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "license", "Open its license"),
        Binding("p", "customer", "Open its customer"),
        Binding("s", "send_again", "Send it again"),
        Binding("a", "send_all", "Send all again that failed"),
        Binding("f,f9", "filter", "Filter: waiting, failed, all"),
        Binding("r,f5", "again", "Refresh"),
    ]
    HINTS: ClassVar[tuple[Hint, ...]] = (
        Hint("Enter", "License", "license"),
        Hint("p", "Customer", "customer"),
        Hint("s", "Send again", "send_again"),
        Hint("a", "Send all again", "send_all"),
        Hint("f", "Filter", "filter"),
        Hint("r", "Refresh", "again"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._filter, self._standstill = 0, ""

    @property
    def wanted(self) -> Wanted:
        """The search and the filter."""
        return Wanted(self.search.value, _FILTERS[self._filter][1])

    async def fetch(self, number: int, beside: Beside | None) -> Page[MailView]:
        """Ask for a page, and whether anything goes out at all."""
        if number == 1:
            self._standstill = await self.ask(Access.standstill)
        return await self.ask(Access.outbox, self.wanted, number, beside)

    async def behind(self, row: MailView) -> MailView:
        """All of it is known."""
        return row

    def key_of(self, row: MailView) -> Hashable:
        """Know an email by its number."""
        return row.number

    def columns(self, width: int) -> Sequence[Column]:
        """Give the recipient what is left."""
        state, when = Column("State", 10), Column("When", 19)
        what = Column("What", 20, grows=1) if width >= WIDE else Column("What", 14)
        return [Column("To", 14, grows=1), what, state, when]

    def cells(self, row: MailView) -> Sequence[Content]:
        """Draw an email."""
        return (
            Content(row.recipient) if row.recipient else Content.styled("deleted", "$ink-3"),
            Content.styled(row.kind, "$ink-2"),
            Content.styled(*mail_state(row)),
            Content.styled(moment(row.at), "$ink-2"),
        )

    def counted(self, total: str, *, is_wide: bool) -> str:
        """Say the filter, and how many emails there are."""
        which = _FILTERS[self._filter][0]
        if not is_wide:
            return f"{which} · {total}"
        return f"State: {which}     {total} {'email' if total == '1' else 'emails'}"

    def none(self) -> Content:
        """Say that everything was sent, or why nothing can be."""
        found = {
            State.UNSENT: "No email is waiting. Press f to see what was sent.",
            State.WAITING: "No email is waiting.",
            State.FAILED: "No email has failed in the last days.",
            State.ANY: "No email yet.",
        }[_FILTERS[self._filter][1]]
        if self.searched:
            found = "No email was found. Try a shorter part of the address, or press f for others."
        told = [marked(f"! {self._standstill}")] if self._standstill else []
        return Content("\n\n").join([*told, Content.styled(found, "$ink-2")])

    def described(self, view: MailView, width: int) -> Content:
        """Say whether it was sent, why not, and what can be done about it."""
        told = [marked(fitted(Content(f"! {self._standstill}"), width).plain)] if self._standstill else []
        head = Content.styled(view.kind, "bold")
        known = wrapped_facts(known_of(view), _NAMES, width)
        return Content("\n").join([fitted(head, width), *told, Content(""), known])

    def fits(self, action: str, view: MailView | None) -> bool:
        """Offer to send again what is kept, and to open what it is about."""
        if view is None:
            return False
        has = {"customer": bool(view.recipient), "license": view.license, "send_again": view.kept_until}
        return has[action] is not None and has[action] is not False

    async def action_choose(self) -> None:
        """Enter opens its license."""
        await self.run_action("license")

    def action_filter(self) -> None:
        """List what became of other emails."""
        self._filter = (self._filter + 1) % len(_FILTERS)
        self.look()

    @work
    async def action_license(self) -> None:
        """Show its license in its own tab."""
        view = await self.current()
        if self.fits("license", view):
            found = await self.ask_or_tell("No license", Access.license, view.license)
            if found is not None:
                self.post_message(self.Elsewhere("keys", found.license.activation_key))

    @work
    async def action_customer(self) -> None:
        """Search for its recipient among the customers."""
        view = await self.current()
        if self.fits("customer", view):
            self.post_message(self.Elsewhere("customers", view.recipient))

    @work
    async def action_send_again(self) -> None:
        """Have it tried anew."""
        view = await self.current()
        if self.fits("send_again", view):
            sent = await self.ask_or_tell("Not sent again", Access.send_again, view.number)
            self.look_again()
            await self.looked()
            if sent is not None:
                self.say_briefly(f"√ Will be sent again to {view.recipient}")

    @work
    async def action_send_all(self) -> None:
        """Ask whether it is meant, and have all tried anew that failed."""
        count = await self.app.push_screen_wait(SendAllAgainDialog())
        if count is not None:
            self.look_again()
            text = f"{counted(count, 'email')} will be sent again." if count else "No email has failed."
            await self.app.push_screen_wait(NoticeDialog("Send all again", text))

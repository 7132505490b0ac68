"""The tab Customers: who holds what, and what staff change about them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import ClassVar, NamedTuple

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content

from keyferry.server.core.customers.listing import Order, View
from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.marked import fitted, one_line, shortened
from keyferry.server.faces.console.screens.customer import (
    DeleteCustomerDialog,
    EditCustomerDialog,
    MailAllKeysDialog,
    MergeCustomerDialog,
)
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.screens.hand_over import SaveDataDialog, SaveTableDialog
from keyferry.server.faces.console.screens.mails import MailsDialog
from keyferry.server.faces.console.screens.notice import NoticeDialog
from keyferry.server.faces.console.views import (
    Beside,
    CustomerRow,
    CustomerView,
    LicenseRow,
    Page,
    SavedView,
)
from keyferry.server.faces.console.widgets.bars import Hint
from keyferry.server.faces.console.widgets.behind import DetailedPane
from keyferry.server.faces.console.widgets.pane import WIDE
from keyferry.server.faces.console.widgets.rows import Column, Rows
from keyferry.server.faces.console.widgets.viewed import ViewedPane
from keyferry.server.faces.console.wording import counted, ends, mailed, status

_MOST_LISTED = 20


class Sorting(NamedTuple):
    """What the list is sorted by: the column, and whether from the end."""

    order: Order
    column: str
    descending: bool


_SORTINGS = (
    Sorting(Order.EMAIL, "Email", False),
    Sorting(Order.NAME, "Name", False),
    # No column says when a customer was added: the newest are first.
    Sorting(Order.ADDED, "", True),
)
_FILTERS: tuple[tuple[str, View | None], ...] = (
    ("all", None),
    ("ends in 30 days", View.ENDING),
    ("all seats in use", View.FULL),
    ("email failed", View.EMAIL_FAILED),
)


class CustomerPane(DetailedPane, ViewedPane):
    """Finds a customer by address or name."""

    LIST: ClassVar[str] = "all-customers"
    LISTING: ClassVar[str] = "customers"
    DETAIL: ClassVar[str] = "customer-facts"
    SEARCHES: ClassVar[tuple[str, str]] = ("email address or name", "email address or name")
    READS = (Access.customers, Access.customer)
    OF_ROW = frozenset(["computers", "copy", "data", "delete", "edit", "licenses", "mail", "mails", "merge"])
    ACTS: ClassVar[Operations] = {
        "computers": Access.computers,
        "copy": None,
        "data": Access.customer_data,
        "delete": Access.delete_customer,
        "edit": Access.edit_customer,
        "export": Access.customer_table,
        "filter": Access.customers,
        "licenses": Access.licenses,
        "mail": Access.mail_all_keys,
        "mails": Access.mails,
        "merge": Access.merge_customer,
        "sort": Access.customers,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "licenses", "List its licenses"),
        Binding("e", "edit", "Edit it"),
        Binding("m", "merge", "Merge into another"),
        Binding("delete", "delete", "Delete it"),
        Binding("c", "copy", "Copy the email"),
        Binding("p", "computers", "List its computers"),
        Binding("k", "mail", "Email all its keys"),
        Binding("t", "mails", "Emails to it"),
        Binding("g", "data", "Save all its data"),
        Binding("s", "sort", "Sort otherwise"),
        Binding("f,f9", "filter", "Filter"),
        Binding("x", "export", "Save as a table"),
    ]
    HINTS: ClassVar[tuple[Hint, ...]] = (
        Hint("Enter", "Licenses", "licenses"),
        Hint("e", "Edit", "edit"),
        Hint("m", "Merge", "merge"),
        Hint("Del", "Delete", "delete"),
        Hint("p", "Computers", "computers", may_miss=True),
        Hint("k", "Email keys", "mail", may_miss=True),
        Hint("t", "Emails", "mails", may_miss=True),
        Hint("s", "Sort", "sort", may_miss=True),
        Hint("f", "Filter", "filter", may_miss=True),
        Hint("v", "Views", "views", may_miss=True),
        Hint("x", "CSV", "export", may_miss=True),
    )

    def __init__(self) -> None:
        super().__init__()
        self._filter = 0
        self._sorting = _SORTINGS[0]

    def on_mount(self) -> None:
        """Show what they are sorted by."""
        self._show_order()

    @property
    def filters(self) -> Mapping[str, str]:
        """Those with something to do, or all."""
        view = _FILTERS[self._filter][1]
        return {"view": view.value if view else ""}

    @property
    def order(self) -> Mapping[str, str]:
        """The column, and from which end; the portal begins with another one."""
        return {"sort": self._sorting.order.value, "dir": "desc" if self._sorting.descending else "asc"}

    async def fetch(self, number: int, beside: Beside | None) -> Page[CustomerRow]:
        """Ask for a page."""
        return await self.ask(Access.customers, self.asked, number, beside)

    async def behind(self, row: CustomerRow) -> CustomerView:
        """Ask what a customer holds."""
        return await self.ask(Access.customer, row.number)

    def key_of(self, row: CustomerRow) -> Hashable:
        """Know a customer by its number."""
        return row.number

    def columns(self, width: int) -> Sequence[Column]:
        """Give name and address what is left."""
        name, email = Column("Name", 14, grows=1), Column("Email", 20, grows=1)
        counts = [Column("Licenses", 8, right=True, gap=4), Column("Seats", 11, right=True, gap=4)]
        return [name, email, *counts, *([Column("Notes", 20)] if width >= WIDE else [])]

    def cells(self, row: CustomerRow) -> Sequence[Content]:
        """Draw a customer."""
        used_up, nothing = row.seats and row.seats_used >= row.seats, Content.styled("—", "$ink-3")
        seats = Content.styled(f"{row.seats_used:,}/{row.seats:,}", "$info" if used_up else "")
        shown = [
            Content(row.name) if row.name else nothing,
            Content.styled(row.email, "$ink-2"),
            Content(f"{row.licenses:,}{'+' if row.more else ''}"),
            nothing if row.more else seats,
        ]
        return [*shown, *([Content.styled(one_line(row.notes), "$ink-3")] if self.is_wide else [])]

    def counted(self, total: str, *, is_wide: bool) -> str:
        """Say how many customers there are."""
        which = self.which or _FILTERS[self._filter][0]
        if not is_wide:
            return f"{which} · {total}"
        return f"{which}     {total} {'customer' if total == '1' else 'customers'}"

    def none(self) -> str:
        """Say what can be done where nothing is listed."""
        if self.view_shown:
            return self.none_of("customer")
        if self._filter:
            return f"No customer is here under “{_FILTERS[self._filter][0]}”. Press f to see others."
        if self.searched:
            return "No customer was found. Try a shorter part of the address or name."
        return "No customers yet. Name one when you create a license: press 1, then n."

    def described(self, view: CustomerView, width: int) -> Content:
        """Show who it is and what it holds."""
        email = f"  {view.email}" if view.name else ""
        notes = one_line(view.notes)
        counts = (
            f"{counted(view.licenses, 'license')} · {view.seats_used:,} of {counted(view.seats, 'seat')} · "
            f"{counted(view.computers, 'computer')} · {counted(view.mails, 'email')}"
        )
        lines = [
            Content.assemble((view.called, "bold"), (email, "$ink-2")),
            Content.styled(counts, "$ink-2"),
            Content(notes),
            *(self._license(one) for one in view.held[:_MOST_LISTED]),
        ]
        return Content("\n").join([fitted(one, width) for one in lines])

    def _license(self, row: LicenseRow) -> Content:
        license = row.license
        words, color = status(license, row.today)
        key = license.activation_key if self.is_wide else shortened(license.activation_key)
        seats = f"{license.seats_used:,}/{license.seats:,}"
        line = fitted(Content(key), 31 if self.is_wide else 13)
        line += fitted(Content.styled(license.product_name, "$ink-2"), 24) + Content(f"{seats:>9}   ")
        return (
            line
            + fitted(Content.styled(ends(license, row.today), "$ink-2"), 14)
            + Content.styled(words, color)
        )

    async def action_choose(self) -> None:
        """Enter lists what they hold."""
        await self.run_action("licenses")

    @work
    async def action_licenses(self) -> None:
        """List what they hold in its own tab."""
        if view := await self.current():
            self.post_message(self.Elsewhere("keys", view.email))

    @work
    async def action_copy(self) -> None:
        """Copy the address."""
        if view := await self.current():
            self.app.copy_to_clipboard(view.email)
            self.say_briefly("√ Copied")

    @work
    async def action_edit(self) -> None:
        """Ask for what is to be known."""
        await self._change(EditCustomerDialog)

    @work
    async def action_merge(self) -> None:
        """Ask into which other one."""
        await self._change(MergeCustomerDialog)

    @work
    async def action_delete(self) -> None:
        """Ask whether it is meant."""
        await self._change(DeleteCustomerDialog)

    @work
    async def action_computers(self) -> None:
        """List its computers in their own tab."""
        if view := await self.current():
            self.post_message(self.Elsewhere("computers", str(view.number), view.called))

    @work
    async def action_mail(self) -> None:
        """Ask whether it is to get all its keys, and send them."""
        view = await self.current()
        if view is None or not view.can_mail:
            return
        sent = await self.app.push_screen_wait(MailAllKeysDialog(view))
        if sent is not None:
            self.look_again()
            notice = NoticeDialog("Email all keys", mailed(sent.recipient, sent.waits))
            await self.app.push_screen_wait(notice)

    @work
    async def action_mails(self) -> None:
        """Show what was sent to it."""
        if view := await self.current():
            await self.app.push_screen_wait(MailsDialog(view))

    @work
    async def action_data(self) -> None:
        """Ask where to, and save all that is stored about it."""
        if view := await self.current():
            await self.hand_over(SaveDataDialog, Access.customer_data, view.number)

    @work
    async def action_export(self) -> None:
        """Ask where to, and save what is listed."""
        await self.hand_over(SaveTableDialog, Access.customer_table, self.asked)

    def show_everything(self) -> None:
        """Leave the filter and the view."""
        super().show_everything()
        self._filter = 0

    def show_view(self, view: SavedView) -> None:
        """List what a view is of, in its order: the newest first where it says none."""
        asked = view.asked
        found = next((one for one in _SORTINGS if one.order.value == asked.get("sort")), _SORTINGS[-1])
        self._sort(found._replace(descending=asked.get("dir", "desc") != "asc"))
        super().show_view(view)

    def action_sort(self) -> None:
        """Sort by the next column."""
        self._sort(_SORTINGS[([one.order for one in _SORTINGS].index(self._sorting.order) + 1) % 3])

    def action_filter(self) -> None:
        """Show only those with something to do, or all again."""
        self.view_shown = None
        self._filter = (self._filter + 1) % len(_FILTERS)
        self.look()

    @on(Rows.Sorted, "#all-customers")
    def sorted_by(self, event: Rows.Sorted) -> None:
        """Sort by the column that was clicked on, and from its other end when it is clicked on again."""
        event.stop()
        found = next((one for one in _SORTINGS if one.column == event.name), None)
        if found is not None:
            again = self._sorting.column == event.name
            self._sort(self._sorting._replace(descending=not self._sorting.descending) if again else found)

    def fits(self, action: str, view: CustomerView | None) -> bool:
        """Offer emails where they can be sent."""
        return view is not None and (action != "mail" or view.can_mail)

    def _sort(self, sorting: Sorting) -> None:
        self._sorting = sorting
        self._show_order()
        self.rows.point(0)
        self.look()

    def _show_order(self) -> None:
        self.rows.sorted_by = (self._sorting.column, "↓" if self._sorting.descending else "↑")
        self.rows.refresh()

    async def _change(self, dialog: Callable[[CustomerView], Dialog[bool]]) -> None:
        view = await self.current()
        if view is not None and await self.app.push_screen_wait(dialog(view)) is not None:
            self.look_again()

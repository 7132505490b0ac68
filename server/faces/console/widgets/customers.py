"""The tab Customers: who holds what, and what staff change about them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.marked import fitted, one_line, shortened
from keyferry.server.faces.console.screens.customer import (
    CustomerDialog,
    DeleteCustomerDialog,
    EditCustomerDialog,
    MergeCustomerDialog,
)
from keyferry.server.faces.console.views import Beside, CustomerRow, CustomerView, LicenseRow, Page
from keyferry.server.faces.console.widgets.bars import Hint
from keyferry.server.faces.console.widgets.behind import DetailedPane
from keyferry.server.faces.console.widgets.pane import WIDE
from keyferry.server.faces.console.widgets.rows import Column
from keyferry.server.faces.console.wording import ends, status

_MOST_LISTED = 20


class CustomerPane(DetailedPane):
    """Finds a customer by address or name."""

    LIST: ClassVar[str] = "all-customers"
    DETAIL: ClassVar[str] = "customer-facts"
    SEARCHES: ClassVar[tuple[str, str]] = ("email address or name", "email address or name")
    READS = (Access.customers, Access.customer)
    ACTS: ClassVar[Operations] = {
        "copy": None,
        "delete": Access.delete_customer,
        "edit": Access.edit_customer,
        "licenses": Access.licenses,
        "merge": Access.merge_customer,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "licenses", "List its licenses"),
        Binding("e", "edit", "Edit it"),
        Binding("m", "merge", "Merge into another"),
        Binding("delete", "delete", "Delete it"),
        Binding("c", "copy", "Copy the email"),
    ]
    HINTS: ClassVar[tuple[Hint, ...]] = (
        Hint("Enter", "Licenses", "licenses"),
        Hint("e", "Edit", "edit"),
        Hint("m", "Merge", "merge"),
        Hint("Del", "Delete", "delete"),
        Hint("c", "Copy email", "copy", may_miss=True),
    )

    @property
    def wanted(self) -> Hashable:
        """The search."""
        return self.search.value

    async def fetch(self, number: int, beside: Beside | None) -> Page[CustomerRow]:
        """Ask for a page."""
        return await self.ask(Access.customers, self.search.value, number, beside)

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
        used_up = row.seats and row.seats_used >= row.seats
        shown = [
            Content(row.name) if row.name else Content.styled("—", "$ink-3"),
            Content.styled(row.email, "$ink-2"),
            Content(f"{row.licenses:,}"),
            Content.styled(f"{row.seats_used:,}/{row.seats:,}", "$info" if used_up else ""),
        ]
        return [*shown, *([Content.styled(one_line(row.notes), "$ink-3")] if self.is_wide else [])]

    def counted(self, total: str, *, is_wide: bool) -> str:
        """Say how many customers there are."""
        return f"{total} {'customer' if total == '1' else 'customers'}" if is_wide else f"all · {total}"

    def none(self) -> str:
        """Say what can be done where nothing is listed."""
        if self.searched:
            return "No customer was found. Try a shorter part of the address or name."
        return "No customers yet. Name one when you create a license: press 1, then n."

    def described(self, view: CustomerView, width: int) -> Content:
        """Show who it is and what it holds."""
        email = f"  {view.email}" if view.name else ""
        notes = one_line(view.notes)
        counts = (
            f"{_counted(view.licenses, 'license')} · {view.seats_used:,} of {view.seats:,} seats · "
            f"{_counted(view.computers, 'computer')} · {_counted(view.mails, 'email')}"
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

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what can be done to the customer under the cursor."""
        offered = super().check_action(action, parameters)
        if not offered or action not in ("licenses", "edit", "merge", "delete", "copy"):
            return offered
        return self.is_mounted and self.view is not None

    async def action_choose(self) -> None:
        """Enter lists what they hold."""
        if self.check_action("licenses", ()):
            self.action_licenses()

    def action_licenses(self) -> None:
        """List what they hold in its own tab."""
        self.post_message(self.Elsewhere("keys", self.view.email))

    def action_copy(self) -> None:
        """Copy the address."""
        self.app.copy_to_clipboard(self.view.email)
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

    async def _change(self, dialog: type[CustomerDialog]) -> None:
        if self.view is not None and await self.app.push_screen_wait(dialog(self.view)) is not None:
            self.look_again()


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"

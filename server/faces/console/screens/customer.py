"""Customers: editing, merging and deleting one."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Input, Static

from keyferry.server.core.folding import caseless
from keyferry.server.core.licensing.notes import MAX_NOTES
from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.screens.confirmed import ConfirmedDialog
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.views import CustomerView, Mailed
from keyferry.server.faces.console.widgets.action_button import ActionButton
from keyferry.server.faces.console.widgets.fields import Field, line
from keyferry.server.faces.console.wording import counted

R = TypeVar("R")
_MOST_NAME = 100


class CustomerDialog(Dialog[R]):
    """Is about a customer."""

    def __init__(self, customer: CustomerView) -> None:
        super().__init__()
        self._customer = customer


class EditCustomerDialog(CustomerDialog[bool]):
    """Changes address, name and notes."""

    TITLE_TEXT: ClassVar[str] = "Edit the customer"
    OK_TEXT: ClassVar[str] = "Save"
    ACTS: ClassVar[Operations] = {"ok": Access.edit_customer}

    def form(self) -> ComposeResult:
        """Show what is known."""
        yield Field("Name", line(self._customer.name, hint="Orbital Dynamics", most=_MOST_NAME), id="name")
        yield Field("Email", line(self._customer.email, most=254), id="email")
        notes = " / ".join(self._customer.notes.splitlines())
        yield Field("Notes", line(notes, hint="only for your staff", most=MAX_NOTES), id="notes")

    @work
    async def action_ok(self) -> None:
        """Change it."""
        before, typed = self._customer.notes, self.typed("notes")
        notes = before if typed == " / ".join(before.splitlines()) else typed
        done = await self.attempt(
            Access.edit_customer,
            self._customer.number,
            email=self.typed("email"),
            name=self.typed("name"),
            notes=notes,
            version=self._customer.version,
        )
        if done is not None:
            self.dismiss(done)


class MergeCustomerDialog(CustomerDialog[bool]):
    """Gives all of a customer to another one, once that one was seen."""

    TITLE_TEXT: ClassVar[str] = "Merge into another customer"
    OK_TEXT: ClassVar[str] = "Next"
    KIND: ClassVar[str] = "danger"
    ACTS: ClassVar[Operations] = {"ok": Access.merge_customer}
    READS = (Access.merge_target,)

    def __init__(self, customer: CustomerView) -> None:
        super().__init__(customer)
        self._into: CustomerView | None = None

    def form(self) -> ComposeResult:
        """Ask into which one."""
        one = self._customer
        yield Static(f"{one.called} goes, and what it holds stays.", classes="text strong", markup=False)
        text = f"Its {counted(one.licenses, 'license')}, name, and notes move to the other customer."
        yield Static(text, classes="text", markup=False)
        yield Field("Other’s email", line(hint="ada@example.com", most=254), id="email")
        yield Static("", id="into", classes="text above", markup=False)

    @on(Input.Changed, "#email")
    def typed_another(self) -> None:
        """Show the other one anew."""
        self._show(None)

    @work
    async def action_ok(self) -> None:
        """Show the other one; then merge."""
        if self._into is None:
            self._show(await self.attempt(Access.merge_target, self._customer.number, self.typed("email")))
            return
        done = await self.attempt(Access.merge_customer, self._customer.number, self._into.email)
        if done is not None:
            self.dismiss(True)

    def _show(self, into: CustomerView | None) -> None:
        self._into = into
        text = ""
        if into is not None:
            text = f"Into {into.called}, {into.email}, with {counted(into.licenses, 'license')} so far."
        self.query_one("#into", Static).update(text)
        self.query_one("#do-ok", ActionButton).show("Next" if into is None else "Merge")


class MailAllKeysDialog(CustomerDialog[Mailed]):
    """Answers with the address that all keys go to."""

    TITLE_TEXT: ClassVar[str] = "Email all keys"
    OK_TEXT: ClassVar[str] = "Send"
    ACTS: ClassVar[Operations] = {"ok": Access.mail_all_keys}

    def form(self) -> ComposeResult:
        """Say what is sent to whom."""
        one = self._customer
        text = f"{one.email} gets one email with {counted(one.licenses, 'activation key')}."
        yield Static(text, classes="text", markup=False)

    @work
    async def action_ok(self) -> None:
        """Send it."""
        await self.answer_with(Access.mail_all_keys, self._customer.number)


class DeleteCustomerDialog(ConfirmedDialog):
    """Forgets a customer, once its name was typed."""

    TITLE_TEXT: ClassVar[str] = "Delete a customer"
    OK_TEXT: ClassVar[str] = "Delete for good"
    KEEP_TEXT: ClassVar[str] = "Keep it"
    AUTO_FOCUS = "#confirmed"
    ACTS: ClassVar[Operations] = {"ok": Access.delete_customer}

    def __init__(self, customer: CustomerView) -> None:
        super().__init__(customer.called)
        self._customer = customer

    def form(self) -> ComposeResult:
        """Say what goes and what stays."""
        one = self._customer
        yield Static(f"Delete {one.called}?", classes="text strong", markup=False)
        gone = f"Gone for good: name, email, notes, the names of its {counted(one.computers, 'computer')}"
        gone += f", and who {counted(one.mails, 'email')} went to." if one.mails else "."
        yield Static(gone, classes="text", markup=False)
        stays = "Its licenses stay" if one.licenses != 1 else "Its license stays"
        kept = (
            f"{stays}, without a customer: whoever has a key can use it. The audit keeps that you did this."
            if one.licenses
            else "The audit keeps that you did this."
        )
        yield Static(kept, classes="text hint", markup=False)
        yield from self.confirmation("the name" if one.name else "the email address")

    @property
    def is_confirmed(self) -> bool:
        """Whether the name is typed, in whatever case."""
        typed = " ".join(self.typed("confirmed").split())
        return caseless(typed) == caseless(" ".join(self._to_type.split()))

    async def do(self) -> None:
        """Delete it."""
        await self.answer_with(Access.delete_customer, self._customer.number)

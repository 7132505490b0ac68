"""The license under the cursor: what it grants, until when, and its computers."""

from __future__ import annotations

from rich.text import Text
from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import DataTable, Static

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Asking, Refusal
from keyferry.server.faces.console.views import ActivationFacts, LicenseFacts, LicenseView
from keyferry.server.faces.console.wording import about_computer, computer_history, seats, term

_STATES = {"active": "● active", "superseded": "○ replaced"}


class LicenseDetail(Vertical, Asking):
    """Follows the cursor of the list."""

    READS = (Access.license,)

    class Shown(Message):
        """Another license is shown, or the same one has changed."""

    def __init__(self) -> None:
        super().__init__(id="detail")
        self.view: LicenseView | None = None
        self._wanted: str | None = None
        self._stale = self._is_looking = False

    def compose(self) -> ComposeResult:
        """Put the facts above the computers."""
        yield Static("", id="facts", markup=False)
        yield DataTable(id="computers", cursor_type="row")
        yield Static("", id="computer", markup=False)
        none = "No computer has been activated with this license yet."
        yield Static(none, id="no-computers", markup=False)

    def on_mount(self) -> None:
        """Show nothing yet."""
        table = self.query_one(DataTable)
        table.add_column("Computer", width=14)
        table.add_column("Computer ID", width=29)
        table.add_column("State", width=10)
        table.add_column("When", width=16)
        self.show(None)

    @property
    def pointed(self) -> ActivationFacts | None:
        """The computer under the cursor, as long as one walks among them."""
        table = self.query_one(DataTable)
        if self.view is None or not table.has_focus or not self.view.license.computers:
            return None
        return self.view.license.computers[min(table.cursor_row, len(self.view.license.computers) - 1)]

    @on(DataTable.RowHighlighted)
    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    def walked(self) -> None:
        """Say more of the computer under the cursor."""
        computer, line = self.pointed, self.query_one("#computer", Static)
        line.update(about_computer(computer) if computer else "")
        line.display = computer is not None

    def look(self, activation_key: str | None) -> None:
        """Show a license as it is now; one question at a time, however fast one walks."""
        self._wanted, self._stale = activation_key, True
        if not self._is_looking:
            self._is_looking = True
            self._look()

    @work
    async def _look(self) -> None:
        try:
            while self._stale:
                self._stale = False
                self.show(await self.ask(Access.license, self._wanted) if self._wanted else None)
        except Refusal as refusal:
            self.show(None)
            self.query_one("#facts", Static).update(f"! {refusal}")
        finally:
            self._is_looking = False
        self.post_message(self.Shown())

    def show(self, view: LicenseView | None) -> None:
        """Show a license."""
        self.view = view
        self.query_one("#facts", Static).update(_facts(view.license) if view else "")
        table = self.query_one(DataTable)
        table.clear()
        computers = view.license.computers if view else ()
        for computer in computers:
            table.add_row(*_cells(computer))
        table.display = bool(computers)
        self.query_one("#no-computers").display = view is not None and not computers
        self.walked()


def _facts(license: LicenseFacts) -> Text:
    text = Text()
    text.append(license.activation_key, "bold")
    text.append(f"   {license.product_name}\n")
    facts = [
        ("Customer", license.customer or "none"),
        ("License", f"{seats(license.seats, license.seats_used)}, {term(license)}"),
        ("Features", ", ".join(license.features) or "none"),
        ("Notes", " / ".join((license.notes or "").splitlines())),
    ]
    for name, value in facts:
        if value:
            text.append(f"{name:<10}", "dim")
            text.append(f"{value}\n")
    text.rstrip()
    return text


def _cells(computer: ActivationFacts) -> tuple[Text, ...]:
    style = "" if computer.holds_seat else "italic"
    state = _STATES.get(computer.state, f"○ {computer.state}")
    return (
        Text(computer.computer_name or "(no name)", style, no_wrap=True, overflow="ellipsis"),
        Text(computer.computer_id, style),
        Text(state, style),
        Text(computer_history(computer), style, no_wrap=True, overflow="ellipsis"),
    )

"""The tab Computers: every activation, how it stands, and possible copies."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.marked import code, facts, fitted, key_hint, marked, one_line, shortened
from keyferry.server.faces.console.screens.activate import ActivateDialog
from keyferry.server.faces.console.screens.deactivate import DeactivateDialog
from keyferry.server.faces.console.screens.hand_over import SaveTableDialog
from keyferry.server.faces.console.views import Beside, ComputerRow, ComputerView, CopyRow, LicenseView, Page
from keyferry.server.faces.console.widgets.bars import Hint
from keyferry.server.faces.console.widgets.behind import DetailedPane
from keyferry.server.faces.console.widgets.pane import WIDE
from keyferry.server.faces.console.widgets.rows import Column
from keyferry.server.faces.console.widgets.seats import SeatPane
from keyferry.server.faces.console.widgets.viewed import ViewedPane
from keyferry.server.faces.console.wording import about_computer, day, situation, state
from keyferry.server.words.wording import DISPLACED

_COPIES = "possible copies"
# Its words, and the state that it asks for, see `services.list_queries`.
_FILTERS = (
    ("all", ""),
    ("active", "active"),
    ("released", "released"),
    ("without a code", "forced"),
    ("replaced", "superseded"),
    (_COPIES, ""),
)
_NAMES = 13


class ComputerPane(DetailedPane, ViewedPane, SeatPane):
    """Finds a computer by its name or ID, and says what its customer is to hear first."""

    LIST: ClassVar[str] = "all-computers"
    LISTING: ClassVar[str] = "computers"
    DETAIL: ClassVar[str] = "computer-facts"
    SEARCHES: ClassVar[tuple[str, str]] = (
        "computer name or ID, or a wizard’s link",
        "computer name, ID or link",
    )
    READS = (Access.computers, Access.copies, Access.computer, Access.license, Access.copy_table)
    OF_ROW = frozenset({"activate", "deactivate", "license", "copy"})
    ACTS: ClassVar[Operations] = {
        "activate": Access.activate,
        "copy": None,
        "deactivate": Access.release,
        "export": Access.computer_table,
        "filter": Access.computers,
        "license": Access.license,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f3", "activate", "Show its key again"),
        Binding("d,f4", "deactivate", "Deactivate it"),
        Binding("l", "license", "Open its license"),
        Binding("c", "copy", "Copy its ID"),
        Binding("f,f9", "filter", "Filter, possible copies"),
        Binding("x", "export", "Save as a table"),
    ]
    HINTS: ClassVar[tuple[Hint, ...]] = (
        Hint("Enter", "Key again", "activate"),
        Hint("d", "Deactivate", "deactivate"),
        Hint("l", "License", "license"),
        Hint("c", "Copy ID", "copy"),
        Hint("f", "Filter", "filter"),
        Hint("x", "CSV", "export", may_miss=True),
        Hint("F", "All filters", "filters", may_miss=True),
        Hint("v", "Views", "views", may_miss=True),
    )

    def __init__(self) -> None:
        super().__init__()
        self._filter = 0
        self._copied = False
        # Whose computers they are: the customer's number, and what it is called.
        self._customer: tuple[int | None, str] = (None, "")

    def open_with(self, what: str, about: str) -> None:
        """List the computers of a customer."""
        self.show_everything()
        self._customer = (int(what), about)
        self.search.value = ""
        self.look_again()

    def show_everything(self) -> None:
        """Leave filters, customers, and views."""
        super().show_everything()
        self._filter, self._customer = 0, (None, "")

    @property
    def filters(self) -> Mapping[str, str]:
        """The state, and the customer."""
        customer = "" if self._customer[0] is None else str(self._customer[0])
        return {"state": _FILTERS[self._filter][1], "customer": customer}

    @property
    def _lists_copies(self) -> bool:
        return self.view_shown is None and _FILTERS[self._filter][0] == _COPIES

    @property
    def wanted(self) -> Hashable:
        """The search and the filter; possible copies are not searched."""
        return _COPIES if self._lists_copies else super().wanted

    async def fetch(self, number: int, beside: Beside | None) -> Page[Any]:
        """Ask for a page."""
        if self._lists_copies:
            return await self.ask(Access.copies, number)
        return await self.ask(Access.computers, self.asked, number, beside)

    async def behind(self, row: ComputerRow | CopyRow) -> ComputerView | CopyRow:
        """Ask how a computer stands."""
        self._copied = False
        now = row.now if isinstance(row, CopyRow) else row
        if now is None and isinstance(row, CopyRow):
            return row
        return await self.ask(Access.computer, row.number if now is None else now.number)

    def key_of(self, row: ComputerRow | CopyRow) -> Hashable:
        """Know a row by its number."""
        return isinstance(row, CopyRow), row.number

    def columns(self, width: int) -> Sequence[Column]:
        """Show whole IDs where there is room."""
        # What is listed is another thing than what is asked for, until it has come.
        has_copies = self.is_mounted and any(isinstance(one, CopyRow) for one in self.rows.items[:1])
        if width >= WIDE:
            last = Column("What happened", 31) if has_copies else Column("State", 10)
            computer, holder = Column("Computer", 14, grows=2), Column("Customer", 10, grows=1)
            more = [] if has_copies else [Column("Product", 16)]
            return [computer, Column("Computer ID", 29), holder, *more, last, Column("When", 12)]
        last = Column("What happened", 14) if has_copies else Column("State", 10)
        computer, holder = Column("Computer", 12, grows=1), Column("Customer", 16)
        return [computer, Column("ID", 11), holder, last, Column("When", 12)]

    def cells(self, row: ComputerRow | CopyRow) -> Sequence[Content]:
        """Draw a computer, or a possible copy."""
        if isinstance(row, CopyRow):
            return self._copy_cells(row)
        computer = row.computer
        words, color = state(computer)
        at = computer.activated_at if computer.ended_at is None else computer.ended_at
        shown = [
            *self._named(row, computer.computer_id),
            *([Content.styled(row.product_name, "$ink-2")] if self.is_wide else []),
            Content.styled(words, color),
            Content.styled(day(at.date(), row.today), "$ink-2"),
        ]
        return shown if computer.holds_seat else [Content.styled(shown[0].plain, "$ink-3"), *shown[1:]]

    def _copy_cells(self, row: CopyRow) -> Sequence[Content]:
        words = DISPLACED.get(row.how, row.how)
        today = row.now.today if row.now else None
        return [
            *self._named(row.now, row.computer_id),
            Content.styled(f"! {words}", "$warning"),
            Content.styled(day(row.at.date(), today), "$ink-2"),
        ]

    def _named(self, row: ComputerRow | None, computer_id: str) -> list[Content]:
        name = (row.computer.computer_name if row else None) or "(no name)"
        shown = computer_id if self.is_wide else shortened(computer_id)
        customer = row.customer if row else ""
        return [
            Content(name),
            Content(shown or "—"),
            Content.styled(customer or "—", "" if customer else "$ink-3"),
        ]

    def counted(self, total: str, *, is_wide: bool) -> str:
        """Say the filter, and how many computers there are."""
        which = self.which or _FILTERS[self._filter][0]
        if not is_wide:
            return f"{which} · {total}"
        if self._lists_copies:
            return f"{total} possible {'copy' if total == '1' else 'copies'}, latest first"
        if self.view_shown:
            kind = "View" if self.view_shown.name else "Filters"
            return f"{kind}: {which}     {total} {'computer' if total == '1' else 'computers'}"
        if self._customer[1]:
            which = f"{which}, of {self._customer[1]}"
        return f"State: {which}     {total} {'computer' if total == '1' else 'computers'}"

    def none(self) -> str:
        """Say what can be done where nothing is listed."""
        if self._lists_copies:
            return "There are no possible copies. Press f to see all computers."
        if self.view_shown:
            return self.none_of("computer")
        if self._filter:
            return f"No computer is listed under “{_FILTERS[self._filter][0]}”. Press f to see others."
        if self.searched:
            return "No computer was found. Try a shorter part of its name or ID."
        if self._customer[1]:
            return f"No computer of {self._customer[1]} has been activated yet. Press Esc to see all."
        return "No computer has been activated yet. Activate one from its license: press 1."

    def described(self, view: ComputerView | CopyRow, width: int) -> Content:
        """Say how it stands, and what is known of it."""
        if isinstance(view, CopyRow):
            return marked("! Nothing holds this seat anymore.")
        computer = view.computer
        hint = Content.styled("√ Copied", "$success") if self._copied else key_hint("c", "Copy")
        name = Content.styled(computer.computer_name or "(no name)", "bold")
        head = name + Content("  ") + code(computer.computer_id) + Content("  ") + hint
        copies = "; ".join(view.copies)
        others = "" if not view.others else f"{view.others} more of this computer"
        pairs: list[tuple[str, str | Content]] = [
            ("License", code(view.activation_key) + Content(f"  {view.product_name}, epoch {view.epoch}")),
            ("Customer", view.customer or "none"),
            ("Copies", marked(f"! {copies}") if copies else ""),
            *(_about_copy(self.pointed) if isinstance(self.pointed, CopyRow) else ()),
            ("Proof", "" if view.is_proven else marked("! Taken over without full proof")),
            ("History", about_computer(computer)),
            ("Activations", others),
        ]
        shown = [
            (name, fitted(value if isinstance(value, Content) else Content(one_line(value)), width - _NAMES))
            for name, value in pairs
        ]
        lines = [fitted(head, width), marked(situation(view)), Content(""), facts(shown, _NAMES)]
        return Content("\n").join(lines)

    def fits(self, action: str, view: Any) -> bool:
        """Offer what can be done to a computer."""
        if not isinstance(view, ComputerView):
            return False
        return view.computer.holds_seat or action in ("license", "copy")

    async def _fitting(self, action: str) -> ComputerView | None:
        """Return the computer under the cursor, None where an action cannot be done to it."""
        view = await self.current()
        return view if self.fits(action, view) else None

    async def action_choose(self) -> None:
        """Enter shows the key again, or the license of what holds no seat."""
        self._choose()

    @work
    async def _choose(self) -> None:
        can_activate = self.offers("activate") and self.fits("activate", await self.current())
        await self.run_action("activate" if can_activate else "license")

    def action_filter(self) -> None:
        """Show only computers that stand otherwise, possible copies, or all again."""
        self.view_shown = None
        self._filter = (self._filter + 1) % len(_FILTERS)
        self.rows.refresh()
        self.look()

    def action_step(self) -> None:
        """Return to the list, and there to all computers."""
        if self.rows.has_focus:
            self._customer = (None, "")
        super().action_step()

    @work
    async def action_export(self) -> None:
        """Ask where to, and save what is listed."""
        if self._lists_copies:
            await self.hand_over(SaveTableDialog, Access.copy_table)
        else:
            await self.hand_over(SaveTableDialog, Access.computer_table, self.asked)

    @work
    async def action_copy(self) -> None:
        """Copy the computer ID."""
        if view := await self._fitting("copy"):
            self.app.copy_to_clipboard(view.computer.computer_id)
            self._copied = True
            self.draw()

    @work
    async def action_license(self) -> None:
        """Show its license in its own tab."""
        if view := await self._fitting("license"):
            self.post_message(self.Elsewhere("keys", view.activation_key))

    @work
    async def action_activate(self) -> None:
        """Show its key again."""
        computer = await self._fitting("activate")
        view = await self._license(computer) if computer else None
        if view is not None and computer is not None:
            await self.activate(ActivateDialog(view, computer.computer))

    @work
    async def action_deactivate(self) -> None:
        """Ask for its code, or for a reason; then say what has happened."""
        computer = await self._fitting("deactivate")
        view = await self._license(computer) if computer else None
        if view is not None and computer is not None:
            await self.deactivate(DeactivateDialog(view, computer.computer))

    async def _license(self, of: ComputerView) -> LicenseView | None:
        title = "This computer can’t be opened"
        view = await self.ask_or_tell(title, Access.license, of.activation_key)
        # Its computer ID goes with the key that it was made with.
        return view and replace(view, license=replace(view.license, activation_key=of.own_key))


def _about_copy(row: CopyRow) -> Sequence[tuple[str, str]]:
    limit = "Counted: adds to the limit of takeovers without proof" if row.counts else "Not counted"
    return ("Limit", limit), ("What to do", "Ask. Activate it with a reason, or put the license on hold")

"""The license under the cursor: what it grants, until when, and its computers."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static
from textual.worker import Worker

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Asking, Refusal
from keyferry.server.faces.console.marked import code, facts, fitted, key_hint, marked, one_line, seats_drawn
from keyferry.server.faces.console.views import ActivationFacts, LicenseView
from keyferry.server.faces.console.widgets.pane import WIDE
from keyferry.server.faces.console.widgets.rows import Column, Rows
from keyferry.server.faces.console.wording import about_computer, counted, day, state, term

_NAMES = 10
_NONE = "No computer has been activated with this license yet."


class LicenseDetail(Vertical, Asking):
    """Follows the cursor of the list."""

    READS = (Access.license,)

    class Shown(Message):
        """Another license is shown, or the same one has changed."""

    def __init__(self) -> None:
        super().__init__(id="detail", classes="detail")
        self.view: LicenseView | None = None
        self._wanted: str | None = None
        self._copied = ""
        self._stale = self._is_looking = False
        self._looked: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        """Put the computers beside the facts, or below them."""
        with Horizontal(id="beside"):
            yield Static("", id="facts", markup=False)
            with Vertical(id="of-license"):
                yield Static("", id="seats", markup=False)
                yield Rows(self._columns, self._cells, id="computers", has_rule=False)
                yield Static(_NONE, id="no-computers", markup=False)
        yield Static("", id="computer", markup=False)

    def on_mount(self) -> None:
        """Show nothing yet."""
        self.query_one("#computer").display = False
        self.show(None)

    @property
    def is_wide(self) -> bool:
        """Whether the computers stand beside the facts."""
        return self.app.size.width >= WIDE

    @property
    def pointed(self) -> ActivationFacts | None:
        """The computer under the cursor, as long as one walks among them."""
        rows = self.query_one(Rows)
        found: ActivationFacts | None = rows.pointed if rows.has_focus else None
        return found

    @on(Rows.Pointed, "#computers")
    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    def walked(self, event: events.Event | Rows.Pointed) -> None:
        """Say more of the computer under the cursor."""
        if isinstance(event, Rows.Pointed):
            event.stop()
        computer, line = self.pointed, self.query_one("#computer", Static)
        line.update(Content.styled(about_computer(computer), "$ink-2") if computer else "")
        line.display = computer is not None
        self._draw()
        self.post_message(self.Shown())

    def on_resize(self) -> None:
        """Draw what there is room for."""
        self._draw()

    def look(self, activation_key: str | None) -> None:
        """Show a license as it is now; one question at a time, however fast one walks."""
        self._wanted, self._stale = activation_key, True
        if not self._is_looking:
            self._is_looking = True
            self._looked = self._look()

    @property
    def is_looking(self) -> bool:
        """Whether another license is still read."""
        return self._is_looking

    async def looked(self) -> None:
        """Wait until the license is the one under the cursor."""
        while self._is_looking and self._looked is not None:
            await self._looked.wait()

    @work
    async def _look(self) -> None:
        try:
            while self._stale:
                self._stale = False
                self.show(await self.ask(Access.license, self._wanted) if self._wanted else None)
        except Refusal as refusal:
            self.show(None)
            self.query_one("#facts", Static).update(marked(f"! {refusal}"))
        finally:
            self._is_looking = False
        self.post_message(self.Shown())

    def show(self, view: LicenseView | None) -> None:
        """Show a license."""
        self.view, self._copied = view, ""
        rows = self.query_one(Rows)
        computers = view.license.computers if view else ()
        rows.show(computers)
        rows.display = bool(computers)
        self.query_one("#no-computers").display = view is not None and not computers
        self._draw()

    def copied(self, what: str) -> None:
        """Say beside a code that it was copied."""
        self._copied = what
        self._draw()

    def _draw(self) -> None:
        view, facts_shown = self.view, self.query_one("#facts", Static)
        self.query_one("#seats").display = self.is_wide
        if view is None:
            facts_shown.update("")
            self.query_one("#seats", Static).update("")
            return
        facts_shown.update(self._beside(view) if self.is_wide else self._above(view))
        seats = f"{view.license.seats_used:,} of {counted(view.license.seats, 'seat')}"
        title = Content.assemble("  ", ("Computers", "bold"))
        room = max(0, self.query_one("#of-license").size.width - 3)
        seats_shown = Content.styled(seats, "$ink-2")
        self.query_one("#seats", Static).update(fitted(title, room - len(seats)) + seats_shown)

    def _key(self, view: LicenseView) -> Content:
        key = view.license.activation_key
        hint = Content.styled("√ Copied", "$success") if self._copied == key else key_hint("c", "Copy")
        return code(key, "bold") + Content("  ") + hint

    def _beside(self, view: LicenseView) -> Content:
        license, width = view.license, self.query_one("#facts").size.width - _NAMES
        drawn = seats_drawn(license.seats_used, license.seats)
        seats = Content(f"{license.seats_used:,} of {license.seats:,}  ") + drawn
        copies = "" if not view.copies else f"! {view.copies} possible, in Computers"
        pairs: list[tuple[str, str | Content]] = [
            ("Customer", view.customer_name or ("" if license.customer else "none")),
            ("Email", license.customer or ""),
            ("Seats", seats),
            ("Ends", _capitalized(term(license))),
            ("Edition", ", ".join(license.features) or "none"),
            ("Order", license.order or ""),
            ("Batch", f"with {view.together:,} more: press b" if view.together else ""),
            ("Notes", one_line(license.notes or "")),
            ("Copies", marked(copies) if copies else ""),
        ]
        shown = [
            (name, fitted(Content(value) if isinstance(value, str) else value, width) if value else "")
            for name, value in pairs
        ]
        return self._key(view) + Content("\n\n") + facts(shown, _NAMES)

    def _above(self, view: LicenseView) -> Content:
        license, width = view.license, self.query_one("#facts").size.width
        of = " · ".join(one for one in (view.customer, license.product_name) if one)
        first = fitted(self._key(view), 41) + Content.styled(of, "$ink-2")
        more = [term(license), ", ".join(license.features), license.order or ""]
        more.append(f"with {view.together:,} more (b)" if view.together else "")
        more.append(one_line(license.notes or ""))
        second = Content.styled(f"{license.seats_used:,} of {counted(license.seats, 'seat')}  ", "bold")
        if view.copies:
            copies = f"! {view.copies} possible {'copy' if view.copies == 1 else 'copies'}  "
            second += Content.styled(copies, "$warning")
        second += Content.styled(" · ".join(one for one in more if one), "$ink-2")
        return Content("\n").join([fitted(first, width), fitted(second, width)])

    def _columns(self, width: int) -> Sequence[Column]:
        if self.is_wide:
            name, since = Column("Name", 14, grows=1), Column("Since", 12)
            return [name, Column("Computer ID", 29), Column("State", 10), since]
        return [Column("", 1, gap=1), Column("", 16, grows=1, gap=3), Column("", 29, gap=3), Column("", 18)]

    def _cells(self, computer: ActivationFacts) -> Sequence[Content]:
        words, color = state(computer)
        faint = "" if computer.holds_seat else "$ink-3"
        name = Content.styled(computer.computer_name or "(no name)", faint)
        shown = (
            code(computer.computer_id) if computer.holds_seat else Content.styled(computer.computer_id, faint)
        )
        today = self.view.today if self.view else None
        at = computer.activated_at if computer.ended_at is None else computer.ended_at
        when = day(at.date(), today)
        if self.is_wide:
            return name, shown, Content.styled(words, color), Content.styled(when, "$ink-2")
        verb = "since" if computer.holds_seat else words.split()[-1]
        return Content.styled(words[0], color), name, shown, Content.styled(f"{verb} {when}", "$ink-2")


def _capitalized(text: str) -> str:
    return text.removeprefix("ends ")[:1].upper() + text.removeprefix("ends ")[1:]

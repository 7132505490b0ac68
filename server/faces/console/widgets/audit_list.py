"""The tab Audit: what was done and what was refused, the latest first, day by day."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from ipaddress import ip_address
from typing import Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from keyferry.protocol.visible import visible
from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.filters import KINDS, PERIODS
from keyferry.server.faces.console.marked import facts, fitted, key_hint, shortened
from keyferry.server.faces.console.screens.hand_over import SaveTableDialog
from keyferry.server.faces.console.views import Beside, Moment, Page, SavedView
from keyferry.server.faces.console.widgets.bars import Hint
from keyferry.server.faces.console.widgets.events import about, known_of, mark_of, what_happened
from keyferry.server.faces.console.widgets.pane import WIDE
from keyferry.server.faces.console.widgets.rows import Column, Heading
from keyferry.server.faces.console.widgets.viewed import ViewedPane
from keyferry.server.faces.console.wording import heading
from keyferry.server.words.wording import CHANNELS

# What is asked, and its words.
_DAYS = (("", "all days"), *PERIODS)
_ABOUT = (("", "about anything"), *KINDS)
# Words, whether only what was refused, and on which channel.
_FILTERS: tuple[tuple[str, bool, str], ...] = (
    ("everything", False, ""),
    ("refused", True, ""),
    *((f"by {words}", False, name) for name, words in CHANNELS.items()),
)
_NAMES = 15


class AuditList(ViewedPane):
    """Every event; what happened before comes with the cursor."""

    LIST: ClassVar[str] = "audit-table"
    LISTING: ClassVar[str] = "audit"
    SEARCHES: ClassVar[tuple[str, str]] = ("who did it, or an IP address", "who did it, or an IP address")
    READS = (Access.audit,)
    ACTS: ClassVar[Operations] = {
        "copy": None,
        "days": Access.audit,
        "export": Access.audit_table,
        "filter": Access.audit,
        "kind": Access.audit,
        "license": Access.license,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "license", "Open its license"),
        Binding("f,f9", "filter", "Filter"),
        Binding("k", "kind", "What it is about"),
        Binding("d", "days", "Last days only"),
        Binding("x", "export", "Save as a table"),
        Binding("r,f5", "again", "Refresh"),
        Binding("c", "copy", "Copy all of it"),
    ]
    HINTS: ClassVar[tuple[Hint, ...]] = (
        Hint("Enter", "License", "license"),
        Hint("f", "Filter", "filter"),
        Hint("k", "Kind", "kind"),
        Hint("d", "Days", "days"),
        Hint("F", "All filters", "filters", may_miss=True),
        Hint("v", "Views", "views", may_miss=True),
        Hint("x", "CSV", "export"),
        Hint("r", "Refresh", "again"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._filter = self._days = self._kind = 0
        # Of which license: its number, and how its key ends.
        self._license: tuple[int | None, str] = (None, "")
        self._copied = False
        self._last_day: date | None = None

    def detail(self) -> ComposeResult:
        """Put the whole event below the list."""
        with Vertical(classes="detail"):
            yield Static("", id="event", classes="behind", markup=False)

    @property
    def filters(self) -> Mapping[str, str]:
        """What was refused or came on one way, what it is about, of which days, and of which license."""
        _, refused, channel = _FILTERS[self._filter]
        return {
            "license": "" if self._license[0] is None else str(self._license[0]),
            "refused": "1" if refused else "",
            "channel": channel,
            "kind": _ABOUT[self._kind][0],
            "since": _DAYS[self._days][0],
        }

    @property
    def searching(self) -> Mapping[str, str]:
        """Who did it, or from where: nobody is called like an address."""
        if not self.searched:
            return {}
        return {"address" if _is_address(self.searched) else "who": self.search.value}

    async def fetch(self, number: int, beside: Beside | None) -> Page[Moment]:
        """Ask for a page."""
        if number == 1:
            self._last_day = None
        return await self.ask(Access.audit, self.asked, number, beside)

    def show_everything(self) -> None:
        """Leave filters, the license, and views."""
        super().show_everything()
        self._filter = self._days = self._kind = 0
        self._license = (None, "")

    def show_view(self, view: SavedView) -> None:
        """List what a view is of; whom it names stands in the search."""
        super().show_view(view)
        asked = dict(view.asked)
        self.search.value = asked.pop("who", "") or asked.pop("address", "")
        self.view_shown = SavedView(view.number, view.name, asked) if asked or view.name else None

    def open_with(self, what: str, about: str) -> None:
        """Show what happened to a license."""
        self.show_everything()
        self._license = (int(what), about)
        self.search.value = ""
        self.look_again()

    def key_of(self, row: Moment) -> Hashable:
        """Know an event by its number."""
        return row.event.id

    def grouped(self, rows: Sequence[Moment]) -> Sequence[Any]:
        """Put a line above the events of each day."""
        items: list[Any] = []
        today = self.console_app.today()
        for row in rows:
            if row.event.at.date() != self._last_day:
                self._last_day = row.event.at.date()
                items.append(Heading(heading(self._last_day, today)))
            items.append(row)
        return items

    def columns(self, width: int) -> Sequence[Column]:
        """Leave who and how out where there is little room."""
        first = [Column("When ↓", 6, gap=1), Column("", 1, gap=1), Column("What", 20, grows=1)]
        if width >= WIDE:
            return [*first, Column("Way", 12), Column("Who", 22), Column("License", 12)]
        return [*first, Column("Who", 16), Column("License", 7)]

    def cells(self, row: Moment) -> Sequence[Content]:
        """Draw an event."""
        event, ending = row.event, row.event.activation_key_ending
        who = Content(visible(event.who)) if event.who else Content.styled("—", "$ink-3")
        key = shortened(row.activation_key) if self.is_wide and row.activation_key else f"…{ending or ''}"
        license = Content(visible(key)) if row.activation_key or ending else Content.styled("—", "$ink-3")
        way = [Content.styled(visible(CHANNELS.get(event.channel, event.channel)), "$ink-2")]
        when = Content.styled(f"{event.at:%H:%M}", "$ink-2")
        what = Content(what_happened(event))
        if to := about(row):
            what += Content.styled(f" · {to}", "$ink-2")
        return [when, mark_of(event), what, *(way if self.is_wide else []), who, license]

    def counted(self, total: str, *, is_wide: bool) -> str:
        """Say the filter, the days, and how many events there are."""
        about = self._license[1] or (_ABOUT[self._kind][1] if self._kind else "")
        said = [*([about] if about else []), _FILTERS[self._filter][0], _DAYS[self._days][1]]
        which = self.which or " · ".join(said)
        if not is_wide:
            return f"{which} · {total}"
        return f"{which}     {total} {'event' if total == '1' else 'events'}"

    def none(self) -> str:
        """Say what can be done where nothing is listed."""
        if self.view_shown:
            return self.none_of("event")
        if _FILTERS[self._filter][1]:
            return "Nothing has been refused."
        return "Nothing was found. Press f, k, or d to see more."

    def point(self, row: Moment | None) -> None:
        """Show the whole event."""
        self._copied = False
        self._draw()
        self.post_message(self.Changed())

    def on_resize(self) -> None:
        """Draw what there is room for."""
        super().on_resize()
        self._draw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the license of an event that has one."""
        offered = super().check_action(action, parameters)
        if not offered or action not in ("license", "copy"):
            return offered
        row = self.pointed if self.is_mounted else None
        return row is not None and (action == "copy" or row.event.license_id is not None)

    async def action_choose(self) -> None:
        """Enter opens the license."""
        if self.check_action("license", ()):
            self.action_license()

    def action_filter(self) -> None:
        """Show what was refused only, what came on one way, or all again."""
        self.view_shown = None
        self._filter = (self._filter + 1) % len(_FILTERS)
        self.look()

    def action_kind(self) -> None:
        """Show what is about one kind of things only, or all again."""
        self.view_shown = None
        self._kind = (self._kind + 1) % len(_ABOUT)
        self.look()

    def action_step(self) -> None:
        """Return to the list, and there to what happened to all licenses."""
        if self.rows.has_focus:
            self._license = (None, "")
        super().action_step()

    def action_days(self) -> None:
        """Show the last days only, or all again."""
        self.view_shown = None
        self._days = (self._days + 1) % len(_DAYS)
        self.look()

    def action_copy(self) -> None:
        """Copy all that is known of the event."""
        pairs = [(name, value) for name, value in known_of(self.pointed) if value]
        self.app.copy_to_clipboard(
            "\n".join([what_happened(self.pointed.event), *(f"{name}: {it}" for name, it in pairs)])
        )
        self._copied = True
        self._draw()

    @work
    async def action_license(self) -> None:
        """Show the license in its own tab."""
        await self.looked()
        if self.pointed is None or self.pointed.event.license_id is None:
            return
        title, number = "This license can’t be opened", self.pointed.event.license_id
        view = await self.ask_or_tell(title, Access.license, number)
        if view is not None:
            self.post_message(self.Elsewhere("keys", view.license.activation_key))

    @work
    async def action_export(self) -> None:
        """Ask where to, and save what is listed."""
        await self.looked()
        await self.hand_over(SaveTableDialog, Access.audit_table, self.asked)

    def _draw(self) -> None:
        row, shown = self.pointed, self.query_one("#event", Static)
        if row is None:
            shown.update("")
            return
        width = max(20, self.size.width - 4)
        hint = Content.styled("√ Copied", "$success") if self._copied else key_hint("c", "Copy all")
        head = fitted(Content.styled(what_happened(row.event), "bold"), width - 12) + hint
        pairs = [
            (name, fitted(Content(value), width - _NAMES) if value else "") for name, value in known_of(row)
        ]
        shown.update(Content("\n").join([head, Content(""), facts(pairs, _NAMES)]))


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True

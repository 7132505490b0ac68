"""The list of licenses: what it is sorted by and narrowed to, and how a license looks in it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import ClassVar, NamedTuple

from textual import on, work
from textual.content import Content

from keyferry.server.core.licensing.licenses import Standing
from keyferry.server.core.licensing.listings import Order, Taken
from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.screens.columns import ColumnsDialog
from keyferry.server.faces.console.views import Beside, ChosenColumns, LicenseRow, Page, SavedView
from keyferry.server.faces.console.widgets.license_columns import TITLES, cells_of, columns_of, fitting
from keyferry.server.faces.console.widgets.rows import Column, Rows
from keyferry.server.faces.console.widgets.viewed import ViewedPane
from keyferry.server.faces.console.wording import SOON

UP, DOWN = "↑", "↓"


class Sorting(NamedTuple):
    """What a list is sorted by: the column, and whether from the end."""

    order: Order
    column: str
    descending: bool


SORTINGS = (
    # As always: the newest are first.
    Sorting(Order.ISSUED, "Issued", True),
    Sorting(Order.EXPIRY, "Ends", False),
    Sorting(Order.CUSTOMER, "Customer", False),
    Sorting(Order.PRODUCT, "Product", False),
    Sorting(Order.SEATS, "Seats", True),
    Sorting(Order.KEY, "Activation key", False),
)
# Its words, and what it asks, see `services.list_queries`.
_FILTERS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("all", {}),
    ("active", {"standing": Standing.ACTIVE.value}),
    ("ends soon", {"standing": Standing.ACTIVE.value, "ends": str(SOON)}),
    ("on hold", {"standing": Standing.SUSPENDED.value}),
    ("expired", {"standing": Standing.EXPIRED.value}),
    ("full", {"seats": Taken.FULL.value}),
    ("not used", {"seats": Taken.UNUSED.value}),
)


class LicensePane(ViewedPane):
    """Searches by key, customer, computer name or ID; sorts and narrows what is listed."""

    LIST: ClassVar[str] = "licenses"
    LISTING: ClassVar[str] = "licenses"
    SEARCHES: ClassVar[tuple[str, str]] = (
        "key, customer, computer, ID, or a wizard’s link",
        "key, customer, computer, ID or link",
    )
    READS: ClassVar[tuple[Callable[..., object], ...]] = (Access.licenses, Access.columns)
    ACTS: ClassVar[Operations] = {
        "columns": Access.choose_columns,
        "create": Access.issue,
        "filter": Access.licenses,
        "sort": Access.licenses,
    }

    def __init__(self) -> None:
        super().__init__()
        self._filter = 0
        self._sorting = SORTINGS[0]
        self._chosen, self._knows_columns = ChosenColumns(None), False
        self.product = ("", "")

    @property
    def filters(self) -> Mapping[str, str]:
        """The filter, and the product."""
        return {**_FILTERS[self._filter][1], "product": self.product[0]}

    @property
    def order(self) -> Mapping[str, str]:
        """The column, and from which end."""
        if self._sorting == SORTINGS[0]:
            return {}
        return {"sort": self._sorting.order.value, "dir": "desc" if self._sorting.descending else "asc"}

    async def fetch(self, number: int, beside: Beside | None) -> Page[LicenseRow]:
        """Ask for a page."""
        if not self._knows_columns:
            self._chosen, self._knows_columns = await self.ask(Access.columns), True
        latest = "last" in (self._chosen.names or ())
        return await self.ask(Access.licenses, self.asked, number, beside, latest=latest)

    def on_mount(self) -> None:
        """Say in which order they are."""
        self.rows.sorted_by = (SORTINGS[0].column, DOWN)

    def enter(self) -> None:
        """Show the columns that were chosen since, maybe in the portal."""
        self._knows_columns = False
        super().enter()

    def key_of(self, row: LicenseRow) -> Hashable:
        """Know a license by its number: its key may be replaced."""
        return row.number

    def columns(self, width: int) -> Sequence[Column]:
        """Show what was chosen, as far as it fits."""
        return columns_of(self._names(width), width)

    def cells(self, row: LicenseRow) -> Sequence[Content]:
        """Draw a license."""
        return cells_of(self._names(self.rows.size.width), row)

    def _names(self, width: int) -> Sequence[str]:
        return fitting(self._chosen.names, width)

    def counted(self, total: str, *, is_wide: bool) -> str:
        """Say the filter, and how many licenses there are."""
        if not is_wide:
            return f"{self._which} · {total}"
        of = f"{self.product[1]}     " if self.product[0] else ""
        is_view = self.view_shown is not None and self.view_shown.name
        which = f"{'View' if is_view else 'Filters' if self.view_shown else 'Status'}: {self._which}"
        return f"{of}{which}     {total} {'license' if total == '1' else 'licenses'}"

    @property
    def _which(self) -> str:
        return self.which or _FILTERS[self._filter][0]

    def none(self) -> str | Content:
        """Say what can be done where nothing is listed."""
        if self.view_shown:
            return self.none_of("license")
        which = self._which
        if self._filter:
            found = "was found" if self.searched else "is listed"
            return f"No license that is “{which}” {found}. Press f to see others."
        if self.searched:
            return "No license was found. Try a shorter part of its key, customer, or computers."
        if self.product[0]:
            return f"No licenses of {self.product[1]} yet. Press Esc to see all."
        if self.offers("create"):
            return "No licenses yet. Press n to create the first one."
        return "No licenses yet. Whoever may create licenses presses n here."

    def show_one(self, activation_key: str) -> None:
        """Search for one license."""
        self.show_everything()
        self.search.value = activation_key
        self.look_again()

    def show_everything(self) -> None:
        """Leave filters, products, and views."""
        super().show_everything()
        self._filter, self.product = 0, ("", "")

    def show_all(self) -> None:
        """List all licenses, the newest first."""
        self.show_everything()
        self._sort(SORTINGS[0])
        self.search.value = ""
        self.look_again()

    def show_product(self, code: str, name: str) -> None:
        """List the licenses of one product."""
        self.show_everything()
        self.product = (code, name)
        self.search.value = ""
        self.look_again()

    def show_view(self, view: SavedView) -> None:
        """List what a view is of, in its order."""
        column = next((one for one in SORTINGS if one.order.value == view.asked.get("sort")), SORTINGS[0])
        is_descending = view.asked.get("dir", "desc") != "asc"
        self._sort(column._replace(descending=is_descending))
        super().show_view(view)

    def action_filter(self) -> None:
        """Show only licenses that stand otherwise, or all again."""
        self.view_shown = None
        self._filter = (self._filter + 1) % len(_FILTERS)
        self.look()

    def action_sort(self) -> None:
        """Sort by the next column."""
        orders = [one.order for one in SORTINGS]
        self._sort(SORTINGS[(orders.index(self._sorting.order) + 1) % len(SORTINGS)])

    @work
    async def action_columns(self) -> None:
        """Ask which columns to show, and keep them."""
        await self.looked()
        shown = self._names(self.rows.size.width) if self._chosen.names is None else self._chosen.names
        chosen = await self.app.push_screen_wait(ColumnsDialog(TITLES, shown))
        if chosen is not None:
            self._chosen = chosen
            self.rows.refresh()
            self.look_again()

    @on(Rows.Sorted, "#licenses")
    def sorted_by(self, event: Rows.Sorted) -> None:
        """Sort by the column that was clicked on, and from its other end when it is clicked on again."""
        event.stop()
        name = "Activation key" if event.name == "Key" else event.name
        found = next((one for one in SORTINGS if one.column == name), None)
        if found is not None:
            again = self._sorting.column == name
            self._sort(self._sorting._replace(descending=not self._sorting.descending) if again else found)

    def action_step(self) -> None:
        """Return to the list, and there to all licenses."""
        if self.rows.has_focus:
            self.product = ("", "")
        super().action_step()

    def _sort(self, sorting: Sorting) -> None:
        self._sorting = sorting
        column = "Key" if sorting.column == "Activation key" and not self.is_wide else sorting.column
        self.rows.sorted_by = (column, DOWN if sorting.descending else UP)
        self.rows.point(0)
        self.look()

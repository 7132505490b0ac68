"""The tab Products: what is sold, with its epochs and features."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content

from keyferry.server.core.folding import caseless
from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.marked import facts, fitted
from keyferry.server.faces.console.screens.epochs import RetireEpochDialog, StartEpochDialog
from keyferry.server.faces.console.screens.hand_over import SaveProfileDialog, SaveTableDialog
from keyferry.server.faces.console.screens.notice import NoticeDialog
from keyferry.server.faces.console.screens.product import AddFeaturesDialog, AddProductDialog
from keyferry.server.faces.console.screens.public_key import PublicKeyDialog
from keyferry.server.faces.console.views import Beside, EpochView, Page, ProductView
from keyferry.server.faces.console.widgets.bars import Hint
from keyferry.server.faces.console.widgets.behind import DetailedPane
from keyferry.server.faces.console.widgets.pane import WIDE
from keyferry.server.faces.console.widgets.rows import Column
from keyferry.server.faces.console.wording import day, epoch_state

_NAMES = 10


class ProductPane(DetailedPane):
    """Lists all of them: vendors have few."""

    LIST: ClassVar[str] = "all-products"
    DETAIL: ClassVar[str] = "product-facts"
    SEARCHES: ClassVar[tuple[str, str]] = ("name or code", "name or code")
    READS = (Access.catalog,)
    OF_ROW = frozenset({"licenses", "features", "profile", "public_key", "retire", "start"})
    ACTS: ClassVar[Operations] = {
        "add": Access.add_product,
        "export": Access.product_table,
        "features": Access.add_features,
        "licenses": Access.licenses,
        "profile": Access.profile,
        "public_key": Access.public_keys,
        "retire": Access.retire,
        "start": Access.rotate,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "licenses", "List its licenses"),
        Binding("n", "add", "New product"),
        Binding("e", "features", "Add features to it"),
        Binding("p", "profile", "Save its profile"),
        Binding("k", "public_key", "Its public key"),
        Binding("t", "start", "Start its next epoch"),
        Binding("delete", "retire", "Retire an earlier epoch"),
        Binding("x", "export", "Save as a table"),
    ]
    HINTS: ClassVar[tuple[Hint, ...]] = (
        Hint("Enter", "Licenses", "licenses"),
        Hint("n", "New", "add"),
        Hint("e", "Add features", "features"),
        Hint("p", "Profile", "profile"),
        Hint("k", "Public key", "public_key", may_miss=True),
        Hint("t", "New epoch", "start"),
        Hint("Del", "Retire", "retire"),
        Hint("x", "CSV", "export", may_miss=True),
    )

    @property
    def wanted(self) -> Hashable:
        """The search."""
        return self.search.value

    async def fetch(self, number: int, beside: Beside | None) -> Page[ProductView]:
        """Ask for all, and keep what has the text."""
        text = caseless(self.searched)
        every = await self.ask(Access.catalog)
        rows = [one for one in every if text in caseless(one.name) or text in caseless(one.code)]
        return Page(rows, len(rows), 1, max(1, len(rows)))

    async def behind(self, row: ProductView) -> ProductView:
        """All of it is known."""
        return row

    def key_of(self, row: ProductView) -> Hashable:
        """Know a product by its code."""
        return row.code

    def columns(self, width: int) -> Sequence[Column]:
        """Give the name what is left."""
        counts = [Column("Epoch", 6, right=True, gap=4), Column("Computers", 9, right=True, gap=4)]
        more = [Column("Added", 14)] if width >= WIDE else []
        return [Column("Product", 20, grows=1), Column("Code", 22), Column("Keys", 8), *counts, *more]

    def cells(self, row: ProductView) -> Sequence[Content]:
        """Draw a product."""
        shown = [
            Content(row.name),
            Content.styled(row.code, "$ink-2"),
            Content.styled(row.key_style, "$ink-2"),
            Content(f"{row.epochs[0].number}" if row.epochs else "—"),
            Content(f"{row.computers:,}"),
        ]
        return [*shown, *([Content.styled(day(row.added), "$ink-2")] if self.is_wide else [])]

    def counted(self, total: str, *, is_wide: bool) -> str:
        """Say how many products there are."""
        return f"{total} {'product' if total == '1' else 'products'}"

    def none(self) -> str:
        """Say what can be done where nothing is listed."""
        if self.searched:
            return "No product was found. Try a shorter part of its name or code."
        if self.offers("add"):
            return (
                "No products yet. Press n to add the first one, then build its profile into your application."
            )
        return "No products yet. An administrator adds the first one here."

    def described(self, view: ProductView, width: int) -> Content:
        """Show its features and epochs."""
        pairs: list[tuple[str, str | Content]] = [
            ("Features", ", ".join(view.features) or "none"),
            ("Keys", "6 groups, typed" if view.key_style == "short" else "24 groups, signed"),
        ]
        shown = [(name, fitted(Content(str(value)), width - _NAMES)) for name, value in pairs]
        head = Content.assemble((view.name, "bold"), (f"  {view.code}", "$ink-2"))
        lines = [fitted(head, width), Content(""), facts(shown, _NAMES)]
        lines += [_epoch(one, is_current=one is view.epochs[0]) for one in view.epochs]
        return Content("\n").join(lines)

    def fits(self, action: str, view: ProductView | None) -> bool:
        """Offer to retire an epoch where an earlier one is served."""
        return view is not None and (action != "retire" or len(view.served) > 1)

    async def action_choose(self) -> None:
        """Enter lists its licenses."""
        await self.run_action("licenses")

    @work
    async def action_licenses(self) -> None:
        """List its licenses in their own tab."""
        if view := await self.current():
            self.post_message(self.Elsewhere("keys", view.code, view.name))

    @work
    async def action_add(self) -> None:
        """Ask what it is."""
        if await self.app.push_screen_wait(AddProductDialog()) is not None:
            self.look_again()

    @work
    async def action_profile(self) -> None:
        """Ask where to, and save what the application is built with."""
        if view := await self.current():
            await self.hand_over(SaveProfileDialog, Access.profile, view.code)

    @work
    async def action_public_key(self) -> None:
        """Show what other programs check license files with."""
        view = await self.current()
        if view is None:
            return
        keys = await self.ask_or_tell("No public key", Access.public_keys, view.code)
        if keys is not None:
            await self.app.push_screen_wait(PublicKeyDialog(view.name, keys))

    @work
    async def action_export(self) -> None:
        """Ask where to, and save what is listed."""
        await self.hand_over(SaveTableDialog, Access.product_table)

    @work
    async def action_features(self) -> None:
        """Ask for their names."""
        view = await self.current()
        if view is not None and await self.app.push_screen_wait(AddFeaturesDialog(view)) is not None:
            self.look_again()

    @work
    async def action_start(self) -> None:
        """Ask what becomes of the earlier epochs, and start the next one."""
        view = await self.current()
        if view is not None and await self.app.push_screen_wait(StartEpochDialog(view)) is not None:
            self.look_again()
            text = "New epoch started. Save the profile for your next release."
            await self.app.push_screen_wait(NoticeDialog(f"Epoch {view.epochs[0].number + 1}", text))

    @work
    async def action_retire(self) -> None:
        """Ask which one, and retire it."""
        view = await self.current()
        if self.fits("retire", view) and await self.app.push_screen_wait(RetireEpochDialog(view)) is not None:
            self.look_again()
            text = "Epoch retired. The next profile you save includes this change."
            await self.app.push_screen_wait(NoticeDialog("Retired", text))


def _epoch(epoch: EpochView, *, is_current: bool) -> Content:
    words, color = epoch_state(epoch.retired, is_current=is_current)
    computers = f"{epoch.computers:,} {'computer' if epoch.computers == 1 else 'computers'}"
    line = Content.styled(f"{f'Epoch {epoch.number}':<{_NAMES}}", "$ink-2")
    return (
        line
        + fitted(Content(f"since {day(epoch.since)}"), 20)
        + fitted(Content(computers), 18)
        + Content.styled(words, color)
    )

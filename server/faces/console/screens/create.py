"""Creating a license."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Input

from keyferry.server.core.licensing.batches import Wanted
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.licensing.notes import MAX_NOTES
from keyferry.server.core.licensing.orders import MAX_ORDER
from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations, Refusal
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.views import Issued, ProductChoice
from keyferry.server.faces.console.widgets.action_button import ActionButton
from keyferry.server.faces.console.widgets.choice import Choice
from keyferry.server.faces.console.widgets.fields import Field, line
from keyferry.server.faces.console.widgets.ticks import Tick, Ticks
from keyferry.server.faces.console.wording import counted, typed_number, typed_terms


class CreateDialog(Dialog[Issued]):
    """Answers with what was created, of many the first ones."""

    TITLE_TEXT: ClassVar[str] = "New license"
    OK_TEXT: ClassVar[str] = "Create license"
    FIELDS: ClassVar[Mapping[str, str]] = {
        "unknown_product": "product",
        "malformed_terms": "expires",
        "malformed_lease": "lease",
        "malformed_count": "count",
        "malformed_order": "order",
        "unknown_feature": "features",
    }
    ACTS: ClassVar[Operations] = {"ok": Access.issue}
    READS = (Access.products, Access.can_mail, Access.known_customer)

    def __init__(self) -> None:
        super().__init__()
        self._products: Sequence[ProductChoice] = ()
        # The many that were asked about: they are created once they are asked for again.
        self._seen: Wanted | None = None

    def form(self) -> ComposeResult:
        """Ask for what it grants."""
        yield Field("Product", Choice("Product", prompt="Choose a product"), id="product")
        yield Field("Customer email", line(hint="ada@example.com (optional)", most=254), id="email")
        yield Field("Seats", line("1", most=7), id="seats")
        expires = line(hint="2027-12-31 or 365 days; empty: no end date", most=20)
        yield Field("Ends", expires, id="expires")
        lease = line(hint="how long one key lasts; empty: no limit", most=7)
        yield Field("Days per key", lease, id="lease")
        yield Field("Edition", Ticks(), id="features")
        yield Field("Order", line(hint="your own name for the sale", most=MAX_ORDER), id="order")
        yield Field("Notes", line(hint="only for your staff", most=MAX_NOTES), id="notes")
        yield Field("How many", line("1", most=7), id="count")
        yield Field("", Tick("Email the keys to the customer"), id="mails-keys")

    def on_mount(self) -> None:
        """Ask what there is to sell."""
        self.query_one("#field-features").display = self.query_one("#field-mails-keys").display = False
        self._fetch()

    @work
    async def _fetch(self) -> None:
        products = await self.attempt(Access.products)
        if products is None:
            return
        self.query_one("#field-mails-keys").display = bool(await self.attempt(Access.can_mail))
        self._products = products
        choice = self.query_one(Choice)
        choice.offer([(one.code, f"{one.name} ({one.code})") for one in products])
        if not products:
            self.say("! There are no products yet. Add the first one in the tab Products.")
        if len(products) == 1:
            choice.choose(products[0].code)
            # Whoever has gone on already stays there.
            if self.focused is choice:
                self.query_one("#email").focus()

    @on(Choice.Changed)
    def chosen(self, event: Choice.Changed) -> None:
        """Show the features of the product."""
        names = next((one.features for one in self._products if one.code == event.choice.value), ())
        self._offer(names)

    @work(exclusive=True, group="features")
    async def _offer(self, names: Sequence[str]) -> None:
        # A worker, since it ends with the dialog: a handler that waits goes on without one.
        await self.query_one(Ticks).offer(names)
        self.query_one("#field-features").display = bool(names)

    @work
    async def action_ok(self) -> None:
        """Create it."""
        product = self.query_one(Choice).value
        if not product:
            self.wrong("product", "Choose a product.")
            return
        try:
            new = Wanted(
                product=product,
                customer=self.typed("email").strip() or None,
                seats=typed_number(self.typed("seats"), what="seats", code="malformed_seats"),
                terms=self._terms(),
                features=self.query_one(Ticks).ticked,
                notes=self.typed("notes"),
                order=self.typed("order"),
                count=typed_number(self.typed("count"), what="licenses", code="malformed_count"),
                mails_keys=self.query_one("#mails-keys", Tick).ticked,
            )
        except Refusal as refusal:
            self._clear()
            self.refuse(refusal)
            return
        if new.count > 1 and new != self._seen:
            self._preview(new)
        else:
            await self.answer_with(Access.issue, new)

    def _preview(self, new: Wanted) -> None:
        self._clear()
        self._seen, count = new, counted(new.count, "license")
        self.say(f"Create {count}? Each gets its own activation key, and none can be deleted.")
        self.query_one("#do-ok", ActionButton).show(f"Create {count}")

    @on(Input.Changed, "#email")
    def typed_customer(self, event: Input.Changed) -> None:
        """Say who it is: a customer of another spelling would be a new one."""
        self._tell_customer(event.value)

    @work(exclusive=True, group="customer")
    async def _tell_customer(self, email: str) -> None:
        with suppress(Refusal):
            self.query_one("#field-email", Field).tell(await self.ask(Access.known_customer, email))

    @on(Input.Changed)
    @on(Choice.Changed)
    def changed(self) -> None:
        """Ask anew about many that are not the same any more."""
        if self._seen is not None:
            self._seen = None
            self.say("")
            self.query_one("#do-ok", ActionButton).show(self.OK_TEXT)

    def _terms(self) -> Terms:
        terms, lease = typed_terms(self.typed("expires")), self.typed("lease")
        if not lease.strip():
            return terms
        days = typed_number(lease, what="days", code="malformed_lease")
        return Terms(terms.expires, terms.days, days)

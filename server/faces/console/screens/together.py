"""Licenses that were created together: going on with them, their keys, and handing those over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.marked import code
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.screens.hand_over import SaveTableDialog
from keyferry.server.faces.console.views import BatchRow, Issued, LicenseRow, Mailed
from keyferry.server.faces.console.widgets.action_button import ActionButton
from keyferry.server.faces.console.widgets.fields import Field, line
from keyferry.server.faces.console.widgets.rows import Column, Rows
from keyferry.server.faces.console.wording import counted, day, status

# As many rows as are seen at once, and where there is more room.
_MOST, _MOST_TALL = 7, 14


class IssuedDialog(Dialog[str]):
    """Creates the rest of many licenses, then hands their keys over; answers with the key of one to open."""

    TITLE_TEXT: ClassVar[str] = "Licenses created together"
    KIND: ClassVar[str] = "done"
    ACTS: ClassVar[Operations] = {
        "copy": None,
        "go_on": Access.go_on_issuing,
        "mail": Access.mail_batch,
        "save": Access.batch_table,
        "stop": Access.stop_issuing,
    }
    READS = (Access.licenses_of_batch,)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", show=False),
        Binding("g", "go_on", show=False),
        Binding("m", "mail", show=False),
        Binding("s", "stop", show=False),
        Binding("x", "save", show=False),
    ]

    def __init__(self, issued: Issued, *, is_fresh: bool) -> None:
        """Take what was begun; what is fresh goes on by itself."""
        super().__init__()
        self._issued, self._done, self._wanted = issued, issued.done, issued.wanted
        self._is_fresh = is_fresh
        self._goes_on = self._stops = False
        self._keys: Sequence[str] = ()

    def form(self) -> ComposeResult:
        """Say for whom, how many there are so far, and their keys."""
        license = self._issued.first.license
        customer = f" for {license.customer}" if license.customer else ", without a customer"
        order = f", order {license.order}" if license.order else ""
        yield Static(f"{license.product_name}{customer}{order}", classes="hint", markup=False)
        yield Static("", id="progress", classes="text strong", markup=False)
        yield Rows(_key_columns, _key_cells, id="keys", has_rule=False)

    def buttons(self) -> ComposeResult:
        """Go on or stop while more are wanted; afterwards hand them over."""
        yield ActionButton("Go on", "go_on", key="g", primary=True)
        yield ActionButton("Stop", "stop", key="s")
        yield ActionButton("Save as a table", "save", key="x", primary=True)
        yield ActionButton("Copy all keys", "copy", key="c")
        if self._issued.first.can_mail:
            yield ActionButton("Email", "mail", key="m")
        yield ActionButton("Close", "cancel", key="Esc")

    def on_mount(self) -> None:
        """Go on until all are there, or say how to."""
        self._show()
        self.query_one("#keys").display = False
        if self._is_done:
            self._show_end()
        elif self._is_fresh:
            self.action_go_on()
        self.query_one("#do-save" if self._is_done or self._is_fresh else "#do-go-on").focus()

    @property
    def _is_done(self) -> bool:
        return self._done >= self._wanted

    def action_cancel(self) -> None:
        """Close it, unless more are created just now: that is stopped first."""
        if self._goes_on:
            self.say("Press s to stop first. Licenses that were created stay.")
        else:
            self.dismiss(None)

    def action_go_on(self) -> None:
        """Create the rest of them."""
        if not self._goes_on and not self._is_done and self.offers("go_on"):
            self._goes_on = True
            self._go_on()

    @work
    async def _go_on(self) -> None:
        self._show()
        while not self._is_done and not self._stops:
            done = await self.attempt(Access.go_on_issuing, self._issued.number)
            if done is None:
                break
            self._done = done
            self._show()
        self._goes_on = False
        if self._stops:
            await self._stop()
        elif self._is_done:
            await self._end()
        self._show()

    @work
    async def action_stop(self) -> None:
        """Create no more of them, after those that are under way."""
        if self._is_done:
            return
        self._stops = True
        if not self._goes_on:
            await self._stop()

    async def _stop(self) -> None:
        if await self.attempt(Access.stop_issuing, self._issued.number):
            self.dismiss(None)

    @on(Rows.Chosen)
    def chosen(self, event: Rows.Chosen) -> None:
        """Enter on a key opens its license."""
        event.stop()
        self.dismiss(event.rows.pointed.license.activation_key)

    def action_copy(self) -> None:
        """Copy all keys, one a line."""
        if self._keys:
            self.copy("\n".join(self._keys))

    @work
    async def action_save(self) -> None:
        """Save their keys."""
        if not self._is_done:
            return
        table = await self.attempt(Access.batch_table, self._issued.number)
        path = await self.app.push_screen_wait(SaveTableDialog(table)) if table else None
        if path is not None:
            self.say(f"√ Saved as {path}")

    @work
    async def action_mail(self) -> None:
        """Email their keys."""
        if not self._is_done or not self._issued.first.can_mail:
            return
        mailed = await self.app.push_screen_wait(MailBatchDialog(self._issued))
        if mailed is not None:
            self.say(f"√ The email to {mailed.recipient} is on its way.")

    @work
    async def _show_end(self) -> None:
        await self._end()
        self._show()

    async def _end(self) -> None:
        found = await self.attempt(Access.licenses_of_batch, self._issued.number)
        rows, most = self.query_one("#keys", Rows), _MOST_TALL if self.has_class("-tall") else _MOST
        self._keys = [one.license.activation_key for one in found or ()]
        rows.show(found or ())
        rows.styles.height = min(max(1, len(self._keys)), most)
        rows.display = bool(self._keys)
        if self._is_fresh and self._issued.mails_keys:
            self.say(f"√ The email to {self._issued.first.license.customer} is on its way.")

    def _show(self) -> None:
        done, wanted = self._done, self._wanted
        text = f"{done:,} of {wanted:,} created"
        if self._is_done:
            shown = len(self._keys)
            text = f"{wanted:,} licenses created" + (f", the first {shown:,} of them" * (0 < shown < wanted))
        elif self._goes_on:
            text += " …"
        self.query_one("#progress", Static).update(text)
        # As long as some are missing, nothing is done.
        self.set_class(self._is_done, self.KIND)
        shows = {
            "go-on": not self._is_done and not self._goes_on and self.offers("go_on"),
            "stop": not self._is_done and self.offers("stop"),
            "save": self._is_done or self._goes_on,
            "copy": 0 < len(self._keys) == wanted,
            "mail": (self._is_done or self._goes_on) and self.offers("mail"),
        }
        for name, is_shown in shows.items():
            for button in self.query(f"#do-{name}").results(ActionButton):
                button.display = is_shown
                button.make_ready(self._is_done or name in ("go-on", "stop"))


class BatchesDialog(Dialog[int]):
    """Answers with the number of what was chosen: licenses that were created together, or are not done."""

    TITLE_TEXT: ClassVar[str] = "Created together"
    KIND: ClassVar[str] = "timeline"
    AUTO_FOCUS = "#batches"
    ACTS: ClassVar[Operations] = {"ok": None}

    def __init__(self, batches: Sequence[BatchRow], own: int | None) -> None:
        """Take the batches, and the number of the one to point at."""
        super().__init__()
        self._batches, self._own = batches, own

    def form(self) -> ComposeResult:
        """List them."""
        yield Rows(_batch_columns, _batch_cells, id="batches", has_rule=False)
        if not self._batches:
            text = "No licenses were created together yet. Press n, and say how many."
            yield Static(text, classes="text", markup=False)

    def buttons(self) -> ComposeResult:
        """Open one, or close."""
        if self._batches:
            yield ActionButton("Open", "ok", primary=True)
        yield ActionButton("Close", "cancel", key="Esc", primary=not self._batches)

    def on_mount(self) -> None:
        """Point at the one of the license, else at the first."""
        rows, numbers = self.query_one(Rows), [one.number for one in self._batches]
        most = _MOST_TALL if self.has_class("-tall") else _MOST
        rows.styles.height = 1 + min(max(1, len(numbers)), most)
        rows.display = bool(numbers)
        rows.show(self._batches, numbers.index(self._own) if self._own in numbers else 0)
        if not numbers:
            self.query_one("#do-cancel").focus()

    @on(Rows.Chosen)
    def chosen(self, event: Rows.Chosen) -> None:
        """Enter opens what is pointed at."""
        event.stop()
        self.action_ok()

    def action_ok(self) -> None:
        """Open what is pointed at."""
        pointed: BatchRow | None = self.query_one(Rows).pointed
        self.dismiss(pointed.number if pointed else None)


class MailBatchDialog(Dialog[Mailed]):
    """Answers with the address that the keys go to."""

    TITLE_TEXT: ClassVar[str] = "Email the keys"
    OK_TEXT: ClassVar[str] = "Send"
    ACTS: ClassVar[Operations] = {"ok": Access.mail_batch}

    def __init__(self, issued: Issued) -> None:
        super().__init__()
        self._issued = issued

    def form(self) -> ComposeResult:
        """Ask for the address."""
        text = f"One email with all {self._issued.wanted:,} activation keys."
        yield Static(text, classes="text", markup=False)
        address = self._issued.first.license.customer or ""
        yield Field("Email", line(address, hint="ada@example.com", most=254), id="email")

    @work
    async def action_ok(self) -> None:
        """Send it."""
        await self.answer_with(Access.mail_batch, self._issued.number, self.typed("email"))


def _key_columns(width: int) -> Sequence[Column]:
    return [Column("", 29, gap=3), Column("", 8), Column("", 12, grows=1)]


def _key_cells(row: LicenseRow) -> Sequence[Content]:
    license = row.license
    used = Content.styled(f"{license.seats_used:,} of {license.seats:,}", "$ink-2")
    return code(license.activation_key), used, Content.styled(*status(license, row.today))


def _batch_columns(width: int) -> Sequence[Column]:
    many = Column("Licenses", 18)
    return [Column("When", 13), Column("Product", 12, grows=1), Column("Customer", 12, grows=1), many]


def _batch_cells(row: BatchRow) -> Sequence[Content]:
    many = Content(counted(row.done, "license"))
    if not row.is_done:
        many = Content.styled(f"! {row.done:,} of {row.wanted:,}", "$warning")
    return (
        Content.styled(day(row.at.date()), "$ink-2"),
        Content(row.product_name),
        Content(row.customer) if row.customer else Content.styled("—", "$ink-3"),
        many,
    )

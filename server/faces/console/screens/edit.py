"""Editing a license: seats, features, how long one key lasts, customer, and notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import work
from textual.app import ComposeResult

from keyferry.server.core.licensing.license_changes import Content
from keyferry.server.core.licensing.notes import MAX_NOTES
from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations, Refusal
from keyferry.server.faces.console.screens.change import ChangeDialog
from keyferry.server.faces.console.widgets.fields import Field, line
from keyferry.server.faces.console.widgets.ticks import Ticks
from keyferry.server.faces.console.wording import typed_number

# A line has no breaks: this stands for one, and becomes one again.
_BREAK = " / "


class EditDialog(ChangeDialog):
    """Answers with the license as it is then; its end is moved by renewing."""

    TITLE_TEXT: ClassVar[str] = "Edit the license"
    OK_TEXT: ClassVar[str] = "Save"
    AUTO_FOCUS = "#seats"
    FIELDS: ClassVar[Mapping[str, str]] = {"malformed_terms": "lease", "unknown_feature": "features"}
    READS = (Access.products,)
    ACTS: ClassVar[Operations] = {"ok": Access.edit}

    def form(self) -> ComposeResult:
        """Show what it grants now."""
        yield from super().form()
        license = self._license
        yield Field("Seats", line(str(license.seats), most=7), id="seats")
        yield Field("Customer email", line(license.customer or "", hint="nobody", most=254), id="email")
        lease = line(str(license.lease_days or ""), hint="as long as the license", most=7)
        yield Field("Days per key", lease, id="lease")
        yield Field("Edition", Ticks(), id="features")
        notes = _BREAK.join((license.notes or "").splitlines())
        yield Field("Notes", line(notes, hint="only for your staff", most=MAX_NOTES), id="notes")

    def on_mount(self) -> None:
        """Ask which features there are; until that is known, the license keeps its own."""
        self._knows_features = False
        self.query_one("#field-features").display = bool(self._license.features)
        self._fetch()

    @work
    async def _fetch(self) -> None:
        products = await self.attempt(Access.products)
        mine = [one for one in products or () if one.code == self._license.product_code]
        for one in mine:
            await self.query_one(Ticks).offer(one.features, self._license.features)
            self._knows_features = True
            self.query_one("#field-features").display = bool(one.features)

    @work
    async def action_ok(self) -> None:
        """Change it."""
        try:
            content = Content(
                seats=typed_number(self.typed("seats"), what="seats", code="malformed_seats"),
                features=self.query_one(Ticks).ticked if self._knows_features else self._license.features,
                lease_days=self._lease(),
                customer=self.typed("email").strip() or None,
                notes=self._notes(),
            )
        except Refusal as refusal:
            self._clear()
            self.refuse(refusal)
            return
        await self.answer_with(Access.edit, self._license.activation_key, content, self._view.version)

    def _lease(self) -> int | None:
        typed = self.typed("lease").strip()
        return typed_number(typed, what="days", code="malformed_terms") if typed else None

    def _notes(self) -> str:
        before = self._license.notes or ""
        typed = self.typed("notes")
        # Who changes something else leaves the lines as they are.
        return before if typed == _BREAK.join(before.splitlines()) else typed

"""All filters of a list at once; the portal has the same ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from textual import work
from textual.app import ComposeResult

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.filters import FILTERS, PERIODS, PRODUCT, Filter
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.widgets.action_button import ActionButton
from keyferry.server.faces.console.widgets.choice import Choice
from keyferry.server.faces.console.widgets.fields import Field, Line, line

_MOST = 254
_LAST_DAYS = re.compile(r"(\d+)(?: days?)?", re.ASCII)


class FilterDialog(Dialog[Mapping[str, str]]):
    """Answers with what is asked of the list then; its search and its order stay."""

    TITLE_TEXT: ClassVar[str] = "Filters"
    OK_TEXT: ClassVar[str] = "Show"
    ACTS: ClassVar[Operations] = {"ok": None, "nothing": None}
    READS = (Access.products,)

    def __init__(self, listing: str, asked: Mapping[str, str]) -> None:
        super().__init__()
        self._filters, self._asked = FILTERS[listing], asked

    def form(self) -> ComposeResult:
        """Ask for each, as it stands."""
        for one in self._filters:
            value = self._asked.get(one.name, "")
            control = (
                Choice(one.label, one.options, value)
                if one.options
                else line(value, hint=one.hint, most=_MOST)
            )
            yield Field(one.label, control, id=_id(one))

    def buttons(self) -> ComposeResult:
        """List it, or leave all filters."""
        yield ActionButton(self.OK_TEXT, "ok", primary=True)
        yield ActionButton("Clear all", "nothing")
        yield ActionButton("Cancel", "cancel", key="Esc")

    def on_mount(self) -> None:
        """Ask which products there are."""
        if any(one.name == PRODUCT for one in self._filters):
            self._fetch()

    @work
    async def _fetch(self) -> None:
        products = await self.attempt(Access.products)
        named = [(one.code, one.name) for one in products or ()]
        self.query_one(f"#{PRODUCT}", Choice).offer([("", "all products"), *named])

    async def action_ok(self) -> None:
        """Ask for it."""
        wanted = {one.name: self._value(one) for one in self._filters}
        self._clear()
        for one in self._filters:
            if one.is_day and wanted[one.name] and not _is_day(wanted[one.name], one):
                self.wrong(_id(one), f"Type a day like {one.hint}.")
                return
        # Whose they are is said once.
        others = {"customer"} if wanted.get("email") else set()
        kept = {name: value for name, value in self._asked.items() if name not in {*wanted, *others}}
        self.dismiss({**kept, **{name: value for name, value in wanted.items() if value}})

    def action_nothing(self) -> None:
        """Leave all of them, still without closing."""
        for choice in self.query(Choice):
            choice.choose("")
        for typed in self.query(Line):
            typed.value = ""
        self._clear()
        # Enter shows all, as from any field.
        self.query(Field).first().control.focus()

    def _value(self, one: Filter) -> str:
        if one.options:
            return self.query_one(f"#{_id(one)}", Choice).value
        typed = self.typed(_id(one)).strip()
        days = _LAST_DAYS.fullmatch(typed) if one.is_day else None
        return days[1] if days else typed


def _id(one: Filter) -> str:
    return one.name.replace("_", "-")


def _is_day(text: str, one: Filter) -> bool:
    if one.name == "since" and text in dict(PERIODS):
        return True
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True

"""Setting a server property."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.widgets import Static

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.views import PropertyView
from keyferry.server.faces.console.widgets.fields import Field, line

# What may be typed, by the type; a choice names its own. A type that is not here needs no hint.
_HINTS: Mapping[str, str] = {
    "yes or no": "true or false",
    "number": "a whole number",
    "address": "https://…",
    "https address": "https://…",
    "email address": "help@example.com",
    "phone number": "+1 555 0142",
    "day": "2027-03-31, or nothing",
}


class PropertyDialog(Dialog[PropertyView]):
    """Answers with the property as it is then."""

    TITLE_TEXT: ClassVar[str] = "Server property"
    OK_TEXT: ClassVar[str] = "Save"
    FIELDS: ClassVar[Mapping[str, str]] = {"malformed_property": "value"}
    ACTS: ClassVar[Operations] = {"ok": Access.set_property}

    def __init__(self, view: PropertyView) -> None:
        super().__init__()
        self._view = view

    def form(self) -> ComposeResult:
        """Say what it does, and ask for the value."""
        yield Static(self._view.declared.name, classes="text strong", markup=False)
        yield Static(self._view.declared.sentence, classes="text", markup=False)
        yield Field("Type", Static(self._view.declared.type, markup=False), id="type")
        yield Field("Default", Static(self._view.default or "(empty)", markup=False), id="default")
        hint = " or ".join(self._view.declared.choices) or _HINTS.get(self._view.declared.type, "")
        yield Field("Value", line(self._view.value, hint=hint, most=200), id="value")
        text = "Counts from the next request on. The audit keeps who changed it."
        yield Static(text, classes="text above hint", markup=False)

    @work
    async def action_ok(self) -> None:
        """Set it."""
        await self.answer_with(Access.set_property, self._view.declared.name, self.typed("value"))

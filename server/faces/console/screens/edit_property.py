"""Setting a server property."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.widgets import Static

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.views import Property, PropertyView
from keyferry.server.faces.console.widgets.action_button import ActionButton
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


class PropertyDialog(Dialog[Any]):
    """Answers once the property was set, or has its default again."""

    TITLE_TEXT: ClassVar[str] = "Server property"
    OK_TEXT: ClassVar[str] = "Save"
    FIELDS: ClassVar[Mapping[str, str]] = {"malformed_property": "value"}
    ACTS: ClassVar[Operations] = {"ok": Access.set_property, "reset": Access.reset_property}

    def __init__(self, view: PropertyView) -> None:
        super().__init__()
        self._view = view

    def form(self) -> ComposeResult:
        """Say what it does, and ask for the value."""
        yield Static(self._view.declared.name, classes="text strong", markup=False)
        yield Static(self._view.declared.sentence, classes="text", markup=False)
        yield Field("Type", Static(self._view.declared.type, markup=False), id="type")
        yield Field("Default", Static(self._view.default or "(empty)", markup=False), id="default")
        value = line(self._view.value, hint=hint_of(self._view.declared), most=200)
        yield Field("Value", value, id="value")
        text = "Counts from the next request on. The audit keeps who changed it."
        yield Static(text, classes="text above hint", markup=False)

    def buttons(self) -> ComposeResult:
        """Offer the default, too, where another value counts."""
        yield ActionButton(self.OK_TEXT, "ok", primary=True)
        yield ActionButton("Cancel", "cancel")
        if self._view.value != self._view.default:
            yield ActionButton(f"Default: {self._view.default or '(empty)'}", "reset")

    @work
    async def action_reset(self) -> None:
        """Have the default count again."""
        await self.answer_with(Access.reset_property, self._view.declared.name)

    @work
    async def action_ok(self) -> None:
        """Set it."""
        await self.answer_with(Access.set_property, self._view.declared.name, self.typed("value"))


def hint_of(declared: Property) -> str:
    """Return what may be typed for a property; "" for any text."""
    return " or ".join(declared.choices) or _HINTS.get(declared.type, "")

"""Setting a server property."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.views import Property, PropertyView
from keyferry.server.faces.console.widgets.action_button import ActionButton
from keyferry.server.faces.console.widgets.fields import Field, line
from keyferry.server.faces.console.widgets.ticks import Way, choose

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
        view, declared = self._view, self._view.declared
        yield Static(title(view), classes="strong", markup=False)
        yield Static(declared.name, classes="text hint", markup=False)
        if more := rest_of_sentence(view):
            yield Static(more, classes="text", markup=False)
        yield Static(f"{kind(view)}, default: {worded(view, view.default)}.", classes="text", markup=False)
        if self._choices:
            for one in self._choices:
                yield Way(_capital(worded(view, one)), id=f"value-{one}")
        else:
            yield Field("Value", line(view.value, hint=hint_of(declared), most=200), id="value")
        text = "Counts from the next request on.\nThe audit keeps who changed it."
        yield Static(text, classes="text above hint", markup=False)

    def on_mount(self) -> None:
        """Begin with the value that counts."""
        if self._choices:
            self.query_one(f"#value-{self._view.value}").focus()

    @on(Way.Chosen)
    def way_chosen(self, event: Way.Chosen) -> None:
        """Take this value."""
        choose(self, event.way.id or "")

    def buttons(self) -> ComposeResult:
        """Offer the default, too, where another value counts."""
        yield ActionButton(self.OK_TEXT, "ok", primary=True)
        yield ActionButton("Cancel", "cancel")
        if self._view.value != self._view.default:
            yield ActionButton(f"Default: {worded(self._view, self._view.default)}", "reset")
        yield Static("Enter Esc", classes="keys", markup=False)

    @property
    def _choices(self) -> Sequence[str]:
        return ("true", "false") if is_switch(self._view) else self._view.declared.choices

    def _chosen(self) -> str:
        chosen = [one.id or "" for one in self.query(Way) if one.is_chosen]
        return chosen[0].removeprefix("value-") if chosen else self.typed("value")

    @work
    async def action_reset(self) -> None:
        """Have the default count again."""
        await self.answer_with(Access.reset_property, self._view.declared.name)

    @work
    async def action_ok(self) -> None:
        """Set it."""
        await self.answer_with(Access.set_property, self._view.declared.name, self._chosen())


def hint_of(declared: Property) -> str:
    """Return what may be typed for a property; "" for any text."""
    return " or ".join(declared.choices) or _HINTS.get(declared.type, "")


def title(view: PropertyView) -> str:
    """Return the beginning of a property's sentence: what it is about."""
    sentence = view.declared.sentence
    for end in ("; ", ". "):
        sentence = sentence.partition(end)[0]
    return sentence.rstrip(".")


def rest_of_sentence(view: PropertyView) -> str:
    """Return what the sentence says besides, "" where that is nothing."""
    more = view.declared.sentence.removeprefix(title(view)).strip(" .;,")
    return f"{_capital(more)}." if more else ""


def kind(view: PropertyView) -> str:
    """Return of what type it is, as a sentence begins."""
    return _capital(view.declared.type)


def is_switch(view: PropertyView) -> bool:
    """Return whether it is yes or no."""
    return isinstance(view.declared.default, bool)


def worded(view: PropertyView, value: str) -> str:
    """Return a value as people say it."""
    said = {"true": "yes", "false": "no"}.get(value, value) if is_switch(view) else value
    return said or "(empty)"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

"""Many licenses at once: changing those that are selected or listed."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Input, Static

from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations, Refusal
from keyferry.server.faces.console.screens.change import UNTIL
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.views import Changed, Meant
from keyferry.server.faces.console.widgets.fields import Field, line
from keyferry.server.faces.console.widgets.ticks import Way, choose
from keyferry.server.faces.console.wording import counted, typed_terms

_HOLD, _RESUME, _RENEW = "suspend", "resume", "renew"


class ChangeManyDialog(Dialog[Changed]):
    """Puts licenses on hold, resumes, or renews them; answers with how many were changed."""

    TITLE_TEXT: ClassVar[str] = "Change many licenses"
    OK_TEXT: ClassVar[str] = "Change them"
    FIELDS = UNTIL
    ACTS: ClassVar[Operations] = {"ok": Access.change_some}
    READS = (Access.begin_change, Access.go_on_changing)

    def __init__(self, meant: Meant) -> None:
        super().__init__()
        self._meant = meant

    def form(self) -> ComposeResult:
        """Say which, and ask what to do."""
        count = len(self._meant.numbers)
        which = "listed" if self._meant.is_list else "selected"
        yield Static(f"{counted(count, f'{which} license')}", classes="text strong", markup=False)
        yield Way("Renew them", id=_RENEW)
        until = line(hint="2028-06-30, or 180 days more", most=20)
        yield Field("Until", until, id="until", inset=True)
        yield Way("Put them on hold", id=_HOLD)
        yield Way("Resume them", id=_RESUME)
        rule = "If one can’t be changed, none are."
        if self._meant.is_list:
            rule = "One after the other; what can’t be renewed by days is left as it is. Esc stops."
        yield Static(rule, classes="text above hint", markup=False)

    def on_mount(self) -> None:
        """Begin with renewing."""
        self.query_one(f"#{_RENEW}").focus()
        choose(self, _RENEW)

    @on(Way.Chosen)
    def way_chosen(self, event: Way.Chosen) -> None:
        """Do that."""
        choose(self, event.way.id or _RENEW)

    @on(Input.Changed, "#until")
    def typed_until(self, event: Input.Changed) -> None:
        """Typing a date chooses renewing."""
        self.query_one("#field-until", Field).say("")
        if event.value:
            choose(self, _RENEW)

    @work
    async def action_ok(self) -> None:
        """Change them."""
        action, terms = self._chosen, Terms()
        try:
            if action == _RENEW:
                terms = typed_terms(self.typed("until"))
        except Refusal as refusal:
            self.wrong("until", str(refusal))
            return
        if action == _RENEW and terms == Terms():
            self.wrong("until", "Type a date like 2027-12-31, or a number of days like 365.")
        elif self._meant.is_list:
            await self._change_list(action, terms)
        else:
            await self.answer_with(Access.change_some, self._meant, action, terms)

    async def _change_list(self, action: str, terms: Terms) -> None:
        changed = await self.attempt(Access.begin_change, self._meant, action, terms)
        while changed is not None and changed.done < changed.wanted:
            changed = await self.attempt(Access.go_on_changing, changed.number)
            if changed is not None:
                self.say(f"{changed.done:,} of {changed.wanted:,} …")
        if changed is not None:
            self.dismiss(changed)

    @property
    def _chosen(self) -> str:
        return next(one.id or _RENEW for one in self.query(Way) if one.is_chosen)

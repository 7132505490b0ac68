"""Many licenses at once: changing those that are selected or listed, and what was created together."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, Static

from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations, Refusal
from keyferry.server.faces.console.screens.change import UNTIL
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.screens.hand_over import SaveTableDialog
from keyferry.server.faces.console.views import Changed, Issued, Mailed, Meant
from keyferry.server.faces.console.widgets.action_button import ActionButton
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
        rule = "Where one can’t be changed, none is."
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


class IssuedDialog(Dialog[None]):
    """Creates the rest of many licenses, then hands their keys over."""

    TITLE_TEXT: ClassVar[str] = "Licenses created"
    KIND: ClassVar[str] = "done"
    ACTS: ClassVar[Operations] = {
        "mail": Access.mail_batch,
        "save": Access.batch_table,
        "stop": Access.stop_issuing,
    }
    READS = (Access.go_on_issuing,)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "save", show=False),
        Binding("m", "mail", show=False),
        Binding("s", "stop", show=False),
    ]

    def __init__(self, issued: Issued) -> None:
        super().__init__()
        self._issued, self._done = issued, issued.done
        self._stops = False

    def form(self) -> ComposeResult:
        """Say for whom, and how many there are so far."""
        license = self._issued.first.license
        customer = f" for {license.customer}" if license.customer else ", without a customer"
        yield Static(f"{license.product_name}{customer}", classes="hint", markup=False)
        yield Static("", id="progress", classes="text strong", markup=False)

    def buttons(self) -> ComposeResult:
        """Stop while more are created; afterwards hand them over."""
        yield ActionButton("Stop", "stop", key="s")
        yield ActionButton("Save as a table", "save", key="x", primary=True)
        if self._issued.first.can_mail:
            yield ActionButton("Email", "mail", key="m")
        yield ActionButton("Close", "cancel", key="Esc")

    def on_mount(self) -> None:
        """Go on until all are there."""
        self._show()
        self.query_one("#do-save").focus()
        self._go_on()

    @property
    def _is_done(self) -> bool:
        return self._done >= self._issued.wanted

    def action_cancel(self) -> None:
        """Close it once all are there; before that, it is stopped first."""
        if self._is_done:
            self.dismiss(None)
        else:
            self.say("Press s to stop first. Licenses that were created stay.")

    @work
    async def _go_on(self) -> None:
        while not self._is_done and not self._stops:
            done = await self.attempt(Access.go_on_issuing, self._issued.number)
            if done is None:
                return
            self._done = done
            self._show()
        if not self._is_done:
            await self.attempt(Access.stop_issuing, self._issued.number)
            self.dismiss(None)
        elif self._issued.mails_keys:
            self.say(f"√ The email to {self._issued.first.license.customer} is on its way.")

    def action_stop(self) -> None:
        """Create no more of them, after those that are under way."""
        self._stops = True

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

    def _show(self) -> None:
        done, wanted = self._done, self._issued.wanted
        text = f"{wanted:,} licenses created" if self._is_done else f"{done:,} of {wanted:,} created …"
        self.query_one("#progress", Static).update(text)
        self.query_one("#do-stop").display = not self._is_done
        for button in self.query("#do-save, #do-mail").results(ActionButton):
            button.make_ready(self._is_done)


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

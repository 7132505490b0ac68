"""The overview: welcome, what is licensed, and all that can be done from here."""

from __future__ import annotations

from collections.abc import Iterator

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from keyferry.protocol.activation_key import ActivationKey
from keyferry.wizard.results import Begun, LicenseState, Status
from keyferry.wizard.terminal.overview import Overview, overview
from keyferry.wizard.terminal.problems import Refusal, detail, support
from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.screens.computer_key import ComputerKeyScreen
from keyferry.wizard.terminal.screens.confirm import ConfirmScreen
from keyferry.wizard.terminal.screens.deactivate import DeactivateScreen
from keyferry.wizard.terminal.screens.license_file import LicenseFileScreen
from keyferry.wizard.terminal.screens.method import MethodScreen
from keyferry.wizard.terminal.screens.new_request import ask_for_new_request
from keyferry.wizard.terminal.screens.problem import show_answer
from keyferry.wizard.terminal.screens.released import ReleasedScreen
from keyferry.wizard.terminal.screens.scan import ScanScreen, fresh_scan
from keyferry.wizard.terminal.widgets.choice import Choice
from keyferry.wizard.terminal.widgets.facts import Facts

_PENDING = ("go_on", "type_key", "use_file")
CHOICES = {
    LicenseState.NOT_ACTIVATED: ("activate",),
    LicenseState.PENDING: (*_PENDING, "start_over", "deactivate"),
    LicenseState.ACTIVE: ("renew", "deactivate", "other_key"),
    LicenseState.EXPIRED: ("renew", "look_again", "deactivate", "other_key"),
    LicenseState.CLOCK_MOVED_BACK: ("look_again", "new_request", "deactivate"),
    LicenseState.RETIRED_EPOCH: ("new_key", "deactivate"),
    LicenseState.WRONG_MACHINE: ("activate_too", "look_again"),
    LicenseState.DAMAGED: ("anew", "look_again"),
    LicenseState.STATE_NEWER: ("look_again",),
}
"""What can be done in each state, the likely first."""

DAMAGED_ELSEWHERE = ("older_copy", "wrong_seal")
"""Damage whose state may be in order elsewhere: it is not set aside by pressing Enter."""


class HomeScreen(WizardScreen):
    """Asks the control whenever it comes to the front, and shows the answer."""

    can_go_back = False

    def __init__(self) -> None:
        super().__init__()
        self._overview: Overview | None = None

    def body(self) -> ComposeResult:
        """Leave room for what the control will answer."""
        yield Vertical(self.paragraph("busy"), id="answer")

    def on_screen_resume(self) -> None:
        """Ask again: another screen may have changed it."""
        self.look()

    @work(exclusive=True)
    async def look(self) -> None:
        """Ask the control, and show what it says."""
        answer = self.query_one("#answer", Vertical)
        try:
            self._overview = await self.in_background(lambda: overview(self.wizard.control))
            shown = list(self._answer(self._overview))
        except Refusal as error:
            shown = list(self._unavailable(error))
        await answer.remove_children()
        await answer.mount_all(shown)
        self.number_choices()
        answer.query(Choice).first().focus()

    def _answer(self, known: Overview) -> Iterator[Widget]:
        state = known.status.state
        product = self.wizard.profile.product_name
        yield self.paragraph(f"state.{state.value}", f"title {state.value}", product=product)
        yield Static(self._text(known), classes="text", markup=False)
        facts = list(self._facts(known))
        if any(value for _, value in facts):
            yield Facts(*facts)
        for name in self._names(known):
            key = "start_over" if name == "anew" else name
            hint = self.say(f"do.{key}.hint") if self.wizard.words.knows(f"do.{key}.hint") else ""
            yield Choice(self.say(f"do.{key}"), id=name, hint=hint)

    def _names(self, known: Overview) -> Iterator[str]:
        state, anew = known.status.state, known.renews_by_new_request
        choices = CHOICES[state]
        if state is LicenseState.PENDING and known.pending and known.pending.outdated:
            choices = ("new_request", *choices[1:])
        for name in reversed(choices) if known.status.detail in DAMAGED_ELSEWHERE else choices:
            if anew and name in ("renew", "new_request"):
                yield from (*_PENDING, "drop_request")
            if name != "renew" or not anew:
                yield name
        if known.pending and not anew and state is not LicenseState.PENDING:
            yield from _PENDING
        if known.released:
            yield "show_code"
        if known.withheld and "look_again" not in CHOICES[state]:
            yield "look_again"
        yield "quit"

    def _text(self, known: Overview) -> str:
        status, words = known.status, self.wizard.words
        expires = status.claims.expires if status.claims else None
        day = words.day(expires) if expires else ""
        until = self.say("home.until", day=day) if expires else self.say("home.never")
        today = words.today(status.clock) if status.clock else ""
        product = self.wizard.profile.product_name
        key = f"home.{status.state.value}.{status.detail}"
        if not words.knows(key):
            key = f"home.{status.state.value}"
        texts = [self.say(key, product=product, until=until, day=day, today=today)]
        if status.not_remembered:
            texts.append(self.say("home.not_remembered", product=product))
        if status.hindrance:
            texts.append(self.explain(status.hindrance))
        texts += [self.say(f"warning.{warning.value}") for warning in status.warnings]
        texts += [words.notice(notice) for notice in status.notices]
        if known.withheld:
            texts.append(self.explain(known.withheld))
        if status.state is LicenseState.DAMAGED:
            texts.append(support(words, status.detail, otherwise=status.message))
        if known.pending and status.state is not LicenseState.PENDING:
            texts.append(self.say("home.also_pending"))
        return "\n\n".join(texts)

    def _facts(self, known: Overview) -> Iterator[tuple[str, str | None]]:
        source: Status | Begun = (
            known.pending or known.status if known.status.claims is None else known.status
        )
        yield self.say("fact.features"), ", ".join(known.status.features)
        yield self.say("fact.activation_key"), source.activation_key.text if source.activation_key else None
        yield self.say("fact.computer_id"), source.computer_id.text if source.computer_id else None
        yield self.say("fact.computer_name"), source.computer_name

    def _unavailable(self, error: Exception) -> Iterator[Widget]:
        yield self.paragraph("state.unavailable", "title damaged")
        yield Static(self.explain(error), classes="text", markup=False)
        yield Static(detail(self.wizard.words, error) or "", classes="text detail", markup=False)
        yield Choice(self.say("do.look_again"), id="look_again")
        yield Choice(self.say("do.quit"), id="quit")

    @on(Choice.Chosen, "#activate,#activate_too,#new_key,#other_key")
    def activate(self) -> None:
        """Ask for the method."""
        self.wizard.push_screen(MethodScreen())

    @on(Choice.Chosen, "#anew")
    def anew(self) -> None:
        """Start over beside a damaged state."""
        self.wizard.push_screen(MethodScreen(start_over=True))

    @on(Choice.Chosen, "#start_over")
    def start_over(self) -> None:
        """Ask whether what is pending may be dropped."""
        title, text = self.say("do.start_over"), self.say("start_over.text")
        self.wizard.push_screen(
            ConfirmScreen("start_over", self.anew, title=title, text=text, help_key="help.home")
        )

    @on(Choice.Chosen, "#renew")
    def renew(self) -> None:
        """Show the QR code of the license in use again."""
        if self._overview and self._overview.status.activation_key:
            self._show_request(self._overview.status.activation_key)

    @on(Choice.Chosen, "#drop_request")
    def drop_request(self) -> None:
        """Return to the computer ID of the license in use."""
        if self._overview and self._overview.status.activation_key:
            self._show_request(self._overview.status.activation_key, start_over=True)

    @on(Choice.Chosen, "#go_on")
    def go_on(self) -> None:
        """Show what is pending, or request again if no key of it would be accepted."""
        pending = self._overview.pending if self._overview else None
        if pending is None:
            return
        epoch = self.wizard.profile.epoch(pending.computer_id.epoch)
        if epoch is None or epoch.retired or pending.outdated:
            self._show_request(pending.activation_key)
        else:
            self.wizard.push_screen(ScanScreen(pending))

    @work(exclusive=True)
    async def _show_request(self, key: ActivationKey, *, start_over: bool = False) -> None:
        control = self.wizard.control
        await show_answer(self, lambda: control.begin(key, start_over=start_over), ScanScreen)

    @on(Choice.Chosen, "#new_request")
    def new_request(self) -> None:
        """Ask whether a new computer ID is to be made."""
        known = self._overview
        asked = known and (known.pending if known.status.activation_key is None else known.status)
        if asked and asked.activation_key:
            ask_for_new_request(self, asked.activation_key, fresh_scan)

    @on(Choice.Chosen, "#type_key")
    def type_key(self) -> None:
        """Type the computer key."""
        pending = self._overview.pending if self._overview else None
        self.wizard.push_screen(ComputerKeyScreen(pending.computer_id if pending else None))

    @on(Choice.Chosen, "#use_file")
    def use_file(self) -> None:
        """Name a license file."""
        self.wizard.push_screen(LicenseFileScreen())

    @on(Choice.Chosen, "#deactivate")
    def deactivate(self) -> None:
        """Explain the deactivation."""
        pending_only = self._overview is not None and self._overview.status.state is LicenseState.PENDING
        self.wizard.push_screen(DeactivateScreen(pending_only=pending_only))

    @on(Choice.Chosen, "#show_code")
    def show_code(self) -> None:
        """Show the newest deactivation verification code again."""
        if self._overview and self._overview.released:
            self.wizard.push_screen(ReleasedScreen(self._overview.released))

    @on(Choice.Chosen, "#look_again")
    def look_again(self) -> None:
        """Ask the control again."""
        self.look()

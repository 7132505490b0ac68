"""The overview: welcome, what is licensed, and all that can be done from here."""

from __future__ import annotations

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical

from keyferry.protocol.activation_key import ActivationKey
from keyferry.wizard.results import Begun, LicenseState
from keyferry.wizard.terminal.overview import Overview, overview
from keyferry.wizard.terminal.problems import Refusal
from keyferry.wizard.terminal.screens.activation_key import ActivationKeyScreen
from keyferry.wizard.terminal.screens.base import WizardScreen
from keyferry.wizard.terminal.screens.computer_key import ComputerKeyScreen
from keyferry.wizard.terminal.screens.deactivate import ask_to_deactivate
from keyferry.wizard.terminal.screens.home_parts import known_parts, unavailable_parts
from keyferry.wizard.terminal.screens.license_file import LicenseFileScreen
from keyferry.wizard.terminal.screens.new_request import ask_for_new_request
from keyferry.wizard.terminal.screens.problem import show_answer
from keyferry.wizard.terminal.screens.released import ReleasedScreen
from keyferry.wizard.terminal.screens.scan import ScanScreen, fresh_scan
from keyferry.wizard.terminal.widgets.choice import Choice


class HomeScreen(WizardScreen):
    """Asks the control whenever it comes to the front, and shows the answer."""

    can_go_back = False
    further_keys = (("bar.copy", "screen.copy('c')"),)

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
            shown = list(known_parts(self, self._overview))
        except Refusal as error:
            shown = list(unavailable_parts(self, error))
        # Whoever sees a choice may press Enter at once: it is drawn when it has the focus, not before.
        with self.app.batch_update():
            await answer.remove_children()
            await answer.mount_all(shown)
            self.set_focus(answer.query(Choice).first())
        self.query_one("#bar-copy").display = bool(answer.query(".panel"))

    @on(Choice.Chosen, "#activate,#activate_too,#new_key,#other_key")
    def activate(self) -> None:
        """Go on to the activation key."""
        self.wizard.push_screen(ActivationKeyScreen(start_over=False))

    @on(Choice.Chosen, "#anew")
    def anew(self) -> None:
        """Start over beside a damaged state."""
        self.wizard.push_screen(ActivationKeyScreen(start_over=True))

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
        if self._overview and self._overview.pending:
            self._show(self._overview.pending)

    @on(Choice.Chosen, ".request")
    def go_on_with(self, event: Choice.Chosen) -> None:
        """Show another request that was kept."""
        if self._overview:
            self._show(self._overview.kept[int((event.choice.id or "").removeprefix("request-"))])

    def _show(self, pending: Begun) -> None:
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
        computer_id = pending.computer_id if pending else None
        self.wizard.push_screen(ComputerKeyScreen(computer_id, show_code=self.go_on))

    @on(Choice.Chosen, "#use_file")
    def use_file(self) -> None:
        """Choose a license file."""
        self.wizard.push_screen(LicenseFileScreen(type_instead=self.type_key))

    @on(Choice.Chosen, "#deactivate")
    def deactivate(self) -> None:
        """Ask, with an explanation."""
        known = self._overview
        if known is not None:
            pending_only = known.status.state is LicenseState.PENDING
            given_up = known.status if known.status.activation_key else known.pending or known.status
            key = given_up.activation_key
            ask_to_deactivate(self, given_up, lambda: self.give_up(key), pending_only=pending_only)

    @work(exclusive=True, group="give_up")
    async def give_up(self, key: ActivationKey | None) -> None:
        """Give an activation key up, and show the codes."""
        await show_answer(self, lambda: self.wizard.control.deactivate(key), ReleasedScreen)

    @on(Choice.Chosen, "#show_code")
    def show_code(self) -> None:
        """Show the newest deactivation verification code again."""
        if self._overview and self._overview.released:
            self.wizard.push_screen(ReleasedScreen(self._overview.released))

    @on(Choice.Chosen, "#look_again")
    def look_again(self) -> None:
        """Ask the control again."""
        self.look()

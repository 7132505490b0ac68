"""Signing in: at the beginning, and again where a session has ended meanwhile."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Input, Static

from keyferry.server.faces.console.access import Access, sign_in
from keyferry.server.faces.console.asking import Asking, Operations, Refusal
from keyferry.server.faces.console.widgets.action_button import ActionButton
from keyferry.server.faces.console.widgets.bars import Hint, KeyBar, TitleBar
from keyferry.server.faces.console.widgets.fields import Field, line

_HINTS = (
    Hint("Tab", "Next field", "app.focus_next"),
    Hint("F2", "Light/dark", "app.next_theme"),
    Hint("Ctrl+Q", "Quit", "app.quit"),
)


class SignInScreen(Screen[Access], Asking):
    """Asks for name and password, and answers with their access; `operator` is who was signed in before."""

    ACTS: ClassVar[Operations] = {"to_password": None, "sign_in": None, "leave": None}
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before any other: who types ahead over a slow line must not have the password in the name's field.
        Binding("enter", "to_password", show=False, priority=True),
        Binding("escape", "leave", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(self, operator: str | None = None) -> None:
        # Who signs in again has a longer way out.
        super().__init__(classes="again" if operator else None)
        self._operator = operator
        self._busy = False
        self._asks_for_code = False

    def compose(self) -> ComposeResult:
        """Ask in a frame; who signs in again need not give a name."""
        house = self.console_app.house
        yield TitleBar(house.vendor, house.host)
        with Vertical(id="middle"), Vertical(id="frame") as frame:
            frame.border_title = "Sign in"
            if self._operator is None:
                yield Static("As in the portal, with your own name.", classes="text hint", markup=False)
                yield Field("Name", line(most=60), id="name")
            else:
                text = "You’re no longer signed in. Sign in again. What you typed is kept."
                yield Static(text, classes="text hint", markup=False)
                yield Static(f"Name   {self._operator}", classes="text", markup=False)
            yield Field("Password", line(password=True, most=256), id="password")
            # Shown once the password has fitted, to who has a second factor.
            code = line(most=40, hint="or a recovery code", is_code=True)
            yield Field("Code from your authenticator app", code, id="code")
            yield Static("", id="said", markup=False)
            with Horizontal(id="buttons"):
                yield ActionButton("Sign in", "sign_in", primary=True)
                label = "Quit" if self._operator is None else "Discard it and start over"
                yield ActionButton(label, "leave")
                yield Static("Enter Esc", classes="keys", markup=False)
        yield KeyBar()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let Enter go on to the password from the name only."""
        if action == "to_password" and (self.focused is None or self.focused.id != "name"):
            return False
        return super().check_action(action, parameters)

    def action_to_password(self) -> None:
        """Go on to the password."""
        self.set_focus(self.query_one("#password"))

    def on_mount(self) -> None:
        """Ask for name and password first."""
        self.query_one(KeyBar).show(self, _HINTS)
        self._ask_for_code(False)

    @on(Input.Submitted, "#password, #code")
    def submitted(self) -> None:
        """Enter after the password or the code signs in."""
        self.action_sign_in()

    @work
    async def action_sign_in(self) -> None:
        """Sign in; what was wrong does not stay on the screen."""
        if self._busy:
            return
        name = self._operator or self.query_one("#name", Input).value
        password, code = self.query_one("#password", Input), self.query_one("#code", Input)
        console, typed = self.console_app, code.value if self._asks_for_code else None
        self._busy = True
        self.say("One moment …")
        try:
            access = await console.in_background(sign_in, name, password.value, console.environment, typed)
        except Refusal as refusal:
            self._refused(refusal)
        else:
            self.dismiss(access)
        finally:
            self._busy = False

    def _refused(self, refusal: Refusal) -> None:
        reason = refusal.code
        # Who has shown the password need not type it again for the sake of a code.
        self._ask_for_code(reason in {"second_factor_needed", "wrong_second_factor"})
        self.say(str(refusal) if reason == "second_factor_needed" else f"! {refusal}")
        wrong = self.query_one("#code" if self._asks_for_code else "#password", Input)
        wrong.value = ""
        wrong.focus()

    def _ask_for_code(self, asks: bool) -> None:
        self._asks_for_code = asks
        self.query_one("#field-code").display = asks
        for field in self.query("#name, #password").results(Input):
            field.disabled = asks

    async def action_leave(self) -> None:
        """Quit, or drop what was left open."""
        if self._operator is None:
            await self.console_app.action_quit()
        else:
            self.console_app.call_next(self.console_app.start_over)

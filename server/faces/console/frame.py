"""What every screen of the console finds around it: who is signed in, the theme, work in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, ClassVar, ParamSpec, TypeVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import Input
from textual.worker import WorkerFailed

from keyferry.server.faces.console.access import Access, house, is_offered, sign_out, today
from keyferry.server.faces.console.hardening import HardenedApp
from keyferry.server.faces.console.themes import DARK, LIGHT, TERMINAL, THEMES, theme_of

P = ParamSpec("P")
R = TypeVar("R")

# With room for whole keys and what belongs together beside each other; and for more below the list.
_WIDE, _TALL, _HIGH = 110, 32, 44


class ConsoleFrame(HardenedApp):
    """The Management Console before any screen is open; runs inside the context of the Flask application."""

    TITLE = "Keyferry Management Console"
    CSS_PATH = "console.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before any other: what is typed right behind them is for the next field, above all a password.
        Binding("tab", "app.focus_next", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", show=False, priority=True),
        Binding("f2", "next_theme", "Theme", key_display="F2", show=False),
        Binding("f10,ctrl+q", "quit", "Quit", key_display="F10", priority=True),
    ]

    def __init__(self, environment: Mapping[str, str], *, theme: str | None = None) -> None:
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (_WIDE, "-wide")]
        self.VERTICAL_BREAKPOINTS = [(0, "-short"), (_TALL, "-tall"), (_HIGH, "-high")]
        # Over a slow line a movement is nothing but bytes to wait for.
        self.animation_level = "none"
        self.environment = environment
        self.chosen_theme = theme or theme_of(environment)
        self.house = house()
        self.signed_in: Access | None = None
        self.failure: Exception | None = None
        self.under_way: set[asyncio.Task[Any]] = set()

    @property
    def access(self) -> Access:
        """The access of who is signed in; there is one behind every screen but that of signing in."""
        if self.signed_in is None:
            raise RuntimeError("nobody is signed in")
        return self.signed_in

    def today(self) -> date:
        """Return the day that it is at the server, in UTC."""
        return today()

    def offers(self, operation: Callable[..., object]) -> bool:
        """Return whether an operation is to be offered to who is signed in."""
        return self.signed_in is not None and is_offered(self.signed_in, operation)

    async def on_event(self, event: events.Event) -> None:
        """Give a field what was typed right behind the key that led to it, which is no key of a list."""
        is_late = isinstance(event, events.Key) and event.is_forwarded and event.is_printable
        if is_late and isinstance(event, events.Key) and isinstance(self.focused, Input):
            self.focused.post_message(events.Key(event.key, event.character))
        else:
            await super().on_event(event)

    async def in_background(self, work: Callable[P, R], *arguments: P.args, **more: P.kwargs) -> R:
        """Work in a thread, since scrypt and the database would freeze the screen."""
        # The thread gets a copy of the context, and with it the server's application.
        task = asyncio.create_task(asyncio.to_thread(work, *arguments, **more))
        self.under_way.add(task)
        task.add_done_callback(self._ended)
        # Whoever waits may be canceled, since its screen was closed; the thread goes on to its end.
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self.under_way.discard(task)
        # Whoever waits gets the error; where nobody does any more, nobody asked.
        if not task.cancelled():
            task.exception()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return the colors that our rules name, for the moment before a theme of ours is in use."""
        return dict(DARK.variables)

    def use_theme(self) -> None:
        """Register our themes, and use the one asked for."""
        for theme in (DARK, LIGHT, TERMINAL):
            self.register_theme(theme)
        self.theme = THEMES[self.chosen_theme]

    async def sign_in_again(self, ended: Access) -> None:
        """Ask for the password of who was signed in."""
        raise NotImplementedError

    async def start_over(self) -> None:
        """Close every screen, and ask who it is."""
        raise NotImplementedError

    async def action_quit(self) -> None:
        """Sign out and end."""
        await self.leave()
        self.exit()

    async def leave(self) -> None:
        """Sign out, after what is under way: it may be an activation."""
        if self.under_way:
            await asyncio.wait(self.under_way)
        if self.signed_in is not None:
            await self.in_background(sign_out, self.signed_in)
            self.signed_in = None

    def action_next_theme(self) -> None:
        """Go on to the next theme: dark, light, the terminal's own colors."""
        themes = list(THEMES)
        self.chosen_theme = themes[(themes.index(self.chosen_theme) + 1) % len(themes)]
        self.theme = THEMES[self.chosen_theme]

    def _handle_exception(self, error: Exception) -> None:
        self.failure = error.error if isinstance(error, WorkerFailed) else error  # type: ignore[assignment]
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        # Textual's own would print a traceback with the values of all variables, keys among them.
        self._close_messages_no_wait()

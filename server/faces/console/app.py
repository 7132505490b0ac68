"""The application around the screens: its look, who is signed in, and what happens when that has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, ParamSpec, TypeVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.worker import WorkerFailed

from keyferry.server.faces.console.desk import Desk, is_offered, sign_out
from keyferry.server.faces.console.screens.main import MainScreen
from keyferry.server.faces.console.screens.sign_in import SignInScreen
from keyferry.server.faces.console.themes import DARK, LIGHT, LOOKS, look_of

P = ParamSpec("P")
R = TypeVar("R")

# With room for the list and the license beside each other; and for more computers below it.
_WIDE, _TALL = 160, 36


class ConsoleApp(App[None]):
    """The Management Console; it runs inside the context of the server's application."""

    TITLE = "Keyferry Management Console"
    CSS_PATH = "console.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "next_look", "Look", key_display="F2", show=False),
        Binding("f10,ctrl+q", "quit", "Quit", key_display="F10", priority=True),
    ]

    def __init__(self, environment: Mapping[str, str], *, look: str | None = None) -> None:
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (_WIDE, "-wide")]
        self.VERTICAL_BREAKPOINTS = [(0, "-short"), (_TALL, "-tall")]
        # Over a slow line a movement is nothing but bytes to wait for.
        self.animation_level = "none"
        self.environment = environment
        self.look = look or look_of(environment)
        self.signed_in: Desk | None = None
        self.failure: Exception | None = None
        self.under_way: set[asyncio.Task[Any]] = set()
        self._signing_in = asyncio.Lock()

    @property
    def desk(self) -> Desk:
        """The desk of who is signed in; there is one behind every screen but that of signing in."""
        if self.signed_in is None:
            raise RuntimeError("nobody is signed in")
        return self.signed_in

    def offers(self, deed: Callable[..., object]) -> bool:
        """Tell whether a deed is to be offered to who is signed in."""
        return self.signed_in is not None and is_offered(self.signed_in, deed)

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
        # Whoever waits is told of an error; where nobody does any more, nobody asked.
        if not task.cancelled():
            task.exception()

    def on_mount(self) -> None:
        """Ask who it is."""
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = LOOKS[self.look]
        self.push_screen(SignInScreen(), self._enter)

    def _enter(self, desk: Desk | None) -> None:
        self.signed_in = desk
        self.push_screen(MainScreen())

    async def sign_in_again(self, ended: Desk) -> None:
        """Ask for the password of who was signed in; what was typed meanwhile stays behind the question."""
        # Several deeds may find out at the same moment: one question is enough.
        async with self._signing_in:
            if self.signed_in is ended:
                self.signed_in = await self.push_screen_wait(SignInScreen(ended.operator))

    async def start_over(self) -> None:
        """Close every screen, and ask who it is."""
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        self.signed_in = None
        self.push_screen(SignInScreen(), self._enter)

    async def action_quit(self) -> None:
        """Sign out and end, after what is under way: it may be an activation."""
        if self.under_way:
            await asyncio.wait(self.under_way)
        if self.signed_in is not None:
            await self.in_background(sign_out, self.signed_in)
            self.signed_in = None
        self.exit()

    def action_next_look(self) -> None:
        """Go on to the next look: dark, light, the terminal's own colors."""
        looks = list(LOOKS)
        self.look = looks[(looks.index(self.look) + 1) % len(looks)]
        self.theme = LOOKS[self.look]

    def _handle_exception(self, error: Exception) -> None:
        self.failure = error.error if isinstance(error, WorkerFailed) else error  # type: ignore[assignment]
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        # Textual's own would print a traceback with the values of all variables, keys among them.
        self._close_messages_no_wait()

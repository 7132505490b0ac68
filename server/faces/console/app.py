"""The application: asks who it is, then opens the console; asks again when a session has ended."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Mapping

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.frame import ConsoleFrame
from keyferry.server.faces.console.screens.main import MainScreen
from keyferry.server.faces.console.screens.sign_in import SignInScreen


class ConsoleApp(ConsoleFrame):
    """The Management Console; it runs inside the context of the server's application."""

    def __init__(self, environment: Mapping[str, str], *, theme: str | None = None) -> None:
        super().__init__(environment, theme=theme)
        self._signing_in = asyncio.Lock()
        self._leaving: set[asyncio.Task[None]] = set()

    def on_mount(self) -> None:
        """Ask who it is, and end the session also where nobody quits: in a terminal that is closed."""
        if not self.is_headless:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._end, self.action_quit)
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._end, self._hang_up)
        self.use_theme()
        self.push_screen(SignInScreen(), self._enter)

    def _end(self, how: Callable[[], Coroutine[None, None, None]]) -> None:
        self._leaving.add(asyncio.create_task(how()))

    async def _hang_up(self) -> None:
        await self.leave()
        # There is no terminal that could be left in order: whoever tries waits for it.
        asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)
        signal.raise_signal(signal.SIGHUP)

    def _enter(self, access: Access | None) -> None:
        self.signed_in = access
        self.push_screen(MainScreen())

    async def sign_in_again(self, ended: Access) -> None:
        """Ask for the password of who was signed in; what was typed meanwhile stays behind the question."""
        # Several operations may find out at the same moment: one question is enough.
        async with self._signing_in:
            if self.signed_in is ended:
                self.signed_in = await self.push_screen_wait(SignInScreen(ended.operator))

    async def start_over(self) -> None:
        """Close every screen, and ask who it is."""
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        self.signed_in = None
        self.push_screen(SignInScreen(), self._enter)

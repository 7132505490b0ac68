"""A tab where computers are activated and deactivated."""

from __future__ import annotations

from keyferry.server.faces.console.screens.activate import ActivateDialog
from keyferry.server.faces.console.screens.computer_key import ComputerKeyDialog
from keyferry.server.faces.console.screens.deactivate import DeactivateDialog
from keyferry.server.faces.console.screens.notice import NoticeDialog
from keyferry.server.faces.console.widgets.pane import ListPane
from keyferry.server.faces.console.wording import released


class SeatPane(ListPane):
    """Goes through a dialog to what comes of it, and shows what is true then."""

    async def activate(self, dialog: ActivateDialog) -> None:
        """Ask what a dialog asks, and show the key."""
        key = await self.app.push_screen_wait(dialog)
        if key is not None:
            self.look_again()
            await self.app.push_screen_wait(ComputerKeyDialog(key))

    async def deactivate(self, dialog: DeactivateDialog) -> None:
        """Ask what a dialog asks, and say what has happened."""
        seat = await self.app.push_screen_wait(dialog)
        if seat is not None:
            self.look_again()
            title = "Nothing to release" if seat.already else "Released"
            await self.app.push_screen_wait(NoticeDialog(title, released(seat)))

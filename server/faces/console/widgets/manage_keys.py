"""The tab Manage Keys: the list, the license under its cursor, and what can be done to it."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import DataTable, Input

from keyferry.server.core.licensing.licenses import Standing
from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Asking, Operations, Refusal
from keyferry.server.faces.console.screens import change
from keyferry.server.faces.console.screens.activate import ActivateDialog
from keyferry.server.faces.console.screens.computer_key import ComputerKeyDialog
from keyferry.server.faces.console.screens.create import CreateDialog
from keyferry.server.faces.console.screens.deactivate import DeactivateDialog, ForceDialog, WithoutCode
from keyferry.server.faces.console.screens.notice import NoticeDialog
from keyferry.server.faces.console.widgets.license_detail import LicenseDetail
from keyferry.server.faces.console.widgets.licenses import LicenseList
from keyferry.server.faces.console.wording import released


class ManageKeys(Container, Asking):
    """Search, select, and do what a customer asks for."""

    READS = (Access.license, Access.scanned)
    ACTS: ClassVar[Operations] = {
        "activate": Access.activate,
        "deactivate": Access.release,
        "create": Access.issue,
        "renew": Access.renew,
        "suspend": Access.suspend,
        "resume": Access.resume,
        "filter": Access.licenses,
        "move": None,
        "move_page": None,
        "search": None,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f3", "activate", "Activate", key_display="F3"),
        Binding("f4", "deactivate", "Deactivate", key_display="F4"),
        Binding("f5", "create", "Create", key_display="F5"),
        Binding("f6", "renew", "Renew", key_display="F6"),
        Binding("f7", "suspend", "Suspend", key_display="F7"),
        Binding("f7", "resume", "Resume", key_display="F7"),
        Binding("f9", "filter", "Filter", key_display="F9", show=False),
        Binding("escape", "search", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "move_page(1)", show=False),
        Binding("pageup", "move_page(-1)", show=False),
    ]

    def compose(self) -> ComposeResult:
        """Put the license below the list, or beside it where there is room."""
        yield LicenseList()
        yield LicenseDetail()

    @property
    def _list(self) -> LicenseList:
        return self.query_one(LicenseList)

    @property
    def _detail(self) -> LicenseDetail:
        return self.query_one(LicenseDetail)

    def enter(self) -> None:
        """Begin in the search."""
        self.query_one(Input).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer of suspending and resuming what applies; nothing about a license where there is none."""
        offered = super().check_action(action, parameters)
        if not offered or action not in ("activate", "deactivate", "renew", "suspend", "resume"):
            return offered
        view = self._detail.view if self.is_mounted else None
        is_suspended = view is not None and view.license.standing is Standing.SUSPENDED
        if (action == "suspend" and is_suspended) or (action == "resume" and not is_suspended):
            return False
        return True if view is not None else None

    @on(LicenseList.Pointed)
    def pointed(self, event: LicenseList.Pointed) -> None:
        """Show the license under the cursor."""
        self._detail.look(event.row.activation_key if event.row else None)

    @on(LicenseDetail.Shown)
    def shown(self) -> None:
        """Offer what can be done to it."""
        self.refresh_bindings()

    @on(LicenseList.Chosen)
    @on(DataTable.RowSelected, "#computers")
    async def chosen(self) -> None:
        """Enter activates: the license, or once more the computer under the cursor."""
        await self.run_action("activate")

    @on(LicenseList.Linked)
    @work
    async def linked(self, event: LicenseList.Linked) -> None:
        """Open what a pasted link asks for, with its fields filled."""
        try:
            scanned = await self.ask(Access.scanned, event.link)
            view = await self.ask(Access.license, scanned.activation_key)
        except Refusal as refusal:
            await self.app.push_screen_wait(NoticeDialog("This link can’t be used", str(refusal)))
            return
        self._list.show(scanned.activation_key)
        if scanned.code and self.check_action("deactivate", ()) is not False:
            await self._deactivate(DeactivateDialog(view, scanned=scanned))
        elif not scanned.code and self.check_action("activate", ()) is not False:
            await self._activate(ActivateDialog(view, scanned=scanned))

    def action_move(self, by: int) -> None:
        """Walk in the list while one types."""
        self._list.move(by)

    def action_move_page(self, by: int) -> None:
        """Walk in the list by what is seen at once."""
        self._list.move(by * self._list.page_height)

    def action_search(self) -> None:
        """Return to the search, and there to all licenses."""
        search = self.query_one(Input)
        if search.has_focus:
            search.value = ""
        search.focus()

    def action_filter(self) -> None:
        """Show the licenses of one standing only."""
        self._list.next_standing()

    @work
    async def action_activate(self) -> None:
        """Ask for the computer, give the key, show it."""
        view = self._detail.view
        if view is not None:
            await self._activate(ActivateDialog(view, self._detail.pointed))

    async def _activate(self, dialog: ActivateDialog) -> None:
        key = await self.app.push_screen_wait(dialog)
        if key is not None:
            self._list.look_again()
            await self.app.push_screen_wait(ComputerKeyDialog(key))

    @work
    async def action_deactivate(self) -> None:
        """Ask for the computer and its code, or for a reason; then say what has happened."""
        view = self._detail.view
        if view is not None:
            await self._deactivate(DeactivateDialog(view, self._detail.pointed))

    async def _deactivate(self, dialog: DeactivateDialog) -> None:
        seat = await self.app.push_screen_wait(dialog)
        if isinstance(seat, WithoutCode):
            seat = await self.app.push_screen_wait(ForceDialog(dialog.view, seat.computer_id))
        if seat is not None:
            self._list.look_again()
            title = "Nothing to release" if seat.already else "Released"
            await self.app.push_screen_wait(NoticeDialog(title, released(seat)))

    @work
    async def action_create(self) -> None:
        """Ask what it grants, and show the fresh activation key."""
        view = await self.app.push_screen_wait(CreateDialog())
        if view is not None:
            self._list.show(view.license.activation_key)
            customer = f" for {view.license.customer}" if view.license.customer else ", without a customer"
            text = f"Activation key of {view.license.product_name}{customer}:"
            notice = NoticeDialog("License created", text, code=view.license.activation_key)
            await self.app.push_screen_wait(notice)

    @work
    async def action_renew(self) -> None:
        """Ask until when."""
        await self._change(change.RenewDialog)

    @work
    async def action_suspend(self) -> None:
        """Ask whether it is meant."""
        await self._change(change.SuspendDialog)

    @work
    async def action_resume(self) -> None:
        """Ask whether it is meant."""
        await self._change(change.ResumeDialog)

    async def _change(self, dialog: type[change.ChangeDialog]) -> None:
        view = self._detail.view
        if view is not None and await self.app.push_screen_wait(dialog(view)) is not None:
            self._list.look_again()

"""The tab Manage Keys: the list, the license under its cursor, and what can be done to it."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from keyferry.server.core.licensing.carried import is_carried
from keyferry.server.core.licensing.licenses import Standing
from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations, Refusal
from keyferry.server.faces.console.screens import change
from keyferry.server.faces.console.screens.activate import ActivateDialog
from keyferry.server.faces.console.screens.computer_key import ComputerKeyDialog
from keyferry.server.faces.console.screens.create import CreateDialog
from keyferry.server.faces.console.screens.deactivate import DeactivateDialog
from keyferry.server.faces.console.screens.edit import EditDialog
from keyferry.server.faces.console.screens.hand_over import SaveTableDialog
from keyferry.server.faces.console.screens.notice import NoticeDialog
from keyferry.server.faces.console.views import LicenseRow
from keyferry.server.faces.console.widgets.bars import Hint
from keyferry.server.faces.console.widgets.license_detail import LicenseDetail
from keyferry.server.faces.console.widgets.licenses import LicensePane
from keyferry.server.faces.console.widgets.rows import Rows
from keyferry.server.faces.console.wording import released

# What is done to the license under the cursor.
_OF_LICENSE = {"activate", "deactivate", "edit", "renew", "suspend", "resume", "replace", "copy"}


class ManageKeys(LicensePane):
    """Search, select, and do what a customer asks for."""

    READS = (Access.licenses, Access.license, Access.scanned)
    ACTS: ClassVar[Operations] = {
        "activate": Access.activate,
        "copy": None,
        "create": Access.issue,
        "deactivate": Access.release,
        "edit": Access.edit,
        "export": Access.license_table,
        "renew": Access.renew,
        "replace": Access.replace_key,
        "resume": Access.resume,
        "suspend": Access.suspend,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        # The function keys act in the search, too, where a letter is typed.
        Binding("f3", "activate", "Activate a computer"),
        Binding("d,f4", "deactivate", "Deactivate a computer"),
        Binding("n,f5", "create", "New license"),
        Binding("e", "edit", "Edit it"),
        Binding("r,f6", "renew", "Renew it"),
        Binding("h,f7", "suspend", "Put it on hold"),
        Binding("h,f7", "resume", "Resume it"),
        Binding("k", "replace", "Replace its key"),
        Binding("c", "copy", "Copy its key"),
        Binding("s", "sort", "Sort otherwise"),
        Binding("f,f9", "filter", "Filter by status"),
        Binding("x", "export", "Save as a table"),
    ]
    HINTS: ClassVar[tuple[Hint, ...]] = (
        Hint("Enter", "Activate", "activate"),
        Hint("d", "Deactivate", "deactivate"),
        Hint("n", "New", "create"),
        Hint("e", "Edit", "edit", may_miss=True),
        Hint("r", "Renew", "renew"),
        Hint("h", "Hold", "suspend", may_miss=True),
        Hint("h", "Resume", "resume", may_miss=True),
        Hint("s", "Sort", "sort"),
        Hint("f", "Filter", "filter"),
        Hint("x", "CSV", "export", may_miss=True),
    )

    def detail(self) -> ComposeResult:
        """Put the license below the list."""
        yield LicenseDetail()

    @property
    def _detail(self) -> LicenseDetail:
        return self.query_one(LicenseDetail)

    def open_with(self, what: str, about: str) -> None:
        """Open a link, list the licenses of a product, or search for one license."""
        if is_carried(what):
            self.open_link(what)
        elif about:
            self.show_product(what, about)
        else:
            self.show_one(what)

    def point(self, row: LicenseRow | None) -> None:
        """Show the license under the cursor."""
        self._detail.look(row.license.activation_key if row else None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer of putting on hold and resuming what applies; nothing about a license where there is none."""
        offered = super().check_action(action, parameters)
        if not offered or action not in _OF_LICENSE:
            return offered
        view = self._detail.view if self.is_mounted else None
        is_suspended = view is not None and view.license.standing is Standing.SUSPENDED
        if (action == "suspend" and is_suspended) or (action == "resume" and not is_suspended):
            return False
        return view is not None

    def hints(self) -> list[Hint]:
        """Name what Enter does on a computer."""
        on_computer = self._detail.pointed is not None
        return [
            one._replace(does="Key again") if on_computer and one.action == "activate" else one
            for one in super().hints()
        ]

    @on(LicenseDetail.Shown)
    def shown(self, event: LicenseDetail.Shown) -> None:
        """Offer what can be done to it."""
        event.stop()
        self.post_message(self.Changed())

    @on(Rows.Chosen, "#computers")
    async def computer_chosen(self, event: Rows.Chosen) -> None:
        """Enter on a computer shows its key once more."""
        event.stop()
        await self.run_action("activate")

    async def action_choose(self) -> None:
        """Enter activates."""
        if self.check_action("activate", ()):
            self.action_activate()

    @work
    async def open_link(self, link: str) -> None:
        """Open what a pasted link asks for, with its fields filled."""
        try:
            scanned = await self.ask(Access.scanned, link)
            view = await self.ask(Access.license, scanned.activation_key)
        except Refusal as refusal:
            await self.app.push_screen_wait(NoticeDialog("This link can’t be used", str(refusal)))
            return
        self.show_one(scanned.activation_key)
        if scanned.code and self.offers("deactivate"):
            await self._deactivate(DeactivateDialog(view, scanned=scanned))
        elif not scanned.code and self.offers("activate"):
            await self._activate(ActivateDialog(view, scanned=scanned))

    def action_copy(self) -> None:
        """Copy the activation key, or the ID of the computer under the cursor."""
        view, computer = self._detail.view, self._detail.pointed
        if view is not None:
            code = computer.computer_id if computer else view.license.activation_key
            self.app.copy_to_clipboard(code)
            self._detail.copied(code)
            if computer is not None:
                self.say_briefly("√ Computer ID copied")

    @work
    async def action_activate(self) -> None:
        """Ask for the computer, give the key, show it."""
        view = self._detail.view
        if view is not None:
            await self._activate(ActivateDialog(view, self._detail.pointed))

    async def _activate(self, dialog: ActivateDialog) -> None:
        key = await self.app.push_screen_wait(dialog)
        if key is not None:
            self.look_again()
            await self.app.push_screen_wait(ComputerKeyDialog(key))

    @work
    async def action_deactivate(self) -> None:
        """Ask for the computer and its code, or for a reason; then say what has happened."""
        view = self._detail.view
        if view is not None:
            await self._deactivate(DeactivateDialog(view, self._detail.pointed))

    async def _deactivate(self, dialog: DeactivateDialog) -> None:
        seat = await self.app.push_screen_wait(dialog)
        if seat is not None:
            self.look_again()
            title = "Nothing to release" if seat.already else "Released"
            await self.app.push_screen_wait(NoticeDialog(title, released(seat)))

    @work
    async def action_create(self) -> None:
        """Ask what it grants, and show the fresh activation key."""
        view = await self.app.push_screen_wait(CreateDialog())
        if view is not None:
            self.show_one(view.license.activation_key)
            customer = f" for {view.license.customer}" if view.license.customer else ", without a customer"
            text = f"Activation key of {view.license.product_name}{customer}:"
            notice = NoticeDialog("License created", text, code=view.license.activation_key)
            await self.app.push_screen_wait(notice)

    @work
    async def action_edit(self) -> None:
        """Ask what it grants from now on."""
        view = self._detail.view
        if view is not None and await self.app.push_screen_wait(EditDialog(view)) is not None:
            self.look_again()

    @work
    async def action_replace(self) -> None:
        """Ask whether it is meant, and show the fresh activation key."""
        view = self._detail.view
        changed = await self.app.push_screen_wait(change.ReplaceKeyDialog(view)) if view else None
        if changed is not None:
            self.show_one(changed.license.activation_key)
            text = "The new activation key. Give it to the customer:"
            notice = NoticeDialog("Activation key replaced", text, code=changed.license.activation_key)
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

    @work
    async def action_export(self) -> None:
        """Ask where to, and save what is listed."""
        try:
            table = await self.ask(Access.license_table, self._asked, soon=self.soon)
        except Refusal as refusal:
            await self.app.push_screen_wait(NoticeDialog("Nothing to save", str(refusal)))
            return
        path = await self.app.push_screen_wait(SaveTableDialog(table))
        if path is not None:
            self.say_briefly(f"√ Saved {path.name}")

    async def _change(self, dialog: type[change.ChangeDialog]) -> None:
        view = self._detail.view
        if view is not None and await self.app.push_screen_wait(dialog(view)) is not None:
            self.look_again()

"""The tab Manage Keys: the list, the license under its cursor, and what can be done to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from keyferry.server.core.licensing.carried import is_carried
from keyferry.server.core.licensing.licenses import Standing
from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.first_steps import first_steps
from keyferry.server.faces.console.screens import change
from keyferry.server.faces.console.screens.activate import ActivateDialog
from keyferry.server.faces.console.screens.create import CreateDialog
from keyferry.server.faces.console.screens.deactivate import DeactivateDialog
from keyferry.server.faces.console.screens.edit import EditDialog
from keyferry.server.faces.console.screens.history import HistoryDialog
from keyferry.server.faces.console.screens.notice import NoticeDialog
from keyferry.server.faces.console.screens.together import BatchesDialog, IssuedDialog
from keyferry.server.faces.console.views import Beside, FirstDay, LicenseRow, LicenseView, Page
from keyferry.server.faces.console.widgets.bars import Hint
from keyferry.server.faces.console.widgets.license_detail import LicenseDetail
from keyferry.server.faces.console.widgets.many_keys import ManyKeys
from keyferry.server.faces.console.widgets.rows import Rows
from keyferry.server.faces.console.widgets.seats import SeatPane
from keyferry.server.faces.console.wording import mailed

# What is done to the license under the cursor.
_OF_LICENSE = frozenset(
    ["activate", "copy", "deactivate", "edit", "history", "mail", "renew", "replace", "resume", "suspend"]
)


class ManageKeys(ManyKeys, SeatPane):
    """Search, select, and do what a customer asks for."""

    READS: ClassVar[tuple[Callable[..., object], ...]] = (
        *(Access.licenses, Access.license, Access.scanned),
        *(Access.first_day, Access.batch),
    )
    ACTS: ClassVar[Operations] = {
        "activate": Access.activate,
        "copy": None,
        "create": Access.issue,
        "deactivate": Access.release,
        "edit": Access.edit,
        "history": Access.history,
        "mail": Access.mail_license_key,
        "renew": Access.renew,
        "replace": Access.replace_key,
        "resume": Access.resume,
        "suspend": Access.suspend,
        "first_steps": None,
        "test_license": Access.issue_test_license,
        "together": Access.batches,
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
        Binding("w", "columns", "Choose the columns"),
        Binding("x", "export", "Save as a table"),
        Binding("m", "mail", "Email its key"),
        Binding("t", "history", "What happened to it"),
        Binding("b", "together", "Created together"),
        Binding("space", "select", "Select it"),
        Binding("a", "many", "Change many at once"),
        Binding("o", "first_steps", "First steps"),
        Binding("y", "test_license", "Create a test license"),
    ]
    HINTS: ClassVar[tuple[Hint, ...]] = (
        Hint("Enter", "Activate", "activate"),
        Hint("d", "Deactivate", "deactivate"),
        Hint("o", "First steps", "first_steps"),
        Hint("y", "Test license", "test_license"),
        Hint("n", "New", "create"),
        Hint("e", "Edit", "edit", may_miss=True),
        Hint("r", "Renew", "renew"),
        Hint("h", "Hold", "suspend", may_miss=True),
        Hint("h", "Resume", "resume", may_miss=True),
        Hint("s", "Sort", "sort"),
        Hint("f", "Filter", "filter"),
        Hint("x", "CSV", "export", may_miss=True),
        Hint("F", "All filters", "filters", may_miss=True),
        Hint("v", "Views", "views", may_miss=True),
        Hint("w", "Columns", "columns", may_miss=True),
        Hint("m", "Email", "mail", may_miss=True),
        Hint("t", "History", "history", may_miss=True),
        Hint("Space", "Select", "select", may_miss=True),
        Hint("a", "All", "many", may_miss=True),
        Hint("b", "Batches", "together", may_miss=True),
    )

    def __init__(self) -> None:
        super().__init__()
        # Whether there are first steps is not known before the first answer.
        self._day: FirstDay | None = None
        self._may_have_day = True

    async def fetch(self, number: int, beside: Beside | None) -> Page[LicenseRow]:
        """Ask for a page, and as long as there are first steps how far they are."""
        if number == 1 and self._may_have_day:
            self._day = await self.ask(Access.first_day)
            self._may_have_day = self._day is not None
        return await super().fetch(number, beside)

    def none(self) -> str | Content:
        """Lead through the first steps where there is no license yet."""
        is_empty = not self.asked
        return self._steps(self._day) if is_empty and self._day is not None else super().none()

    def _steps(self, day: FirstDay) -> Content:
        return first_steps(day, adds_products=self.console_app.offers(Access.add_product))

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
        """Offer what can be done to the license, or may be once it is read; nothing where there is none."""
        offered = super().check_action(action, parameters)
        if action in ("first_steps", "test_license"):
            day = self._day
            return offered and day is not None and (action == "first_steps" or day.opened == "license")
        if not offered or action not in _OF_LICENSE:
            return offered
        return self.is_mounted and (
            self._is_looking or self._detail.is_looking or _fits(action, self._detail.view)
        )

    def hints(self) -> list[Hint]:
        """Name what Enter does on a computer, and of putting on hold and resuming what applies."""
        on_computer, view = self._detail.pointed is not None, self._detail.view
        return [
            one._replace(does="Key again") if on_computer and one.action == "activate" else one
            for one in super().hints()
            if one.action not in _OF_LICENSE or _fits(one.action, view)
            # Once a computer is activated, the palette still has them.
            if one.action != "first_steps" or (self._day and "activation" not in self._day.done)
        ]

    async def current(self) -> LicenseView | None:
        """Return the license under the cursor, once it is read: who types ahead means no other one."""
        await self.looked()
        await self._detail.looked()
        return self._detail.view

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
        await self.run_action("activate")

    @work
    async def open_link(self, link: str) -> None:
        """Open what a pasted link asks for, with its fields filled."""
        title = "This link can’t be used"
        scanned = await self.ask_or_tell(title, Access.scanned, link)
        if scanned is None:
            return
        view = await self.ask_or_tell(title, Access.license, scanned.activation_key)
        if view is None:
            return
        self.show_one(scanned.activation_key)
        if scanned.code and self.offers("deactivate"):
            await self.deactivate(DeactivateDialog(view, scanned=scanned))
        elif not scanned.code and self.offers("activate"):
            await self.activate(ActivateDialog(view, scanned=scanned))

    @work
    async def action_copy(self) -> None:
        """Copy the activation key, or the ID of the computer under the cursor."""
        view, computer = await self.current(), self._detail.pointed
        if view is not None:
            code = computer.computer_id if computer else view.license.activation_key
            self.app.copy_to_clipboard(code)
            self._detail.copied(code)
            if computer is not None:
                self.say_briefly("√ Computer ID copied")

    @work
    async def action_activate(self) -> None:
        """Ask for the computer, give the key, show it."""
        view = await self.current()
        if view is not None:
            await self.activate(ActivateDialog(view, self._detail.pointed))

    @work
    async def action_deactivate(self) -> None:
        """Ask for the computer and its code, or for a reason; then say what has happened."""
        view = await self.current()
        if view is not None:
            await self.deactivate(DeactivateDialog(view, self._detail.pointed))

    @work
    async def action_create(self) -> None:
        """Ask what it grants, and show the fresh activation key."""
        issued = await self.app.push_screen_wait(CreateDialog())
        if issued is not None and issued.wanted > 1:
            self.show_all()
            await self._hand_over_keys(IssuedDialog(issued, is_fresh=True))
        elif issued is not None:
            view = issued.first
            self.show_one(view.license.activation_key)
            customer = f" for {view.license.customer}" if view.license.customer else ", without a customer"
            text = f"Activation key of {view.license.product_name}{customer}:"
            notice = NoticeDialog("License created", text, code=view.license.activation_key)
            await self.app.push_screen_wait(notice)

    @work
    async def action_together(self) -> None:
        """Ask which licenses that were created together to open: those of this one, or others."""
        view = await self.current()
        own = view.batch if view is not None and view.together else None
        title = "Created together"
        found = await self.ask_or_tell(title, Access.batches, own)
        number = None if found is None else await self.app.push_screen_wait(BatchesDialog(found, own))
        issued = None if number is None else await self.ask_or_tell(title, Access.batch, number)
        if issued is not None:
            await self._hand_over_keys(IssuedDialog(issued, is_fresh=False))

    async def _hand_over_keys(self, dialog: IssuedDialog) -> None:
        key = await self.app.push_screen_wait(dialog)
        self.look_again()
        if key is not None:
            self.show_one(key)

    def action_first_steps(self) -> None:
        """Show how far the first steps are."""
        if self._day is not None:
            self.app.push_screen(NoticeDialog("First steps", self._steps(self._day)))

    @work
    async def action_test_license(self) -> None:
        """Create a license to try things with."""
        await self.ask_or_tell("No test license", Access.issue_test_license)
        self.look_again()

    @work
    async def action_edit(self) -> None:
        """Ask what it grants from now on."""
        view = await self.current()
        if view is not None and await self.app.push_screen_wait(EditDialog(view)) is not None:
            self.look_again()

    @work
    async def action_replace(self) -> None:
        """Ask whether it is meant, and show the fresh activation key."""
        view = await self.current()
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

    def action_suspend(self) -> None:
        """Ask whether it is meant."""
        self._hold_or_resume()

    def action_resume(self) -> None:
        """Ask whether it is meant."""
        self._hold_or_resume()

    @work
    async def _hold_or_resume(self) -> None:
        # Both have the same key: which of them is meant, the license says.
        view = await self.current()
        await self._change(change.ResumeDialog if _fits("resume", view) else change.SuspendDialog)

    @work
    async def action_mail(self) -> None:
        """Ask whether its customer is to get its key, and send it."""
        view = await self.current()
        if view is None or not _fits("mail", view):
            return
        sent = await self.app.push_screen_wait(change.MailLicenseKeyDialog(view))
        if sent is not None:
            notice = NoticeDialog("Email the activation key", mailed(sent.recipient, sent.waits))
            await self.app.push_screen_wait(notice)

    @work
    async def action_history(self) -> None:
        """Show what happened to it; all of it in the tab of the audit."""
        view = await self.current()
        if view is not None and await self.app.push_screen_wait(HistoryDialog(view)) is not None:
            about = f"…{view.license.ending}"
            self.post_message(self.Elsewhere("audit", str(view.number), about))

    async def _change(self, dialog: type[change.ChangeDialog]) -> None:
        view = await self.current()
        if view is not None and await self.app.push_screen_wait(dialog(view)) is not None:
            self.look_again()


def _fits(action: str, view: LicenseView | None) -> bool:
    """Return whether something can be done to a license as it stands."""
    if view is None:
        return False
    if action == "mail":
        return view.can_mail and view.license.customer is not None
    is_suspended = view.license.standing is Standing.SUSPENDED
    return action not in ("suspend", "resume") or (action == "resume") == is_suspended

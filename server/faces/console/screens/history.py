"""What happened to a license, for whoever may see it; the audit has more for those who may see that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from keyferry.protocol.visible import visible
from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.marked import code
from keyferry.server.faces.console.screens.timeline import TimelineDialog
from keyferry.server.faces.console.views import LicenseView, Moment
from keyferry.server.faces.console.widgets.action_button import ActionButton
from keyferry.server.faces.console.widgets.events import mark_of, what_happened
from keyferry.server.faces.console.wording import moment, of_license
from keyferry.server.words.wording import CHANNELS


class HistoryDialog(TimelineDialog[bool]):
    """Shows the latest events of a license; answers with whether the audit is to show all of them."""

    TITLE_TEXT: ClassVar[str] = "Timeline"
    READS = (Access.history,)
    ACTS: ClassVar[Operations] = {"all": Access.audit}
    BINDINGS: ClassVar[list[BindingType]] = [Binding("a", "all", show=False)]

    def __init__(self, view: LicenseView) -> None:
        super().__init__()
        self._view = view

    def named(self) -> Content:
        """Name the license."""
        key = code(self._view.license.activation_key, "bold")
        return Content(f"{of_license(self._view)}\n") + key

    async def fetch(self) -> Sequence[Moment] | None:
        """Ask for its events."""
        return await self.attempt(Access.history, self._view.number)

    def cells(self, row: Moment) -> Sequence[Content]:
        """Draw an event."""
        return [
            Content.styled(moment(row.event.at), "$ink-2"),
            mark_of(row.event),
            Content(what_happened(row.event)),
            Content.styled(visible(row.computer or row.event.who or ""), "$ink-2"),
        ]

    def known(self, row: Moment) -> Sequence[tuple[str, str]]:
        """Say what the portal's page says of it: addresses are for who may see the audit."""
        by = [CHANNELS.get(row.event.channel, row.event.channel), row.event.who or ""]
        return [
            ("What", what_happened(row.event)),
            ("Detail", visible(row.detail)),
            ("Computer", visible(row.computer)),
            ("By", visible(" · ".join(name for name in by if name))),
        ]

    def buttons(self) -> ComposeResult:
        """Go on to the audit, or close."""
        yield ActionButton("Close", "cancel", key="Esc", primary=True)
        yield ActionButton("All in audit", "all", key="a")

    def action_all(self) -> None:
        """Have the audit show all of them."""
        self.dismiss(True)

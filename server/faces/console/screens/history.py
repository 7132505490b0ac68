"""What happened to a license, for whoever may see it; the audit has more for those who may see that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from keyferry.protocol.visible import visible
from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.marked import code, facts
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.views import LicenseView, Moment
from keyferry.server.faces.console.widgets.action_button import ActionButton
from keyferry.server.faces.console.widgets.events import mark_of, what_happened
from keyferry.server.faces.console.widgets.rows import Column, Rows
from keyferry.server.faces.console.wording import moment, of_license
from keyferry.server.words.wording import CHANNELS, detail_in_words

_NAMES = 10
# As many events as are seen at once, and where there is more room.
_MOST, _MOST_TALL = 7, 14


class HistoryDialog(Dialog[bool]):
    """Shows the latest events of a license; answers with whether the audit is to show all of them."""

    TITLE_TEXT: ClassVar[str] = "Timeline"
    AUTO_FOCUS = "#moments"
    READS = (Access.history,)
    ACTS: ClassVar[Operations] = {"all": Access.audit}
    BINDINGS: ClassVar[list[BindingType]] = [Binding("a", "all", show=False)]

    def __init__(self, view: LicenseView) -> None:
        super().__init__()
        self._view = view

    def form(self) -> ComposeResult:
        """Name the license, and list what happened to it."""
        key = code(self._view.license.activation_key, "bold")
        yield Static(Content(f"{of_license(self._view)}\n") + key, classes="text", markup=False)
        yield Rows(_columns, _cells, id="moments", has_rule=False)
        yield Static("", id="moment", markup=False)

    def buttons(self) -> ComposeResult:
        """Go on to the audit, or close."""
        yield ActionButton("Close", "cancel", key="Esc", primary=True)
        yield ActionButton("All in audit", "all", key="a")

    def on_mount(self) -> None:
        """Ask what happened."""
        self._fetch()

    @on(Rows.Pointed)
    def pointed(self, event: Rows.Pointed) -> None:
        """Say more of it."""
        event.stop()
        self._draw()

    @on(Rows.Chosen)
    def chosen(self, event: Rows.Chosen) -> None:
        """Enter closes what is only read."""
        event.stop()
        self.dismiss(None)

    def action_all(self) -> None:
        """Have the audit show all of them."""
        self.dismiss(True)

    @work
    async def _fetch(self) -> None:
        moments = await self.attempt(Access.history, self._view.number)
        if moments is not None:
            rows = self.query_one(Rows)
            rows.show(moments)
            rows.styles.height = min(len(moments), _MOST_TALL if self.has_class("-tall") else _MOST)
            self._draw()

    def _draw(self) -> None:
        one: Moment | None = self.query_one(Rows).pointed
        if one is not None:
            by = [CHANNELS.get(one.event.channel, one.event.channel), one.event.who or ""]
            pairs = [
                ("What", what_happened(one.event)),
                ("Detail", visible(detail_in_words(one.event))),
                ("Computer", visible(one.computer)),
                ("By", visible(" · ".join(name for name in by if name))),
            ]
            self.query_one("#moment", Static).update(facts(pairs, _NAMES))


def _columns(width: int) -> Sequence[Column]:
    return [Column("", 19), Column("", 1, gap=1), Column("", 20, grows=2), Column("", 10, grows=1)]


def _cells(one: Moment) -> Sequence[Content]:
    return [
        Content.styled(moment(one.event.at), "$ink-2"),
        mark_of(one.event),
        Content(what_happened(one.event)),
        Content.styled(visible(one.computer or one.event.who or ""), "$ink-2"),
    ]

"""What every tab is: a search, a list that grows with the cursor, and below it what is behind the row."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence, Set
from dataclasses import replace
from typing import Any, ClassVar, Concatenate, ParamSpec, TypeVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static
from textual.worker import Worker

from keyferry.server.core.licensing.carried import is_carried
from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Asking, Operations, Refusal
from keyferry.server.faces.console.marked import marked
from keyferry.server.faces.console.screens.hand_over import SaveDialog
from keyferry.server.faces.console.screens.notice import NoticeDialog
from keyferry.server.faces.console.views import Page
from keyferry.server.faces.console.widgets.bars import Hint
from keyferry.server.faces.console.widgets.fields import line, pasted
from keyferry.server.faces.console.widgets.rows import Column, Heading, Rows

P = ParamSpec("P")
R = TypeVar("R")
NOTHING: Page[Any] = Page((), 0, 1, 1)
LOOKING_ON = "Nothing yet. Looking at more rows …"
# From so many columns on, there is room for whole keys, and for what belongs together beside each other.
WIDE = 110


class ListPane(Vertical, Asking):
    """A tab. Whoever stands on it says what is asked for, and how a row looks."""

    LIST: ClassVar[str] = ""
    SEARCHES: ClassVar[tuple[str, str]] = ("", "")
    """What can be searched for, where there is room and where there is little."""
    HINTS: ClassVar[tuple[Hint, ...]] = ()
    OF_LIST: ClassVar[Set[str]] = frozenset({"export", "many", "select", "sort"})
    """The actions that need rows: where nothing is listed, the bar does not name them."""
    ACTS: ClassVar[Operations] = {
        "again": None,
        "choose": None,
        "move": None,
        "search": None,
        "step": None,
        "walk": None,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before any other: what is typed right behind it goes into the search, and in its order.
        Binding("slash", "search", show=False, priority=True),
        Binding("escape", "step", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "walk(1)", show=False),
        Binding("pageup", "walk(-1)", show=False),
    ]

    class Changed(Message):
        """Other keys can be pressed now."""

    class Elsewhere(Message):
        """Another tab is asked for, with what it is to show."""

        def __init__(self, tab: str, what: str, about: str = "") -> None:
            super().__init__()
            self.tab, self.what, self.about = tab, what, about

    def __init__(self) -> None:
        super().__init__()
        self._page = NOTHING
        self._shown: Hashable = None
        self._known: set[Hashable] = set()
        self._stale = self._is_looking = False
        self._looked: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        """Put the search above the list, and what is behind a row below it."""
        with Horizontal(classes="search-line"):
            yield Static("/", classes="slash", markup=False)
            yield line()
            yield Static("", classes="count", markup=False)
        yield Rows(self.columns, self.cells, id=self.LIST)
        yield Static("", classes="nothing", markup=False)
        yield from self.detail()

    # What a tab says of itself.

    def detail(self) -> ComposeResult:
        """Yield what is below the list."""
        raise NotImplementedError

    def columns(self, width: int) -> Sequence[Column]:
        """Return the columns that so many cells have room for."""
        raise NotImplementedError

    def cells(self, row: Any) -> Sequence[Content]:
        """Return what a row shows in them."""
        raise NotImplementedError

    @property
    def wanted(self) -> Hashable:
        """What the list is to show."""
        raise NotImplementedError

    async def fetch(self, number: int, beside: Any) -> Page[Any]:
        """Return a page of it; raises `Refusal`."""
        raise NotImplementedError

    def key_of(self, row: Any) -> Hashable:
        """Return by what a row is known again."""
        raise NotImplementedError

    def counted(self, total: str, *, is_wide: bool) -> str:
        """Return how many rows there are, and which."""
        raise NotImplementedError

    def none(self) -> str | Content:
        """Return what to say, and what to do next, where nothing is listed."""
        raise NotImplementedError

    def point(self, row: Any) -> None:
        """Show what is behind a row, None where there is none."""
        raise NotImplementedError

    def grouped(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Return rows with the headings between them."""
        return rows

    def open_with(self, what: str, about: str) -> None:
        """Show what another tab asked for."""
        self.search.value = what

    # What is the same for all of them.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let a slash be typed in the search."""
        if action == "search" and isinstance(self.screen.focused, Input):
            return False
        return super().check_action(action, parameters)

    def on_mount(self) -> None:
        """Begin with the list: its keys act there."""
        self.query_one(".nothing").display = False
        self._hint()

    def on_resize(self) -> None:
        """Say as much as there is room for."""
        if self._shown is not None:
            self._count()
        self._hint()

    @property
    def is_wide(self) -> bool:
        """Whether there is room for whole keys."""
        return self.app.size.width >= WIDE

    @property
    def rows(self) -> Rows:
        """The list."""
        return self.query_one(f"#{self.LIST}", Rows)

    @property
    def search(self) -> Input:
        """The line above it."""
        return self.query_one(".search-line Input", Input)

    @property
    def searched(self) -> str:
        """What stands in it."""
        return self.search.value.strip()

    @property
    def pointed(self) -> Any:
        """The row under the cursor."""
        row = self.rows.pointed
        return None if isinstance(row, Heading) else row

    def enter(self) -> None:
        """Begin in the list, with what is true now."""
        self.rows.focus()
        self.look_again()

    def hints(self) -> list[Hint]:
        """Return the keys for what can be done now."""
        kept = {one.action.partition("(")[0]: self.check_action(one.action, ()) for one in self.HINTS}
        idle = set() if self.rows.items else self.OF_LIST
        return [one for one in self.HINTS if kept[one.action.partition("(")[0]] and one.action not in idle]

    def say_briefly(self, text: str) -> None:
        """Say something where the rows are counted, until they are counted anew."""
        self.query_one(".count", Static).update(marked(text))

    async def ask_or_tell(
        self,
        title: str,
        operation: Callable[Concatenate[Access, P], R],
        *arguments: P.args,
        **more: P.kwargs,
    ) -> R | None:
        """Run an operation; where it is refused, say why under a title, and return None."""
        try:
            return await self.ask(operation, *arguments, **more)
        except Refusal as refusal:
            await self.app.push_screen_wait(NoticeDialog(title, str(refusal)))
            return None

    async def hand_over(
        self,
        dialog: Callable[[Any], SaveDialog],
        operation: Callable[Concatenate[Access, P], R],
        *arguments: P.args,
        **more: P.kwargs,
    ) -> None:
        """Ask where to, and save what an operation gives."""
        given = await self.ask_or_tell("Nothing to save", operation, *arguments, **more)
        path = None if given is None else await self.app.push_screen_wait(dialog(given))
        if path is not None:
            self.say_briefly(f"√ Saved {path.name}")

    def look_again(self) -> None:
        """Ask anew, since something has changed."""
        self._stale = True
        self.look()

    def look(self) -> None:
        """See to it that what is shown is what is wanted: one question at a time, however fast one types."""
        if not self._is_looking:
            self._is_looking = True
            self._looked = self._look()

    async def looked(self) -> None:
        """Wait until the list is what is asked for: keys are faster than the server."""
        while self._is_looking and self._looked is not None:
            await self._looked.wait()

    @on(Input.Changed, ".search-line Input")
    def typed(self, event: Input.Changed) -> None:
        """Search as one types; a link is no search."""
        event.stop()
        if is_carried(event.value):
            event.input.value = ""
            self.post_message(self.Elsewhere("keys", event.value))
        else:
            self.look()

    @on(Input.Submitted, ".search-line Input")
    def submitted(self, event: Input.Submitted) -> None:
        """Enter in the search goes on to what was found."""
        event.stop()
        self.screen.set_focus(self.rows)

    def on_paste(self, event: events.Paste) -> None:
        """Search for what is pasted into the list."""
        event.stop()
        self.search.value = pasted(event.text)

    @on(Rows.Pointed)
    def walked(self, event: Rows.Pointed) -> None:
        """Show what is behind the row, and fetch more rows near the end."""
        if event.rows is self.rows:
            event.stop()
            self.point(self.pointed)
            self.look()

    @on(Rows.Chosen)
    async def chosen(self, event: Rows.Chosen) -> None:
        """Enter does what the bar of keys says first; for a list below, whoever owns it says what."""
        if event.rows is self.rows:
            event.stop()
            await self.run_action("choose")

    async def action_choose(self) -> None:
        """Do what Enter does."""

    def action_again(self) -> None:
        """Show what is true now."""
        self.look_again()

    def action_move(self, by: int) -> None:
        """Walk in the list while one types."""
        self.rows.point(self.rows.cursor + by, by)

    def action_walk(self, by: int) -> None:
        """Walk in the list by what is seen at once."""
        self.rows.point(self.rows.cursor + by * self.rows.page_height, by)

    def action_search(self) -> None:
        """Go to the search, at once: what is typed right behind it is no key of the list."""
        self.screen.set_focus(self.search)

    def action_step(self) -> None:
        """Return to the list, and there to everything."""
        if self.rows.has_focus:
            self.search.value = ""
        self.screen.set_focus(self.rows)

    @work
    async def _look(self) -> None:
        try:
            await self._ask_until_shown()
        finally:
            self._is_looking = False

    async def _ask_until_shown(self) -> None:
        while self._stale or self._shown != self.wanted or self._wants_more:
            wanted, more = self.wanted, not self._stale and self._shown == self.wanted
            self._stale = False
            try:
                turned = (self._page.number + 1, self._page.following) if more else (1, None)
                page = await self.fetch(*turned)
                # What is only asked for anew stays where it was.
                is_same = not more and self._shown == wanted
                rows, page = await self._as_far_as_before(page) if is_same else (page.rows, page)
            except Refusal as refusal:
                self._shown, self._page = wanted, NOTHING
                self._show_nothing(f"! {refusal}")
                self.point(None)
                return
            self._page = page if not more else replace(page, total=max(page.total, self._page.total))
            if more and self.rows.items:
                self.rows.add(self.grouped(self._fresh(page.rows)))
                self._count()
            else:
                # Also where all pages until now were empty: what follows is the first that is shown.
                self._begin(wanted, rows)

    async def _as_far_as_before(self, page: Page[Any]) -> tuple[Sequence[Any], Page[Any]]:
        """Return as many rows as it takes to find the one that was pointed at, and the last page of them."""
        rows, before = list(page.rows), self.pointed
        kept = None if before is None else self.key_of(before)
        while before is not None and page.has_next and len(rows) < len(self.rows.items):
            if kept in map(self.key_of, rows):
                break
            following = await self.fetch(page.number + 1, page.following)
            rows += following.rows
            page = replace(following, total=max(page.total, following.total))
        return rows, page

    @property
    def _wants_more(self) -> bool:
        return self._page.has_next and self.rows.is_near_end

    def _fresh(self, rows: Sequence[Any]) -> list[Any]:
        fresh = [row for row in rows if self.key_of(row) not in self._known]
        self._known |= {self.key_of(row) for row in fresh}
        return fresh

    def _begin(self, wanted: Hashable, rows: Sequence[Any]) -> None:
        before = self.pointed
        kept = None if before is None else self.key_of(before)
        self._known = set()
        items = list(self.grouped(self._fresh(rows)))
        # The row that was pointed at stays so, where it is still there.
        keys = [None if isinstance(one, Heading) else self.key_of(one) for one in items]
        self._shown = wanted
        self.rows.show(items, keys.index(kept) if kept in keys and kept is not None else 0)
        self._count()
        self._show_nothing("" if items else LOOKING_ON if self._page.has_next else self.none())
        self.point(self.pointed)
        self.post_message(self.Changed())

    def _count(self) -> None:
        total = f"{self._page.total:,}{'+' if self._page.more else ''}"
        text = self.counted(total, is_wide=self.is_wide)
        if self._page.beginnings and self.rows.items:
            text = (
                f"{text}, * for anywhere" if not self.is_wide else f"{text} at the beginning, * for anywhere"
            )
        self.query_one(".count", Static).update(Content.styled(text, "$ink-2"))

    def _hint(self) -> None:
        self.search.placeholder = self.SEARCHES[0 if self.is_wide else 1]

    def _show_nothing(self, text: str | Content) -> None:
        nothing = self.query_one(".nothing", Static)
        nothing.update(marked(text, "") if isinstance(text, str) else text)
        nothing.display = bool(text)
        # Where nothing is listed, nothing is behind it: there is more room to say what to do.
        for detail in self.query(".detail"):
            detail.display = not text
        self.rows.set_class(bool(text), "empty")

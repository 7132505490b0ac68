"""A tab whose list is narrowed by filters, and saved under a name to come back to, here or in the portal."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.filters import asked_in_words
from keyferry.server.faces.console.marked import fitted
from keyferry.server.faces.console.screens.filtering import FilterDialog
from keyferry.server.faces.console.screens.saved_views import SavedViewsDialog
from keyferry.server.faces.console.views import SavedView
from keyferry.server.faces.console.widgets.pane import ListPane

# Of what is asked, so many cells are said above the list, where there is little room and where there is more.
_SAID, _SAID_WIDE = 26, 44
_NO_FILTER = {"q", "sort", "dir"}


class ViewedPane(ListPane):
    """What is asked of its list is said as in `services.list_queries`, as saved views keep it."""

    LISTING: ClassVar[str] = ""
    ACTS: ClassVar[Operations] = {"views": Access.save_view, "filters": None}
    BINDINGS: ClassVar[list[BindingType]] = [
        # Some terminals say of a capital letter only which keys were pressed.
        Binding("F,shift+f", "filters", "All filters"),
        Binding("v", "views", "Saved views"),
    ]

    def __init__(self) -> None:
        super().__init__()
        # The view or the filters that are open, until another filter is chosen.
        self.view_shown: SavedView | None = None

    @property
    def filters(self) -> Mapping[str, str]:
        """What is asked besides search and order where no view is open."""
        raise NotImplementedError

    @property
    def order(self) -> Mapping[str, str]:
        """How the list is sorted; nothing where it is as always."""
        return {}

    @property
    def searching(self) -> Mapping[str, str]:
        """What the search asks for."""
        return {"q": self.search.value}

    @property
    def asked(self) -> Mapping[str, str]:
        """What is asked of the list."""
        said = dict(self.view_shown.asked if self.view_shown else self.filters)
        said |= {**self.searching, "sort": "", "dir": "", **self.order}
        return {name: value for name, value in said.items() if value}

    @property
    def wanted(self) -> Hashable:
        """The search, the filters, and the order."""
        return tuple(sorted(self.asked.items()))

    @property
    def which(self) -> str:
        """The name of the view that is open, or its filters; nothing where none is."""
        if self.view_shown is None or self.view_shown.name:
            return self.view_shown.name if self.view_shown else ""
        said = {name: value for name, value in self.view_shown.asked.items() if name not in _NO_FILTER}
        words = Content(asked_in_words(said))
        return fitted(words, _SAID_WIDE if self.is_wide else _SAID).plain.rstrip()

    def none_of(self, what: str) -> str:
        """Return what to say where a view or its filters list nothing."""
        if self.view_shown is not None and self.view_shown.name:
            name = self.view_shown.name
            return f"Nothing is in the view “{name}” at the moment. Press v for others, Esc for all."
        return f"No {what} fits these filters. Press F to change them, Esc to see all."

    def show_everything(self) -> None:
        """Leave filters and views."""
        self.view_shown = None

    def show_view(self, view: SavedView) -> None:
        """List what a view is of."""
        self.show_everything()
        self.view_shown = view
        self.search.value = view.asked.get("q", "")
        self.look_again()

    def action_step(self) -> None:
        """Return to the list, and there to all of it."""
        if self.rows.has_focus:
            self.view_shown = None
        super().action_step()
        self.look()

    @work
    async def action_views(self) -> None:
        """Ask which view to open, or under which name to save what is listed."""
        view = await self.app.push_screen_wait(SavedViewsDialog(self.LISTING, self.asked))
        if view is not None:
            self.show_view(view)

    @work
    async def action_filters(self) -> None:
        """Ask for all filters at once."""
        asked = await self.app.push_screen_wait(FilterDialog(self.LISTING, self.asked))
        if asked is None:
            return
        if asked.keys() <= _NO_FILTER:
            self.show_everything()
            self.look_again()
        else:
            self.show_view(SavedView(0, "", asked))

"""A tab whose list is saved under a name, and opened by it again, here or in the portal."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import ClassVar

from textual import work

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.screens.saved_views import SavedViewsDialog
from keyferry.server.faces.console.views import SavedView
from keyferry.server.faces.console.widgets.pane import ListPane


class ViewedPane(ListPane):
    """What is asked of its list is said as in `services.list_queries`, as saved views keep it."""

    LISTING: ClassVar[str] = ""
    ACTS: ClassVar[Operations] = {"views": Access.save_view}

    def __init__(self) -> None:
        super().__init__()
        # The view that is open, until another filter is chosen.
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
    def asked(self) -> Mapping[str, str]:
        """What is asked of the list."""
        said = dict(self.view_shown.asked if self.view_shown else self.filters)
        said |= {"q": self.search.value, "sort": "", "dir": "", **self.order}
        return {name: value for name, value in said.items() if value}

    @property
    def wanted(self) -> Hashable:
        """The search, the filters, and the order."""
        return tuple(sorted(self.asked.items()))

    def show_everything(self) -> None:
        """Leave filters and views."""
        self.view_shown = None

    def show_view(self, view: SavedView) -> None:
        """List what a view is of."""
        self.show_everything()
        self.view_shown = view
        self.search.value = view.asked.get("q", "")
        self.look_again()

    @work
    async def action_views(self) -> None:
        """Ask which view to open, or under which name to save what is listed."""
        view = await self.app.push_screen_wait(SavedViewsDialog(self.LISTING, self.asked))
        if view is not None:
            self.show_view(view)

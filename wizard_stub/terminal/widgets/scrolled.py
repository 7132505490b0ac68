"""What scrolls where a window is too small for all of it."""

from __future__ import annotations

from textual.containers import VerticalScroll


class Scrolled(VerticalScroll, can_focus=False, inherit_bindings=False):
    """Leaves the arrow keys to the screen: they go from choice to choice, which brings it into view."""

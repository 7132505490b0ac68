"""The keys with which a widget is edited, for one that takes them in their turn.

Textual has a key bubble up before it looks for its binding. Meanwhile what was typed behind it has reached
the widget: a correction that comes in one piece, over a slow line, would take back the wrong character.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual.binding import Binding, BindingType


def own_keys(bindings: Iterable[BindingType]) -> Mapping[str, str]:
    """Return the actions of bindings by their keys."""
    found = [one for one in bindings if isinstance(one, Binding)]
    return {key: one.action for one in found for key in one.key.split(",")}

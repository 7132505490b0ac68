"""A code to read out, each group in a numbered box."""

from __future__ import annotations

from textual.content import Content

from keyferry.wizard.terminal.widgets.marked import code

_BETWEEN = "  "


def framed(text: str) -> Content:
    """Return the groups of a code beside each other, in three lines."""
    groups = text.split("-")
    edge = "$error bold"
    above, within, below = [], [], []
    for number, group in enumerate(groups, start=1):
        title = f" {number} "
        above.append(
            Content.assemble(
                ("┌─", edge), (title, "$ink-2"), ("─" * (len(group) + 1 - len(title)) + "┐", edge)
            )
        )
        within.append(Content.styled("│ ", edge) + code(group, "bold") + Content.styled(" │", edge))
        below.append(Content.styled("└" + "─" * (len(group) + 2) + "┘", edge))
    rows = [Content(_BETWEEN).join(row) for row in (above, within, below)]
    return Content("\n").join(rows)

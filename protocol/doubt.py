"""Which groups of a typed computer key are worth a second look, when it could not be repaired.

What a group says by itself is certain: it has too few characters, or one that no key contains. Beyond that
only a `signed` key says more, since each of its rows has check symbols of its own: a row that does not
add up holds a mistake, one that does is almost surely right. Within a row, and anywhere in a `short` key,
the check symbols that would point at the place were used up by the repair; to name one would be a guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from keyferry.protocol.alphabet import GROUP, value_of
from keyferry.protocol.computer_key import ROW, ROW_CHECK, ROW_CONTENT, SIGNED_LENGTH, Style
from keyferry.protocol.reed_solomon import check_symbols

_GROUPS_A_ROW = ROW // GROUP


@dataclass(frozen=True)
class Doubts:
    """Groups and rows, from 1: `groups` are wrong for certain, each of `rows` holds a mistake somewhere."""

    groups: tuple[int, ...] = ()
    rows: tuple[int, ...] = ()

    @property
    def all_groups(self) -> tuple[int, ...]:
        """Every group to look at again, those of doubtful rows among them; none if nothing is known."""
        in_rows = {
            (row - 1) * _GROUPS_A_ROW + place for row in self.rows for place in range(1, _GROUPS_A_ROW + 1)
        }
        return tuple(sorted({*self.groups, *in_rows}))


def doubts(groups: Sequence[str], style: Style) -> Doubts:
    """Check the typed groups, one text for each group of the key, "" if none was typed."""
    wrong = tuple(number for number, group in enumerate(groups, start=1) if not _is_whole(group))
    if style is not Style.SIGNED or sum(map(len, groups)) != SIGNED_LENGTH:
        return Doubts(wrong)
    starts = range(0, len(groups), _GROUPS_A_ROW)
    rows = ("".join(groups[start : start + _GROUPS_A_ROW]) for start in starts)
    doubtful = tuple(number for number, row in enumerate(rows, start=1) if not row_adds_up(row))
    # A group that is wrong by itself explains its row.
    explained = {(group - 1) // _GROUPS_A_ROW + 1 for group in wrong}
    return Doubts(wrong, tuple(row for row in doubtful if row not in explained))


def _is_whole(group: str) -> bool:
    return len(group) == GROUP and all(value_of(character) is not None for character in group)


def row_adds_up(row: str) -> bool:
    """Return whether a row of a `signed` key has all its characters and holds no mistake that shows."""
    values = [value for value in map(value_of, row) if value is not None]
    if len(values) != ROW:
        return False
    return tuple(values[ROW_CONTENT:]) == check_symbols(tuple(values[:ROW_CONTENT]), ROW_CHECK)

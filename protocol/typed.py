"""What a person may have meant by what was typed: each layout of the characters on the places of a code.

Most errors are wrong characters, which leave the layout alone. A missing or doubled character shifts all
that follows it; where dashes or group boxes are kept, only within one group.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product

from keyferry.protocol.alphabet import GROUP, Symbols, grouped, value_of, values_of, write

_Characters = tuple[str, ...]

_UNTYPED = ("",) * GROUP


@dataclass(frozen=True)
class Layout:
    """One typed character for each place of a code, "" if none was typed; and those left over.

    `surplus` holds each character that is taken for one too many: the group in which it stood, the place in
    it (both from 0, the place up to 5), and the character.
    """

    characters: _Characters
    surplus: tuple[tuple[int, int, str], ...] = ()

    @cached_property
    def values(self) -> tuple[int | None, ...]:
        """The symbol of each place, None if it is unreadable or was not typed."""
        return values_of(self.characters)

    @property
    def text(self) -> str:
        """The code in groups; every place has to have a symbol."""
        return grouped([value for value in self.values if value is not None])

    @property
    def unreadable(self) -> int:
        """The number of places without a symbol."""
        return self.values.count(None)


@dataclass(frozen=True)
class Correction:
    """One place that was read differently; group and place count from 1.

    `typed` is "" if a character was missing, `read` is "" if one was too many.
    """

    group: int
    place: int
    typed: str
    read: str


def corrections(layout: Layout, symbols: Symbols) -> tuple[Correction, ...]:
    """Return the places at which `symbols` is not what was typed."""
    changed = [
        (*divmod(place, GROUP), typed, write([symbol]))
        for place, (typed, symbol) in enumerate(zip(layout.characters, symbols, strict=True))
        if value_of(typed) != symbol
    ]
    dropped = [(group, place, typed, "") for group, place, typed in layout.surplus]
    return tuple(
        Correction(group + 1, place + 1, typed, read)
        for group, place, typed, read in sorted(changed + dropped)
    )


def as_typed(groups: Sequence[str], length: int) -> Layout | None:
    """Return the plain layout, or None if the number of characters is not `length`."""
    joined = tuple("".join(groups))
    return Layout(joined) if len(joined) == length else None


def shifted_layouts(groups: Sequence[str], length: int) -> Iterator[Layout]:
    """Yield the layouts with characters missing or too many: at most two, or a whole group.

    If the groups show the place, only that place is tried; otherwise every one.
    """
    by_group = list(_layouts_by_group(groups, length))
    yield from by_group
    if not by_group:
        yield from _layouts_of_stream(tuple("".join(groups)), length)


def _layouts_by_group(groups: Sequence[str], length: int) -> Iterator[Layout]:
    expected = length // GROUP
    if len(groups) == expected - 1 and all(len(group) == GROUP for group in groups):
        for place in range(expected):
            yield _joined([*map(_whole, groups[:place]), Layout(_UNTYPED), *map(_whole, groups[place:])])
    wrong = [group for group in groups if len(group) != GROUP]
    if len(groups) == expected and 1 <= len(wrong) <= 2:
        for choice in product(*map(_group_layouts, groups)):
            yield _joined(choice)


def _group_layouts(group: str) -> list[Layout]:
    """Return the layouts of one typed group on five places."""
    if len(group) == GROUP:
        return [_whole(group)]
    if len(group) == GROUP - 1:
        return [_with_gaps(_whole(group), (place,)) for place in range(GROUP)]
    if len(group) == GROUP + 1:
        return _distinct(_without(tuple(group), (place,)) for place in range(GROUP + 1))
    return [Layout(_UNTYPED)]


def _layouts_of_stream(characters: _Characters, length: int) -> Iterator[Layout]:
    surplus = len(characters) - length
    if surplus in (1, 2):
        yield from _distinct(
            _without(characters, out) for out in combinations(range(len(characters)), surplus)
        )
    elif surplus in (-1, -2):
        yield from (_with_gaps(Layout(characters), gaps) for gaps in combinations(range(length), -surplus))
    elif surplus == 0:
        shorter = _distinct(_without(characters, (out,)) for out in range(length))
        yield from (_with_gaps(short, (gap,)) for short in shorter for gap in range(length))
    elif surplus == -GROUP:
        for start in range(0, length, GROUP):
            yield Layout(characters[:start] + _UNTYPED + characters[start:])


def _whole(group: str) -> Layout:
    return Layout(tuple(group))


def _without(characters: _Characters, out: tuple[int, ...]) -> Layout:
    kept = tuple(character for place, character in enumerate(characters) if place not in out)
    surplus = []
    for before, place in enumerate(out):
        # What follows the last place belongs to the last group, as its sixth character.
        group = min(place - before, len(kept) - 1) // GROUP
        surplus.append((group, place - before - group * GROUP, characters[place]))
    return Layout(kept, tuple(surplus))


def _with_gaps(layout: Layout, gaps: tuple[int, ...]) -> Layout:
    laid = list(layout.characters)
    for gap in gaps:
        laid.insert(gap, "")
    return Layout(tuple(laid), layout.surplus)


def _joined(groups: Sequence[Layout]) -> Layout:
    characters = tuple(character for group in groups for character in group.characters)
    surplus = tuple(
        (number, place, character)
        for number, group in enumerate(groups)
        for _, place, character in group.surplus
    )
    return Layout(characters, surplus)


def _distinct(layouts: Iterable[Layout]) -> list[Layout]:
    """Drop the layouts that differ only in which of two equal neighbors is the surplus one."""
    return list({layout.characters: layout for layout in layouts}.values())

"""What is said below the boxes about what was typed."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from keyferry.protocol.alphabet import GROUP
from keyferry.protocol.codes import Kind, recognized
from keyferry.wizard.terminal.typed_groups import UNREADABLE, Noticed, TypedGroups
from keyferry.wizard.terminal.widgets.marked import about_characters
from keyferry.wizard.terminal.words import Words

# Pairs that people mix up, first the one that is rather read.
_MIXED_UP = ("8B", "5S", "0D", "0Q", "2Z", "6G", "1T", "7T", "VY", "MN", "PR", "CG", "EF")
_MOST_PAIRS = 2


def while_typing(words: Words, typed: TypedGroups, noticed: tuple[Noticed, ...], *, length: int) -> str:
    """Return what was not taken as it was typed, or else how far the person is."""
    # One remark is enough: a pasted text may call for many.
    for found in noticed[:1]:
        return words(f"typing.{found.remark.value}", typed=found.typed, shown=found.shown)
    return words("typing.progress", typed=typed.typed, length=length)


def other_kind(words: Words, text: str, wanted: Kind) -> str | None:
    """Return the words for a code that belongs somewhere else, or None if it is none."""
    kind = recognized(text.rstrip("-?"))
    if kind is None or kind is wanted:
        return None
    named, asked_for = (words(f"kind.{one.name.lower()}") for one in (kind, wanted))
    return words("typing.other_kind", kind=named, wanted=asked_for)


def why_doubtful(words: Words, number: int, group: str) -> Content:
    """Return what to look for in one group, numbered from 1."""
    missing = GROUP - len(group) + group.count(UNREADABLE)
    if missing:
        return Content(words("doubt.missing", group=number, count=missing))
    pairs = [pair for pair in _MIXED_UP if set(pair) & set(group)][:_MOST_PAIRS]
    if not pairs:
        return Content(words("doubt.compare", group=number))
    said = joined(words, [words("list.and", before=pair[0], last=pair[1]) for pair in pairs])
    before, _, rest = words("doubt.mixed_up", group=number, pairs=said).partition(said)
    return Content(before) + about_characters(said) + Content(rest)


def joined(words: Words, parts: Sequence[object]) -> str:
    """Return a list in words: "4 and 5", "4, 5 and 6"."""
    *before, last = map(str, parts)
    return words("list.and", before=", ".join(before), last=last) if before else last

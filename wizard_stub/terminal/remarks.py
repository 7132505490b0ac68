"""What is said below the boxes about what was typed."""

from __future__ import annotations

from keyferry.protocol.codes import Kind, recognized
from keyferry.wizard.terminal.typed_groups import Noticed, TypedGroups
from keyferry.wizard.terminal.words import Words


def while_typing(words: Words, typed: TypedGroups, noticed: tuple[Noticed, ...], *, length: int) -> str:
    """Return how far the person is, and what was not taken as it was typed."""
    lines = [words("typing.progress", typed=typed.typed, length=length)]
    # One remark is enough: a pasted text may call for many.
    for found in noticed[:1]:
        lines.append(words(f"typing.{found.remark.value}", typed=found.typed, shown=found.shown))
    return "\n".join(lines)


def other_kind(words: Words, text: str, wanted: Kind) -> str | None:
    """Return the words for a code that belongs somewhere else, or None if it is none."""
    kind = recognized(text.rstrip("-?"))
    if kind is None or kind is wanted:
        return None
    named, asked_for = (words(f"kind.{one.name.lower()}") for one in (kind, wanted))
    return words("typing.other_kind", kind=named, wanted=asked_for)

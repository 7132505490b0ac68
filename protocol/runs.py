"""Whole codes in a longer text, such as a message in which somebody passed one on.

Only what is a code without any mistake is found: in a text, almost anything could be repaired into one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

from keyferry.protocol.alphabet import values_of

# No code goes on behind one of them, but one may begin there: `?key=…&id=…`.
_BREAKS = re.compile(r"[!#$%&+=?@\\^~{}]")


def whole_runs(groups: Sequence[str], length: int, is_code: Callable[[str], bool]) -> set[str]:
    """Return the codes in a text: runs of whole groups with `length` characters, all of them symbols.

    Behind one, the next is looked for: parts of two that follow one another are no third.
    """
    found = set()
    for stretch in _stretches(groups):
        text, behind = "".join(stretch), 0
        ends = {0, *accumulate(map(len, stretch))}
        for start in sorted(ends):
            end = start + length
            if start >= behind and end in ends and is_code(text[start:end]):
                found.add(text[start:end].upper())
                behind = end
    return found


def _stretches(groups: Sequence[str]) -> Iterator[list[str]]:
    """Yield the readable groups that follow one another, with nothing between them but separators."""
    stretch: list[str] = []
    for group in groups:
        for number, piece in enumerate(_BREAKS.split(group)):
            readable = None not in values_of(piece)
            if number or not readable:
                yield stretch
                stretch = []
            if piece and readable:
                stretch.append(piece)
    yield stretch

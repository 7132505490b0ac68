"""The short codes that people type: kinds, check groups, and plain reading.

A code is its content followed by a check group of five symbols: Reed-Solomon, with a constant of the kind
XORed in. The constants keep the kinds at least four symbols apart, so a code of one kind is never repaired
into another, and one typed in the wrong place is recognized.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import partial

from keyferry.protocol.alphabet import GROUP, Symbols, grouped, to_int, typed_groups, values_of
from keyferry.protocol.errors import MalformedCode
from keyferry.protocol.reed_solomon import check_symbols, codewords_near
from keyferry.protocol.runs import whole_runs
from keyferry.protocol.sentences import Sentence, template
from keyferry.protocol.typed import Correction, Layout, as_typed, corrections, shifted_layouts

CHECK = GROUP

_MOST_GROUPS = 64


class Kind(Enum):
    """A kind of short code: its name in words, its name in error codes, content length, check constant."""

    ACTIVATION_KEY = ("activation key", "malformed_activation_key", 20, (24, 4, 21, 17, 30))
    COMPUTER_ID = ("computer ID", "malformed_computer_id", 20, (0, 24, 13, 2, 6))
    COMPUTER_KEY = ("computer key", "malformed_computer_key", 25, (9, 25, 9, 30, 4))
    DEACTIVATION_CODE = (
        "deactivation verification code",
        "malformed_deactivation_code",
        10,
        (29, 31, 24, 6, 6),
    )

    def __init__(self, words: str, malformed: str, content: int, constant: Symbols) -> None:
        self.words = words
        self.malformed = malformed
        self.content = content
        self.constant = constant
        self.mask = to_int(constant)

    @property
    def length(self) -> int:
        """The number of symbols with the check group."""
        return self.content + CHECK


@dataclass(frozen=True)
class Reading:
    """The content of a typed code, and the places that were read differently (none: it was typed right)."""

    content: Symbols = field(repr=False)
    corrections: tuple[Correction, ...]

    def text(self, kind: Kind) -> str:
        """Return the code as it should have been typed."""
        return grouped(encode(kind, self.content))


def encode(kind: Kind, content: Symbols) -> Symbols:
    """Append the check group of a kind to `kind.content` symbols."""
    if len(content) != kind.content:
        raise ValueError(f"a {kind.words} has {kind.content} symbols before its check group")
    return content + check_symbols(content, CHECK, mask=kind.mask)


def read(kind: Kind, text: str, *, vouched: bool = False, shifted: bool = True) -> Reading:
    """Read a typed code by its check group alone; raises MalformedCode.

    Repairs two wrong characters, or while 2 * wrong + unreadable is at most 3 (5 if the caller verifies
    the reading by other means: `vouched`), and a character or two missing or too many, unless `shifted` is
    off: that takes some hundred times as long. Nothing but the check group confirms a repaired reading:
    verify it, or show it for confirmation. In a longer text, the one code without any mistake is read.
    """
    groups = split(kind, text)
    found = _plain_reading(kind, groups, vouched) or _contained_reading(kind, groups)
    if found is None and shifted:
        found = _shifted_reading(kind, groups)
    if found is None:
        raise unreadable(kind, groups)
    return found


def read_unrepaired(
    kind: Kind, text: str, mistyped: str, *, vouched: bool = False, shifted: bool = True
) -> Symbols:
    """Read a typed code that is never replaced silently, as `read` does; raises MalformedCode.

    A repaired reading is the error's `suggestion`, which stands in the sentence `mistyped`.
    """
    reading = read(kind, text, vouched=vouched, shifted=shifted)
    if reading.corrections:
        raise MalformedCode(mistyped, code=kind.malformed, suggestion=reading.text(kind))
    return reading.content


def whole_code(kind: Kind, text: str) -> str | None:
    """Return the one code of a kind in a text that is typed without any mistake, or None."""
    try:
        found = contained(kind, split(kind, text))
    except MalformedCode:
        return None
    return found.text if found else None


def recognized(text: str) -> Kind | None:
    """Return the kind of code that a text is without any mistake, or None if it is none."""
    try:
        groups = typed_groups(text)
    except MalformedCode:
        return None
    return next((kind for kind in Kind if _is_exactly(kind, groups)), None)


def split(kind: Kind, text: str) -> tuple[str, ...]:
    """Return the typed groups; raises MalformedCode if nothing, or no code of any kind, was typed."""
    try:
        groups = typed_groups(text)
    except MalformedCode as error:
        raise MalformedCode(error.args[0], code=kind.malformed) from None
    if not groups:
        raise MalformedCode("Type the {kind}.", code=kind.malformed, kind=Sentence(kind.words))
    return groups


def the_one(kind: Kind, found: set[str]) -> Layout | None:
    """Return the one code that was found in a text, or None; raises MalformedCode if there are several."""
    different = {layout.values: layout for layout in map(Layout, map(tuple, found))}
    if len(different) > 1:
        raise _refused(kind, template("There is more than one {kind} in this text. Paste only one."))
    return next(iter(different.values()), None)


def contained(kind: Kind, groups: tuple[str, ...]) -> Layout | None:
    """Return the one whole code of a kind in a longer text; raises MalformedCode if there are several."""
    return the_one(kind, whole_runs(groups, kind.length, partial(_is_code, kind)))


def near(kind: Kind, layout: Layout, errors: int) -> Iterator[Symbols]:
    """Yield the contents whose code differs from a layout in exactly `errors` readable places."""
    word = layout.values
    masked = zip(word[kind.content :], kind.constant, strict=True)
    check = (None if symbol is None else symbol ^ constant for symbol, constant in masked)
    for codeword in codewords_near([*word[: kind.content], *check], check=CHECK, errors=errors):
        yield codeword[: kind.content]


def reading(kind: Kind, layout: Layout, content: Symbols) -> Reading:
    """Return `content` as a reading of a layout."""
    return Reading(content, corrections(layout, encode(kind, content)))


def unreadable(
    kind: Kind,
    groups: tuple[str, ...],
    *,
    length: int | None = None,
    advice: str = template("Compare it group by group and type it again."),
) -> MalformedCode:
    """Return the error that says what is wrong with what was typed."""
    typed, length = sum(map(len, groups)), length or kind.length
    other = next((other for other in Kind if other is not kind and _holds(other, groups)), None)
    if other is not None:
        return _refused(
            kind, template("This is the {other}. Type the {kind} here."), other=Sentence(other.words)
        )
    counted = {"length": length, "typed": typed, "advice": Sentence(advice)}
    if typed < length:
        sentence = template(
            "This is too short: the {kind} has {length} characters, and you typed {typed}. {advice}"
        )
    elif typed > length:
        sentence = template(
            "This is too long: the {kind} has {length} characters, and you typed {typed}. {advice}"
        )
    else:
        sentence = template("This {kind} has too many wrong characters. {advice}")
    return _refused(kind, sentence, **counted)


def _refused(kind: Kind, sentence: str, **values: object) -> MalformedCode:
    code = kind.malformed
    return MalformedCode(sentence, code=code, suggestion=None, kind=Sentence(kind.words), **values)


def _plain_reading(kind: Kind, groups: tuple[str, ...], vouched: bool) -> Reading | None:
    layout = as_typed(groups, kind.length)
    if layout is None:
        return None
    reach = CHECK if vouched or not layout.unreadable else CHECK - 2
    for errors in range((reach - layout.unreadable) // 2 + 1):
        for content in near(kind, layout, errors):
            return reading(kind, layout, content)
    return None


def _contained_reading(kind: Kind, groups: tuple[str, ...]) -> Reading | None:
    layout = contained(kind, groups)
    return reading(kind, layout, next(near(kind, layout, 0))) if layout else None


def _shifted_reading(kind: Kind, groups: tuple[str, ...]) -> Reading | None:
    """Return the one shifted reading with the fewest wrong characters, or None if two are as good."""
    if any(_is_exactly(other, groups) for other in Kind):
        return None
    layouts = list(shifted_layouts(groups, kind.length))
    for errors in range(2):
        found = {
            content: layout
            for layout in layouts
            if _spare(layout, errors)
            for content in near(kind, layout, errors)
        }
        if len(found) == 1:
            [(content, layout)] = found.items()
            return reading(kind, layout, content)
        if found:
            return None
    return None


def _spare(layout: Layout, errors: int) -> bool:
    """Whether the check symbols that are left over can vouch for a guess at the layout.

    A character that may be one too many can stand anywhere, and so costs as much as an unreadable one: else
    every fourth code with three wrong characters would be taken for one with a shift and a wrong character.
    """
    return 2 * errors + layout.unreadable + len(layout.surplus) <= CHECK - 2


def _holds(kind: Kind, groups: tuple[str, ...]) -> bool:
    # Looking for each kind in the longest text would cost whoever is asked for codes by strangers.
    if len(groups) > _MOST_GROUPS:
        return False
    try:
        return contained(kind, groups) is not None
    except MalformedCode:
        return True


def _is_exactly(kind: Kind, groups: tuple[str, ...]) -> bool:
    run = "".join(groups)
    return len(run) == kind.length and _is_code(kind, run)


def _is_code(kind: Kind, run: str) -> bool:
    values = values_of(run)
    content = tuple(value for value in values[: kind.content] if value is not None)
    return len(content) == kind.content and encode(kind, content) == values

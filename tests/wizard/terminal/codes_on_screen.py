"""What is to be seen of a QR code: read from the characters, and by two decoders of different families."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import cache

import cv2
import numpy
import zxingcpp
from PIL import Image

from demo.terminal_picture import Cell, cells_of, picture_of
from keyferry.wizard.qr import ScanCode, least_room
from keyferry.wizard.results import Begun, Released, urls_of
from keyferry.wizard.terminal.app import WizardApp
from tests.wizard.terminal.person import Person

BLACK, WHITE = (0, 0, 0), (255, 255, 255)
TOO_SMALL = {"en": "needs a window of {} by {} characters", "de": "braucht ein Fenster von {} mal {} Zeichen"}
UPPER, LOWER = {"█", "▀"}, {"█", "▄"}
# What a terminal of 24 lines has room for, and readers still accept; across, the rule of four holds.
LEAST_MARGIN_ALONG, LEAST_MARGIN_ACROSS = 3, 4

_ROUNDS = 50
_LOOK = 0.02

Modules = tuple[tuple[bool, ...], ...]


@cache
def drawings_of(url: str) -> set[Modules]:
    """Return the code of an address as it is drawn with room to spare, and with none."""
    codes = ScanCode.of(url), ScanCode.within(least_room([url]), [url])
    return {
        tuple(tuple(bool(module) for module in row) for row in code.symbol.matrix) for code in codes if code
    }


def modules_on(app: WizardApp) -> Modules:
    """Return the black and white modules on the screen, with what is around them; nothing where none are."""
    lines = [[cell for cell in line if _is_of_code(cell)] for line in cells_of(app)]
    lines = [line for line in lines if line]
    if any(cell.ground == BLACK for line in lines for cell in line):
        return _without_characters(lines)
    return tuple(tuple(cell.character in half for cell in line) for line in lines for half in (UPPER, LOWER))


def _without_characters(lines: list[list[Cell]]) -> Modules:
    """Return the modules of the second drawing: two columns of one ground each, and no character."""
    assert all(cell.character == " " for line in lines for cell in line)
    first = min(
        next(place for place, cell in enumerate(line) if cell.ground == BLACK)
        for line in lines
        if any(cell.ground == BLACK for cell in line)
    )
    pairs = [list(zip(line[first % 2 :: 2], line[first % 2 + 1 :: 2], strict=False)) for line in lines]
    assert all(left.ground == right.ground for line in pairs for left, right in line)
    return tuple(tuple(left.ground == BLACK for left, _ in line) for line in pairs)


def decoded(picture: Image.Image) -> set[str]:
    """Return what two decoders of different families read; both must agree on one code."""
    [found] = zxingcpp.read_barcodes(picture)
    text, *_ = cv2.QRCodeDetectorAruco().detectAndDecode(numpy.asarray(picture.convert("L")))
    return {found.text, text}


@dataclass
class Look:
    """One request on screens of many sizes: at each there is all of its QR code, or none of it."""

    person: Person
    shown: Begun | Released
    language: str = "en"
    room: tuple[int, int] | None = None
    """The size that the words name."""
    whole: set[tuple[int, int]] = field(default_factory=set)
    cut: set[tuple[int, int]] = field(default_factory=set)

    async def at(self, size: tuple[int, int], *, decode: bool = False) -> None:
        """Look at one size; the code may have taken the whole screen, which a key gives back."""
        person = self.person
        await person.resize(*size)
        seen = await self._settled()
        if seen:
            self.whole.add(size)
            url = self._url_of(seen, size)
            if decode:
                assert decoded(picture_of(person.app)) == {url}, size
        else:
            self.cut.add(size)
            self._read_words(size)
        if person.step == "CodeAlone":
            person.app.simulate_key("x")
            await person.pilot.pause(0)
            assert modules_on(person.app) == (), size

    async def _settled(self) -> Modules:
        """Wait until there is a code or words; a code that takes the whole screen opens one of its own."""
        for _ in range(_ROUNDS):
            await self.person.pilot.pause(0)
            seen = modules_on(self.person.app)
            if seen or self._words_fit():
                return seen
            # The words of the size before may still stand there.
            await asyncio.sleep(_LOOK)
        if self._words_begin in self.person.sees:
            return ()
        raise AssertionError(f"neither a code nor words: {self.person.sees}")

    def _words_fit(self) -> bool:
        """Whether words stand there that name more than the window has."""
        if self._words_begin not in self.person.sees:
            return False
        (columns, lines), size = self._named(), self.person.app.size
        return columns > size.width or lines > size.height

    @property
    def _words_begin(self) -> str:
        return TOO_SMALL[self.language].split("{}")[0]

    def _url_of(self, seen: Modules, size: tuple[int, int]) -> str:
        assert len({len(row) for row in seen}) == 1, f"not a rectangle at {size}"
        inner, margins = without_margins(seen)
        above, below, left, right = margins
        assert min(above, below) >= LEAST_MARGIN_ALONG, size
        assert min(left, right) >= LEAST_MARGIN_ACROSS, size
        for url in urls_of(self.shown):
            if inner in drawings_of(url):
                return url
        raise AssertionError(f"at {size} there is a part of a code")

    def _read_words(self, size: tuple[int, int]) -> None:
        named = self._named()
        assert self.room in (None, named), size
        self.room = named

    def _named(self) -> tuple[int, int]:
        before, between, after = TOO_SMALL[self.language].split("{}")
        start = self.person.sees.index(before) + len(before)
        columns, lines = self.person.sees[start:].partition(after)[0].split(between)
        return int(columns), int(lines)

    def judge(self) -> None:
        """Hold the size that was named against all that was seen."""
        columns, lines = self.room or (0, 0)
        assert all(width >= columns and height >= lines for width, height in self.whole)
        assert not any(width >= columns and height >= lines for width, height in self.cut)


def _is_of_code(cell: Cell) -> bool:
    return (cell.color, cell.ground) in ((BLACK, WHITE), (WHITE, BLACK))


def exchanged(seen: Modules) -> Modules:
    """Return the same with black and white exchanged."""
    return tuple(tuple(not module for module in row) for row in seen)


def without_margins(seen: Modules) -> tuple[Modules, tuple[int, int, int, int]]:
    rows = [place for place, row in enumerate(seen) if any(row)]
    columns = [place for place in range(len(seen[0])) if any(row[place] for row in seen)]
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    inner = tuple(row[left:right] for row in seen[top:bottom])
    return inner, (top, len(seen) - bottom, left, len(seen[0]) - right)

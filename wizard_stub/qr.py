"""The QR code of a scan address, for a terminal, as PNG and as SVG."""

from __future__ import annotations

import io
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from itertools import groupby
from math import ceil
from typing import NamedTuple, TextIO

import segno

# 37 modules: with its margin it is 45 columns by 23 lines, which fits an 80 by 24 terminal.
_LARGEST_COMFORTABLE_VERSION = 5
_QUIET_ZONE = 4
# Four modules is the rule; three above and below leave a terminal of 24 lines its two bars, and are read.
TIGHT = 3
WIDE = _QUIET_ZONE
_PIXELS_PER_MODULE = 8
# Black on white whatever the colors of the terminal are: many phones do not read an inverted code. First for
# eight colors, then for 256: GNU screen 4 reads 24-bit colors as something else, and what knows neither
# ignores it.
BLACK_ON_WHITE = "30;47;38;5;16;48;5;231"
_WHITE, _BLACK, _RESET = "\x1b[47;48;5;231m", "\x1b[40;48;5;16m", "\x1b[0m"
_HALF_BLOCKS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
# As many as one request has addresses, in both corrections.
_REMEMBERED = 64


class Drawing(Enum):
    """How modules are drawn, with the columns and lines of one."""

    BLOCKS = (1, 0.5)
    """Half-block characters: small, but lines that do not touch or a font without them break the code."""
    SPACES = (2, 1)
    """Only the color of the ground, no characters: twice as large each way, and nothing can break it."""

    @property
    def characters(self) -> str:
        """The characters that a terminal must be able to write."""
        return "".join(_HALF_BLOCKS.values()) if self is Drawing.BLOCKS else " "


class Room(NamedTuple):
    """What a terminal has or a code needs, in characters."""

    columns: int
    lines: int

    def holds(self, other: Room) -> bool:
        """Return whether something that needs another room is whole in this one."""
        return self.columns >= other.columns and self.lines >= other.lines


@dataclass(frozen=True)
class ScanCode:
    """A QR code, ready to be shown or saved."""

    symbol: segno.QRCode
    url: str = field(repr=False)

    @classmethod
    def of(cls, url: str) -> ScanCode:
        """Return the code of an address, at error correction M while that keeps it small, otherwise at L."""
        small = _version(url, "m") <= _LARGEST_COMFORTABLE_VERSION
        return cls(_encode(url, "m" if small else "l"), url)

    @classmethod
    def within(
        cls,
        room: Room,
        urls: Sequence[str],
        *,
        margin: int = _QUIET_ZONE,
        drawing: Drawing = Drawing.BLOCKS,
    ) -> ScanCode | None:
        """Return the code of the first of ever shorter addresses that is whole in a room, None if none is."""

        def fits(url: str) -> bool:
            return room.holds(_needs(_version(url, "l"), margin, drawing))

        place = bisect_left(urls, True, key=fits)
        if place == len(urls):
            return None
        best = cls.of(urls[place])
        if room.holds(best.needs(margin, drawing)):
            return best
        return cls(_encode(urls[place], "l"), urls[place])

    def needs(self, margin: int = _QUIET_ZONE, drawing: Drawing = Drawing.BLOCKS) -> Room:
        """Return the room for the code with its margins, of which those above and below may be smaller."""
        return _needs(self.version, margin, drawing)

    @property
    def version(self) -> int:
        """Return the QR version, 1 to 40."""
        return int(self.symbol.version)

    @property
    def error_correction(self) -> str:
        """Return the error correction level, M or L."""
        return str(self.symbol.error)

    def terminal(self, drawing: Drawing = Drawing.BLOCKS) -> str:
        """Return the code with colors, line by line."""
        if drawing is Drawing.BLOCKS:
            return "".join(f"\x1b[{BLACK_ON_WHITE}m{line}{_RESET}\n" for line in self.half_blocks())
        return "".join(f"{_in_colors(row)}{_RESET}\n" for row in self.modules())

    def modules(self, margin: int = _QUIET_ZONE) -> list[list[bool]]:
        """Return the rows of modules, True for black, with this many of margin above and below."""
        rows = [[bool(module) for module in row] for row in self.symbol.matrix_iter(border=_QUIET_ZONE)]
        cut = _QUIET_ZONE - margin
        return rows[cut : len(rows) - cut]

    def half_blocks(self, margin: int = _QUIET_ZONE) -> list[str]:
        """Return the lines of the code without colors, with this many modules of margin above and below."""
        rows = self.modules(margin)
        if len(rows) % 2:
            rows.append([False] * len(rows[0]))
        return [
            "".join(_HALF_BLOCKS[pair] for pair in zip(upper, lower, strict=True))
            for upper, lower in zip(rows[::2], rows[1::2], strict=True)
        ]

    def png(self) -> bytes:
        """Return the code as a PNG picture."""
        picture = io.BytesIO()
        self.symbol.save(picture, kind="png", scale=_PIXELS_PER_MODULE, border=_QUIET_ZONE)
        return picture.getvalue()

    def svg(self) -> bytes:
        """Return the code as an SVG picture with its own white ground."""
        picture = io.BytesIO()
        self.symbol.save(picture, kind="svg", scale=_PIXELS_PER_MODULE, border=_QUIET_ZONE, light="white")
        return picture.getvalue()


def least_room(urls: Sequence[str], *, margin: int = _QUIET_ZONE, drawing: Drawing = Drawing.BLOCKS) -> Room:
    """Return the smallest room in which one of ever shorter addresses is whole."""
    return _needs(_version(urls[-1], "l"), margin, drawing)


def comfortable(urls: tuple[str, ...]) -> tuple[str, ...]:
    """Return of ever shorter addresses those whose code a terminal holds, or else the smallest ones."""
    most = max(_version(urls[-1], "l"), _LARGEST_COMFORTABLE_VERSION)
    return urls[bisect_left(urls, True, key=lambda url: _version(url, "l") <= most) :]


def _needs(version: int, margin: int, drawing: Drawing) -> Room:
    modules = 17 + 4 * version
    columns, lines = drawing.value
    return Room(int((modules + 2 * _QUIET_ZONE) * columns), ceil((modules + 2 * margin) * lines))


def _in_colors(row: Sequence[bool]) -> str:
    columns = int(Drawing.SPACES.value[0])
    return "".join(
        (_BLACK if black else _WHITE) + " " * columns * len(list(same)) for black, same in groupby(row)
    )


@lru_cache(maxsize=_REMEMBERED)
def _version(url: str, error_correction: str) -> int:
    # Searching for the best of eight masks would take most of the time, and the size does not depend on it.
    return int(_encode(url, error_correction, mask=0).version)


def _encode(url: str, error_correction: str, mask: int | None = None) -> segno.QRCode:
    # One "#" would turn the whole code to byte mode, half as large again: segno never splits by itself.
    address, mark, token = url.partition("#")
    return segno.make_qr(
        [part for part in (address, mark, token) if part],  # type: ignore[arg-type]  # segments are documented
        error=error_correction,
        mask=mask,
        boost_error=False,
    )


def writes(stream: TextIO, characters: str) -> bool:
    """Return whether a stream's encoding has some characters."""
    try:
        characters.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True

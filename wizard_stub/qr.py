"""The QR code of a scan address, for a terminal, as PNG and as SVG."""

from __future__ import annotations

import io
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import segno

# 37 modules: with its margin it is 45 columns by 23 lines, which fits an 80 by 24 terminal.
_LARGEST_COMFORTABLE_VERSION = 5
_QUIET_ZONE = 4
# Four modules is the rule; three above and below leave a terminal of 24 lines its two bars, and are read.
TIGHT = 3
_PIXELS_PER_MODULE = 8
# Black on white whatever the colors of the terminal are: many phones do not read an inverted code.
_BLACK_ON_WHITE = "\x1b[38;2;0;0;0;48;2;255;255;255m"
_RESET = "\x1b[0m"
_HALF_BLOCKS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
# As many as one request has addresses, in both corrections.
_REMEMBERED = 64


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
    def within(cls, room: Room, urls: Sequence[str], *, margin: int = _QUIET_ZONE) -> ScanCode | None:
        """Return the code of the first of ever shorter addresses that is whole in a room, None if none is."""

        def fits(url: str) -> bool:
            return room.holds(_needs(_version(url, "l"), margin))

        place = bisect_left(urls, True, key=fits)
        if place == len(urls):
            return None
        best = cls.of(urls[place])
        return best if room.holds(best.needs(margin)) else cls(_encode(urls[place], "l"), urls[place])

    def needs(self, margin: int = _QUIET_ZONE) -> Room:
        """Return the room for the code with its margins, of which those above and below may be smaller."""
        return _needs(self.version, margin)

    @property
    def version(self) -> int:
        """Return the QR version, 1 to 40."""
        return int(self.symbol.version)

    @property
    def error_correction(self) -> str:
        """Return the error correction level, M or L."""
        return str(self.symbol.error)

    def terminal(self) -> str:
        """Return the code as half-block characters with colors, two rows of modules a line."""
        return "".join(f"{_BLACK_ON_WHITE}{line}{_RESET}\n" for line in self.half_blocks())

    def half_blocks(self, margin: int = _QUIET_ZONE) -> list[str]:
        """Return the lines of the code without colors, with this many modules of margin above and below."""
        rows = [[bool(module) for module in row] for row in self.symbol.matrix_iter(border=_QUIET_ZONE)]
        cut = _QUIET_ZONE - margin
        rows = rows[cut : len(rows) - cut]
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


def least_room(urls: Sequence[str], *, margin: int = _QUIET_ZONE) -> Room:
    """Return the smallest room in which one of ever shorter addresses is whole."""
    return _needs(_version(urls[-1], "l"), margin)


def comfortable(urls: tuple[str, ...]) -> tuple[str, ...]:
    """Return of ever shorter addresses those whose code a terminal holds, or else the smallest ones."""
    most = max(_version(urls[-1], "l"), _LARGEST_COMFORTABLE_VERSION)
    return urls[bisect_left(urls, True, key=lambda url: _version(url, "l") <= most) :]


def _needs(version: int, margin: int) -> Room:
    modules = 17 + 4 * version
    return Room(modules + 2 * _QUIET_ZONE, -(-(modules + 2 * margin) // 2))


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

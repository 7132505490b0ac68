"""Activations as stacked bars, in the units of an SVG picture: one picture for a desk, one for a phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from keyferry.server.core.licensing.figures import DAYS, MONTHS, WEEK, Counts, Figures
from keyferry.server.web.languages import day as in_words
from keyferry.server.web.languages import gettext as _
from keyferry.server.web.languages import number, said
from keyferry.server.words.wording import CHANNELS

# What stands below the bars and beside them, and how much room it takes.
_BELOW, _ABOVE, _BESIDE, _DIGIT = 24, 8, 26, 6.5
_SHARE, _WIDEST = 0.62, 40
_MOST_LINES = 4
_WIDE, _NARROW = (640, 226), (326, 190)
# On a desk the picture has its drawn height beside that many rows; each further one is that high.
_ROWS, _ROW, _MOST_ROWS = 6, 41, 10
# Labels of two columns that are nearer would touch.
_LABEL = {"day": 66, "month": 30}


class Range(StrEnum):
    """How much of the past a chart shows."""

    WEEK = "7d"
    DAYS = "30d"
    YEAR = "12mo"


@dataclass(frozen=True)
class Column:
    """A day or a month: its names below the bars and by itself, its activations by series, and in words."""

    short: str
    name: str
    counts: list[int]
    told: str

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts)


@dataclass(frozen=True)
class Series:
    """A channel: its number among the colors, its name, and its activations in all columns."""

    color: int
    name: str
    total: int


@dataclass(frozen=True)
class Block:
    """What one series has in a column; y counts from the top."""

    color: int
    y: float
    height: float


@dataclass(frozen=True)
class Bar:
    """The place of a column, and the blocks in it."""

    x: float
    room: float
    left: float
    width: float
    blocks: list[Block]

    @property
    def middle(self) -> float:
        """Where its label stands."""
        return round(self.x + self.room / 2, 1)


@dataclass(frozen=True)
class Picture:
    """The picture at one width: lines with what they count, bars, and which of them have a label."""

    width: int
    height: int
    left: float
    top: int
    bottom: int
    lines: list[tuple[int, float]]
    bars: list[Bar]
    labeled: list[int]


@dataclass(frozen=True)
class Chart:
    """All columns and series that occur, and how they look on a desk and on a phone."""

    columns: list[Column]
    series: list[Series]
    total: int
    wide: Picture
    narrow: Picture


def chart_of(
    figures: Figures, range: Range, product: int | None, today: date, *, beside: int = _ROWS
) -> Chart:
    """Return the chart of a range, of one product or all, as high as so many rows `beside` it.

    Without any activation its top is 1.
    """
    is_year = range is Range.YEAR
    size = {Range.WEEK: WEEK, Range.DAYS: DAYS, Range.YEAR: MONTHS}[range]
    by_channel = _by_channel(figures.months if is_year else figures.days, product, size)
    named = _months(figures.day) if is_year else _days(figures.day, size, today)
    series = [
        Series(color, said(CHANNELS[channel]), sum(by_channel[channel]))
        for color, channel in enumerate(CHANNELS, 1)
        if channel in by_channel
    ]
    columns = [
        _column(short, name, [counts[place] for counts in by_channel.values()], series)
        for place, (short, name) in enumerate(named)
    ]
    apart = _LABEL["month" if is_year else "day"]
    width, height = _WIDE
    tall = (width, height + _ROW * max(0, min(beside, _MOST_ROWS) - _ROWS))
    wide, narrow = (_picture(columns, series, *size, apart) for size in (tall, _NARROW))
    return Chart(columns, series, sum(column.total for column in columns), wide, narrow)


def _column(short: str, name: str, counts: list[int], series: Sequence[Series]) -> Column:
    parts = ", ".join(f"{one.name} {number(count)}" for one, count in zip(series, counts, strict=True))
    total = sum(counts)
    return Column(short, name, counts, f"{name}: {number(total)} ({parts})" if total else f"{name}: 0")


def _by_channel(counts: Counts, product: int | None, size: int) -> Mapping[str, list[int]]:
    """Return the last counts of each channel that has any, in the order of the channels."""
    chosen = [by for number, by in counts.items() if product in (None, number)]
    added = {
        channel: [sum(by[channel][place - size] for by in chosen if channel in by) for place in range(size)]
        for channel in CHANNELS
    }
    return {channel: counts for channel, counts in added.items() if any(counts)}


def _days(last: date, size: int, today: date) -> list[tuple[str, str]]:
    days = [last - timedelta(days=size - 1 - place) for place in range(size)]
    return [(_("today") if day == today else in_words(day, "MMMd"), in_words(day, "MMMEd")) for day in days]


def _months(last: date) -> list[tuple[str, str]]:
    places = [last.year * 12 + last.month - MONTHS + place for place in range(MONTHS)]
    months = [date(place // 12, place % 12 + 1, 1) for place in places]
    return [(in_words(month, "LLL"), in_words(month, "yMMMM")) for month in months]


def _picture(
    columns: Sequence[Column], series: Sequence[Series], width: int, height: int, apart: int
) -> Picture:
    step, top = _scale(max(column.total for column in columns))
    left = _BESIDE + max(0, len(number(top)) - 2) * _DIGIT
    bottom = height - _BELOW
    unit, room = (bottom - _ABOVE) / top, (width - left) / len(columns)
    bars = [
        _bar(column, series, left + place * room, room, unit, bottom) for place, column in enumerate(columns)
    ]
    lines = [(value, round(bottom - value * unit, 2)) for value in range(0, top + 1, step)]
    return Picture(width, height, left, _ABOVE, bottom, lines, bars, _labeled(len(columns), room, apart))


def _scale(most: int) -> tuple[int, int]:
    """Return how far lines are apart, which is a number people count in, and the value of the last one."""
    step = 1
    while most > step * _MOST_LINES:
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    return step, max(1, -(-most // step)) * step


def _bar(column: Column, series: Sequence[Series], x: float, room: float, unit: float, bottom: float) -> Bar:
    width = min(room * _SHARE, _WIDEST)
    blocks, y = [], float(bottom)
    for one, count in zip(series, column.counts, strict=True):
        if count:
            y -= count * unit
            # A line of the ground between two of them; even a single one is seen.
            blocks.append(Block(one.color, round(y, 1), round(max(count * unit - 1, 0.75), 1)))
    return Bar(round(x, 1), round(room, 1), round(x + (room - width) / 2, 1), round(width, 1), blocks)


def _labeled(count: int, room: float, apart: int) -> list[int]:
    """Return the columns that have a label: the last, and as many before as don't touch."""
    step = next(step for step in (1, 2, 3, 7, 10, 30) if step * room >= apart)
    if step == 1:
        return list(range(count))
    return [place for place in range(0, count - 1, step) if (count - 1 - place) * room >= apart] + [count - 1]

"""Activations as stacked bars, one for each day, in the units of an SVG picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from keyferry.server.core.licensing.figures import Day
from keyferry.server.web.languages import said
from keyferry.server.words.wording import CHANNELS

WIDTH, HEIGHT = 600, 120
_GAP = 4


@dataclass(frozen=True)
class Block:
    """The activations of one day on one channel; y counts from the top."""

    channel: str
    y: float
    height: float


@dataclass(frozen=True)
class Bar:
    """One day: where its bar stands, of what it is made, and its text."""

    x: float
    width: float
    blocks: list[Block]
    day: date
    text: str


@dataclass(frozen=True)
class Chart:
    """All bars, the value at the top of the picture, and the channels that occur."""

    bars: list[Bar]
    top: int
    channels: list[str]
    total: int


def chart_of(days: Sequence[Day]) -> Chart:
    """Return the picture of these days; without any activation it is empty, and its top is 1."""
    top = max([1, *(day.total for day in days)])
    step = WIDTH / len(days)
    bars = [_bar(day, number * step + _GAP / 2, step - _GAP, top) for number, day in enumerate(days)]
    channels = [channel for channel in CHANNELS if any(channel in day.by_channel for day in days)]
    return Chart(bars, top, channels, sum(day.total for day in days))


def _bar(day: Day, x: float, width: float, top: int) -> Bar:
    blocks, y = [], float(HEIGHT)
    for channel in CHANNELS:
        height = round(HEIGHT * day.by_channel.get(channel, 0) / top, 2)
        if height:
            y = round(y - height, 2)
            blocks.append(Block(channel, y, height))
    parts = ", ".join(
        f"{said(name)} {day.by_channel[channel]}"
        for channel, name in CHANNELS.items()
        if channel in day.by_channel
    )
    text = f"{day.day:%b %-d}: {day.total}" + (f" ({parts})" if parts else "")
    return Bar(round(x, 2), round(width, 2), blocks, day.day, text)

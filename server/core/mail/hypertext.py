"""A mail in HTML, in the vendor's dress: name, logo and color as they are when it is sent.

Mail programs load nothing from elsewhere, or ask first: the logo comes along, and is the only picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel import Locale
from jinja2 import Environment, FileSystemLoader

from keyferry.server.core.brand.colors import palette
from keyferry.server.core.mail.letters import Block
from keyferry.server.core.mail.mails import Mail

LOGO = "logo"
"""The Content-ID of the logo."""

_HEIGHT, _MOST_WIDTH = 28, 140
_RUNS = re.compile("([0-9]+)")
# Those of the phone page and of Self Help: see the tokens of house.css.
_ACCENT, _ON_ACCENT = ("#1a56c4", "#82b1ff"), ("#ffffff", "#08192f")
_DIGIT, _INK = ("#a8186b", "#ff9bd0"), ("#141b26", "#edf1f6")


@dataclass(frozen=True)
class Letterhead:
    """How the vendor looks in a mail, "" or empty for what nobody has set; `logo` is a PNG."""

    name: str = ""
    color: str = ""
    logo: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class _Shade:
    """A color on light and on dark pages."""

    light: str
    dark: str


@dataclass(frozen=True)
class _Picture:
    """The logo as the page names it; `width` and `height` are pixels."""

    id: str
    width: int
    height: int


def page(mail: Mail, letterhead: Letterhead) -> str:
    """Return a mail's blocks as an HTML document."""
    accent, on_accent, digit = _ACCENT, _ON_ACCENT, _DIGIT
    if letterhead.color:
        themes = palette(letterhead.color)
        accent = themes.light.accent, themes.dark.accent
        on_accent = themes.light.on_accent, themes.dark.on_accent
        digit = _INK if themes.is_near_digits else _DIGIT
    return _LETTER.render(
        subject=mail.subject,
        language=mail.language,
        direction=Locale.parse(mail.language).text_direction,
        preview=_preview(mail.blocks),
        blocks=mail.blocks,
        name=letterhead.name,
        logo=_picture(letterhead.logo),
        accent=_Shade(*accent),
        on_accent=_Shade(*on_accent),
        digit=_Shade(*digit),
    )


def _preview(blocks: tuple[Block, ...]) -> str:
    """Return what a list of mails shows beside the subject: the first sentence that is not the heading."""
    said = (block for block in blocks if block.kind in ("lead", "text"))
    return "".join(part.text for part in next(said, Block("text", ())).parts)


def _picture(png: bytes) -> _Picture | None:
    if not png:
        return None
    # The first chunk of a PNG begins with both.
    width, height = (int.from_bytes(png[start : start + 4], "big") for start in (16, 20))
    scale = min(_HEIGHT / height, _MOST_WIDTH / width)
    return _Picture(LOGO, max(1, round(width * scale)), max(1, round(height * scale)))


def _runs(code: str) -> Iterator[tuple[str, bool]]:
    """Yield the runs of a code with whether they are digits."""
    return ((run, run.isdigit()) for run in _RUNS.split(code) if run)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["runs"] = _runs
    return environment


_LETTER = _environment().get_template("letter.html")

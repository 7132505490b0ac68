"""Paints the screen of a Textual application as a picture, cell by cell, as a terminal does.

A browser would paint Textual's SVG with hair-thin gaps between the cells, and a QR code with gaps is not what
a person sees. Blocks are filled here to the last pixel.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont
from rich.cells import cell_len
from rich.color import Color
from rich.style import Style
from textual.app import App

# At this size a character of this font is 12.04 pixels wide: boxes close without gaps.
FONT_SIZE = 20
CELL_WIDTH, CELL_HEIGHT = 12, 24
_FONTS = Path("/usr/share/fonts/truetype/dejavu")
_FACES = {False: "DejaVuSansMono.ttf", True: "DejaVuSansMono-Bold.ttf"}
_UPPER, _LOWER = {"█", "▀"}, {"█", "▄"}
# Which of the four sides a line goes to, and whether it is double.
_SIDES = {
    "┌": "de", "┐": "dw", "└": "ue", "┘": "uw", "─": "we", "│": "ud",
    "╔": "de=", "╗": "dw=", "╚": "ue=", "╝": "uw=", "═": "we=", "║": "ud=",
}  # fmt: skip
_LINES = {sign: tuple(side in sides for side in "udwe=") for sign, sides in _SIDES.items()}
_GROUNDS = {True: ((0xE6, 0xE6, 0xE6), (0x12, 0x12, 0x12)), False: ((0x10, 0x10, 0x10), (0xFF, 0xFF, 0xFF))}
_DIM = 0.6

Rgb = tuple[int, int, int]


class Cell(NamedTuple):
    """One character as a terminal shows it."""

    character: str
    color: Rgb
    ground: Rgb
    bold: bool
    underlined: bool


def cells_of(app: App[None]) -> list[list[Cell]]:
    """Return what is on the screen now, line by line."""
    usual = _GROUNDS[app.current_theme.dark]
    lines = []
    for strip in app.screen._compositor.render_strips():
        line: list[Cell] = []
        for segment in strip:
            for character in segment.text:
                # A character of some scripts takes two cells, a mark above another takes none.
                cell = _cell(character, segment.style or Style.null(), usual)
                line += [cell, cell._replace(character="")][: cell_len(character)]
        lines.append(line)
    return lines


def picture_of(app: App[None]) -> Image.Image:
    """Paint what is on the screen now."""
    cells = cells_of(app)
    size = (CELL_WIDTH * max(map(len, cells)), CELL_HEIGHT * len(cells))
    picture = Image.new("RGB", size)
    drawing = ImageDraw.Draw(picture)
    for row, line in enumerate(cells):
        for column, cell in enumerate(line):
            _paint(drawing, column * CELL_WIDTH, row * CELL_HEIGHT, cell)
    return picture


def _paint(drawing: ImageDraw.ImageDraw, left: int, top: int, cell: Cell) -> None:
    middle, right, bottom = top + CELL_HEIGHT // 2, left + CELL_WIDTH - 1, top + CELL_HEIGHT - 1
    drawing.rectangle((left, top, right, bottom), fill=cell.ground)
    if cell.character in _UPPER | _LOWER:
        if cell.character in _UPPER:
            drawing.rectangle((left, top, right, middle - 1), fill=cell.color)
        if cell.character in _LOWER:
            drawing.rectangle((left, middle, right, bottom), fill=cell.color)
    elif cell.character in _LINES:
        _paint_lines(drawing, (left, top, right, bottom), cell)
    elif cell.character.strip():
        drawing.text((left, top), cell.character, font=_font(cell.bold), fill=cell.color)
    if cell.underlined:
        drawing.line((left, bottom - 2, right, bottom - 2), fill=cell.color)


def _paint_lines(drawing: ImageDraw.ImageDraw, box: tuple[int, int, int, int], cell: Cell) -> None:
    """Paint the lines of a box without gaps, as terminals do themselves."""
    left, top, right, bottom = box
    middle, center = (left + right) // 2, (top + bottom) // 2
    up, down, west, east, is_double = _LINES[cell.character]
    width = 2 if cell.bold else 1
    for off in (-2, 2) if is_double else (0,):
        # The outer line of a double corner goes further than the inner one.
        bend = off if (down and east) or (up and west) else -off
        x, y = middle + off, center + bend if (up or down) and (west or east) else center + off
        if up:
            drawing.line((x, top, x, y), fill=cell.color, width=width)
        if down:
            drawing.line((x, y, x, bottom), fill=cell.color, width=width)
        if west:
            drawing.line((left, y, x if up or down else right, y), fill=cell.color, width=width)
        if east:
            drawing.line((x if up or down else left, y, right, y), fill=cell.color, width=width)


@cache
def _font(bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FONTS / _FACES[bold], FONT_SIZE)


def _cell(character: str, style: Style, usual: tuple[Rgb, Rgb]) -> Cell:
    color, ground = _rgb(style.color, usual[0]), _rgb(style.bgcolor, usual[1])
    if style.reverse:
        color, ground = ground, color
    if style.dim:
        color = _blend(color, ground)
    return Cell(character, color, ground, bool(style.bold), bool(style.underline))


def _rgb(color: Color | None, usual: Rgb) -> Rgb:
    if color is None or color.is_default:
        return usual
    red, green, blue = color.get_truecolor()
    return red, green, blue


def _blend(color: Rgb, ground: Rgb) -> Rgb:
    red, green, blue = (
        round(_DIM * mine + (1 - _DIM) * behind) for mine, behind in zip(color, ground, strict=True)
    )
    return red, green, blue

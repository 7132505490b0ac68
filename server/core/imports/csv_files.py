"""CSV as spreadsheets write it: in UTF-8, UTF-16 or Windows-1252, with commas, semicolons or tabs."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from keyferry.server.core.errors import Malformed

MAX_BYTES = 10_000_000
"""How large a file is at most."""
MOST_ROWS = 100_000
"""How many rows a file has at most, as many as licenses can be issued at once."""

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DELIMITERS = ",;\t|"
_SEPARATOR_LINE = re.compile(r"\ufeff?sep=(.)\r?\n?", re.IGNORECASE)
_MOST_COLUMNS = 100
# How workbooks begin: those of today, which are ZIP files, and those of Excel 97.
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
# What our own tables put before a cell that a spreadsheet would take for a formula.
_QUOTED_FORMULA = re.compile(r"'(?=[=+\-@\t\r\n])")


@dataclass(frozen=True)
class Line:
    """A row of a file: the number of the line that it begins on, as an editor counts, and its cells."""

    number: int
    cells: Sequence[str]


@dataclass(frozen=True)
class CsvFile:
    """The head of a file and its rows, without those that are empty."""

    head: Sequence[str]
    lines: Sequence[Line]


def read(content: bytes) -> CsvFile:
    """Return what is in a file. Raises Malformed (csv_too_large, malformed_csv, too_many_rows)."""
    if len(content) > MAX_BYTES:
        raise too_large()
    if not content.strip():
        raise Malformed("Choose a CSV file with at least one row below its header.", code="malformed_csv")
    if content.startswith(_WORKBOOKS):
        raise Malformed(
            "This is a workbook. In your spreadsheet, save it as CSV, and choose that file.",
            code="malformed_csv",
        )
    lines = _lines(_text(content))
    if len(lines) < 2:
        raise Malformed(
            "This file has no row below its header. Add rows, and try again.", code="malformed_csv"
        )
    head, rows = lines[0].cells, lines[1:]
    if len(head) > _MOST_COLUMNS:
        raise Malformed(
            "This file has more than {most} columns. Remove those that aren’t needed, and try again.",
            code="malformed_csv",
            most=_MOST_COLUMNS,
        )
    if len(rows) > MOST_ROWS:
        raise Malformed(
            "This file has more than {most:,} rows. Split it, and import the parts.",
            code="too_many_rows",
            most=MOST_ROWS,
        )
    return CsvFile(head, rows)


def too_large() -> Malformed:
    """Return the refusal of a file that has too many bytes."""
    return Malformed(
        "This file is larger than {most} MB. Split it, and import the parts.",
        code="csv_too_large",
        most=MAX_BYTES // 1_000_000,
    )


def _text(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decoded(content[len(mark) :], encoding)
    # Without a mark, ASCII in UTF-16 has a zero in each second byte.
    zeros = [content[start : start + 1000 : 2].count(0) for start in (0, 1)]
    if max(zeros) > len(content[:1000]) // 4:
        return _decoded(content, "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le")
    try:
        return _checked(content.decode())
    except UnicodeDecodeError:
        # What Excel writes as plain “CSV” on most machines in Europe and America.
        return _decoded(content, "windows-1252")


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return _checked(content.decode(encoding))
    except UnicodeDecodeError:
        raise Malformed(
            "This file’s characters can’t be read. Save it as “CSV UTF-8”, and choose the new file.",
            code="malformed_csv",
        ) from None


def _checked(text: str) -> str:
    if "\0" in text:
        raise Malformed("This file isn’t CSV. Export it as CSV, and try again.", code="malformed_csv")
    return text


def _lines(text: str) -> list[Line]:
    separator, skipped = _SEPARATOR_LINE.match(text), 0
    if separator:
        text, skipped = text[separator.end() :], 1
    delimiter = separator[1] if separator else _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines, begins = [], 1 + skipped
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append(Line(begins, _without_empty_end([*map(_cell, cells)])))
            begins = reader.line_num + 1 + skipped
    except csv.Error:
        raise Malformed(
            "Line {line} can’t be read: a quotation mark is missing or in the wrong place. Correct it, and "
            "try again.",
            code="malformed_csv",
            line=begins,
        ) from None
    return lines


def _without_empty_end(cells: list[str]) -> list[str]:
    """Return cells up to the last that says something: spreadsheets write all columns that were ever used."""
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _cell(text: str) -> str:
    # Spaces that don't break lines come along from web pages.
    trimmed = text.replace("\u00a0", " ").strip()
    return trimmed[1:] if _QUOTED_FORMULA.match(trimmed) else trimmed


def _delimiter(text: str) -> str:
    """Return what parts the cells of the header: what is in it most often."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=head.count)

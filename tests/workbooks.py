"""Reading the workbooks that staff download, without what wrote them."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from xml.etree import ElementTree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
# Day 0 of Excel, whose 1900 has a 29th of February.
_EPOCH = date(1899, 12, 30)


def rows_of(workbook: bytes) -> list[list[str]]:
    """Each row as texts; a date as Excel shows it, a cell that is left out as ""."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        sheet = ElementTree.fromstring(parts.read("xl/worksheets/sheet1.xml"))
    assert sheet.find(f".//{_MAIN}f") is None, "a cell is a formula"
    rows = [
        {cell.attrib["r"].rstrip("0123456789"): _text(cell) for cell in row}
        for row in sheet.iter(f"{_MAIN}row")
    ]
    return [[row.get(column, "") for column in rows[0]] for row in rows]


def table_of(workbook: bytes) -> list[dict[str, str]]:
    """Each row by the names in the first one."""
    head, *rows = rows_of(workbook)
    return [dict(zip(head, row, strict=True)) for row in rows]


def _text(cell: ElementTree.Element) -> str:
    if cell.attrib.get("t") == "inlineStr":
        return "".join(cell.itertext())
    number = cell.findtext(f"{_MAIN}v") or ""
    return str(_EPOCH + timedelta(int(number))) if cell.attrib.get("s", "0") != "0" else number

"""Handing a computer key over: by mail, or in a file that its owner alone reads, and that replaces none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.widgets import Static

from keyferry.server.faces.console.access import Access
from keyferry.server.faces.console.asking import Operations
from keyferry.server.faces.console.screens.dialog import Dialog
from keyferry.server.faces.console.tables import Table
from keyferry.server.faces.console.views import KeyGiven
from keyferry.server.faces.console.widgets.fields import Field, line
from keyferry.server.new_file import FileRefused, file_in_place, new_file
from keyferry.server.services.requests import Typed


class MailKeyDialog(Dialog[KeyGiven]):
    """Answers with the key and the address that it was sent to."""

    TITLE_TEXT: ClassVar[str] = "Email the key to the customer"
    OK_TEXT: ClassVar[str] = "Send"
    ACTS: ClassVar[Operations] = {"ok": Access.mail_key}

    def __init__(self, given: KeyGiven) -> None:
        super().__init__()
        self._given = given

    def form(self) -> ComposeResult:
        """Ask for the address."""
        text = "The email contains the key, how to type it, and the license file."
        if self._given.mailed_to:
            text = f"An email to {self._given.mailed_to} was already requested. {text}"
        yield Static(text, classes="text", markup=False)
        address = self._given.mailed_to or self._given.key.license.customer or ""
        yield Field("Customer email", line(address, hint="ada@example.com", most=254), id="email")

    @work
    async def action_ok(self) -> None:
        """Send it."""
        license, activation = self._given.key.license, self._given.key.activation
        typed = Typed(license.activation_key, activation.computer_id, activation.computer_name or "")
        await self.answer_with(Access.mail_key, typed, self.typed("email"))


class SaveTableDialog(Dialog[Path]):
    """Answers with the path that a table was saved to."""

    TITLE_TEXT: ClassVar[str] = "Save as a table"
    OK_TEXT: ClassVar[str] = "Save"
    FIELDS: ClassVar[Mapping[str, str]] = {"file_exists": "path", "file_not_writable": "path"}
    ACTS: ClassVar[Operations] = {"ok": None}

    def __init__(self, table: Table) -> None:
        super().__init__()
        self._table = table

    def form(self) -> ComposeResult:
        """Say how much it is, and ask where to."""
        count = len(self._table.rows)
        rows = f"{count:,} {'row' if count == 1 else 'rows'}"
        text = f"{rows}." if self._table.is_whole else f"The first {rows}; there are more."
        yield Static(f"{text} The file is saved on the machine where this console runs.", classes="text")
        yield Static("It’s CSV. For Excel, end its name with .xlsx.", classes="text")
        yield Field("Path", line(str(Path.cwd() / f"{self._table.name}.csv")), id="path")

    @work
    async def action_ok(self) -> None:
        """Save it."""
        await save_as(self, self._table.as_csv, as_workbook=self._table.as_workbook)


class SaveFileDialog(Dialog[Path]):
    """Answers with the path; the file was read with the key, so the server is not asked again."""

    TITLE_TEXT: ClassVar[str] = "Save license file"
    OK_TEXT: ClassVar[str] = "Save"
    FIELDS: ClassVar[Mapping[str, str]] = {"file_exists": "path", "file_not_writable": "path"}
    ACTS: ClassVar[Operations] = {"ok": None}

    def __init__(self, given: KeyGiven) -> None:
        super().__init__()
        self._given = given

    def form(self) -> ComposeResult:
        """Ask where to."""
        text = "The file is saved on the machine where this console runs."
        yield Static(text, classes="text", markup=False)
        yield Field("Path", line(str(suggested_path(self._given))), id="path")

    @work
    async def action_ok(self) -> None:
        """Save it."""
        await save_as(self, lambda: self._given.license_file)


async def save_as(
    dialog: Dialog[Path], written: Callable[[], str], *, as_workbook: Callable[[], bytes] | None = None
) -> None:
    """Save a text, or a workbook, to the path that stands in a dialog, and answer with it."""
    typed = dialog.typed("path").strip().strip("\"'")
    if not typed:
        dialog.wrong("path", "Type a path for the file.")
        return
    path = Path(typed).expanduser()
    try:
        if as_workbook is not None and path.suffix.lower() == ".xlsx":
            await dialog.console_app.in_background(save_workbook, path, as_workbook)
        else:
            await dialog.console_app.in_background(save, path, written)
    except FileRefused as refusal:
        dialog.refuse(refusal)
    else:
        dialog.dismiss(path)


def save(path: Path, written: Callable[[], str]) -> None:
    """Write the file; raises FileRefused (file_exists, file_not_writable)."""
    with new_file(path) as file:
        file.write(written())


def save_workbook(path: Path, written: Callable[[], bytes]) -> None:
    """Write the workbook; raises as `save`."""
    with file_in_place(path) as file:
        file.write_bytes(written())


def suggested_path(given: KeyGiven) -> Path:
    """Return where a license file may go: in the present folder."""
    return Path.cwd() / given.key.file_name

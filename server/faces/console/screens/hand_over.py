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
from keyferry.server.faces.console.views import KeyGiven, PublicKeyView, Written
from keyferry.server.faces.console.widgets.fields import Field, line
from keyferry.server.faces.console.wording import counted
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


class SaveDialog(Dialog[Path]):
    """Answers with the path that a text was saved to; it is written whole, or not at all."""

    OK_TEXT: ClassVar[str] = "Save"
    FIELDS: ClassVar[Mapping[str, str]] = {"file_exists": "path", "file_not_writable": "path"}
    ACTS: ClassVar[Operations] = {"ok": None}

    def __init__(
        self,
        name: str,
        written: Callable[[], str],
        about: str = "",
        *,
        as_workbook: Callable[[], bytes] | None = None,
    ) -> None:
        """Take the suggested name, what makes the text or a workbook, and what there is to know of it."""
        super().__init__()
        self._file_name, self._written, self._about = name, written, about
        self._as_workbook = as_workbook

    def form(self) -> ComposeResult:
        """Ask where to."""
        text = f"{self._about} The file is saved on the machine where this console runs.".strip()
        yield Static(text, classes="text", markup=False)
        yield Field("Path", line(str(Path.cwd() / self._file_name)), id="path")

    @work
    async def action_ok(self) -> None:
        """Save it."""
        await save_as(self, self._written, as_workbook=self._as_workbook)


class SaveTableDialog(SaveDialog):
    """Saves a table, and says how much it is."""

    TITLE_TEXT: ClassVar[str] = "Save as a table"

    def __init__(self, table: Table) -> None:
        rows = counted(len(table.rows), "row")
        many = f"{rows}." if table.is_whole else f"The first {rows}; there are more."
        about = f"{many} It’s CSV. For Excel, end its name with .xlsx."
        super().__init__(f"{table.name}.csv", table.as_csv, about, as_workbook=table.as_workbook)


class SaveFileDialog(SaveDialog):
    """Saves a license file, which was read with the key, so the server is not asked again."""

    TITLE_TEXT: ClassVar[str] = "Save license file"

    def __init__(self, given: KeyGiven) -> None:
        super().__init__(given.key.file_name, lambda: given.license_file)


class SaveDataDialog(SaveDialog):
    """Saves all that is stored about a customer."""

    TITLE_TEXT: ClassVar[str] = "Save all data of a customer"

    def __init__(self, data: Written) -> None:
        about = "All that is stored about the customer, as JSON. The audit keeps that you took it."
        super().__init__(data.name, lambda: data.file_text, about)


class SavePublicKeyDialog(SaveDialog):
    """Saves the public key of an epoch, for programs that check license files themselves."""

    TITLE_TEXT: ClassVar[str] = "Save the public key"

    def __init__(self, key: PublicKeyView, form: str) -> None:
        text = key.pem if form == "pem" else f"{key.jwk}\n"
        super().__init__(key.name_as(form), lambda: text, "It isn’t secret.")


class SaveProfileDialog(SaveDialog):
    """Saves what the vendor builds into the application."""

    TITLE_TEXT: ClassVar[str] = "Save the product’s profile"

    def __init__(self, profile: Written) -> None:
        about = "Build it into your application. It holds a secret: keep it out of public repositories."
        super().__init__(profile.name, lambda: profile.file_text, about)


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

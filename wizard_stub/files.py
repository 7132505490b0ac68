"""The files beside the terminal: QR pictures to write, profiles and license files to read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from keyferry.protocol.errors import MalformedProfile
from keyferry.protocol.license_text import text_of
from keyferry.protocol.profile import WizardProfile
from keyferry.wizard import pictures
from keyferry.wizard.errors import StorageUnavailable
from keyferry.wizard.qr import ScanCode

_LARGEST_FILE = 1024 * 1024
_AGAIN = "request, or show-code, shows the QR code again"


@dataclass(frozen=True)
class Pictures:
    """Where a QR code is to be written."""

    png: Path | None
    svg: Path | None

    def require_writable(self) -> None:
        """Raise StorageUnavailable (file_not_writable) before anything is done that cannot be undone."""
        for path in filter(None, (self.png, self.svg)):
            try:
                is_fit = not path.is_dir() and os.access(path if path.exists() else path.parent, os.W_OK)
            except OSError as error:
                raise _not_writable(path, error.strerror) from error
            if not is_fit:
                raise _not_writable(path, "it isn't a place for a file, or this account can't write there")

    def write(self, code: ScanCode) -> dict[str, str]:
        """Write the pictures, and return their names as an answer shows them.

        Raises StorageUnavailable (file_not_written): what the pictures are of was done all the same.
        """
        written = {}
        for kind, path, picture in (("png", self.png, code.png), ("svg", self.svg, code.svg)):
            if path is not None:
                try:
                    path.write_bytes(picture())
                except OSError as error:
                    message = (
                        f"{path} cannot be written: {error.strerror}. Everything else is done: {_AGAIN}."
                    )
                    raise StorageUnavailable(message, code="file_not_written") from error
                written[kind] = str(path)
        return written


def write_new_picture(path: Path, code: ScanCode) -> None:
    """Write a PNG picture to a file that is not there yet; raises StorageUnavailable."""
    picture = code.png()
    try:
        with path.open("xb") as file:
            _write_or_remove(file, picture, path)
    except FileExistsError as error:
        raise StorageUnavailable(
            f"{path} already exists. Choose another name.", code="file_exists"
        ) from error
    except (OSError, ValueError) as error:
        # A name can also be none at all, such as one with a zero byte.
        raise _not_writable(path, getattr(error, "strerror", None)) from error


def _write_or_remove(file: BinaryIO, content: bytes, path: Path) -> None:
    """Leave no partial file on a full disk."""
    try:
        file.write(content)
        file.flush()
    except OSError:
        path.unlink(missing_ok=True)
        raise


def read_profile(path: Path) -> WizardProfile:
    """Read a wizard profile; raises MalformedProfile."""
    try:
        return WizardProfile.from_json(_read(path))
    except OSError as error:
        raise MalformedProfile(f"The profile {path} cannot be read ({error.strerror}).") from error


def read_license_file(path: Path) -> str:
    """Return the text of a license file, or of the QR code in a picture.

    Raises StorageUnavailable (file_not_readable), and what `pictures.text_in` raises.
    """
    try:
        with path.open("rb") as file:
            content = file.read(pictures.LARGEST)
        return pictures.text_in(content) if pictures.is_picture(content) else text_of(content[:_LARGEST_FILE])
    except OSError as error:
        raise StorageUnavailable(
            f"{path} cannot be read ({error.strerror}). Use the .lic file that you downloaded.",
            code="file_not_readable",
        ) from error


def _read(path: Path) -> str:
    with path.open("rb") as file:
        # What is no text is refused by its reader.
        return text_of(file.read(_LARGEST_FILE))


def _not_writable(path: Path, reason: str | None) -> StorageUnavailable:
    why = reason or "it isn't a name that a file can have"
    return StorageUnavailable(f"{path} cannot be written: {why}.", code="file_not_writable")

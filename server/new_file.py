"""Files that a face writes for who asked: whole or not at all, and readable by their owner only."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from keyferry.protocol.sentences import CodedError


class FileRefused(CodedError):
    """There is a file of this name already, or the system lets none be written there."""


def _never(path: Path) -> bool:
    return False


@contextmanager
def new_file(path: Path, *, may_replace: Callable[[Path], bool] = _never) -> Iterator[TextIO]:
    """Yield what becomes a file of this name, mode 0600, when the block has succeeded.

    Raises FileRefused (file_exists, file_not_writable) before the block runs, so nothing is done in vain.
    """
    handle, temporary = _beside(path, may_replace)
    try:
        # In memory, so that what the system refuses inside the block is not told as a fault of this file.
        content = io.StringIO()
        yield content
        _write(handle, content.getvalue(), temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


@contextmanager
def file_in_place(path: Path, *, may_replace: Callable[[Path], bool] = _never) -> Iterator[Path]:
    """Yield an empty file, mode 0600, for others to fill; it becomes `path` when the block has succeeded.

    It is in a folder of its own beside `path`, which takes with it what the others leave there. Raises
    FileRefused (file_exists, file_not_writable), before the block runs if possible.
    """
    folder = _folder_beside(path, may_replace)
    try:
        filled = folder / path.name
        os.close(os.open(filled, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        yield filled
        _put_in_place(filled, path, may_replace)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _folder_beside(path: Path, may_replace: Callable[[Path], bool]) -> Path:
    try:
        _require_free(path, may_replace)
        return Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    except OSError as error:
        raise _not_writable(path, error) from None


def _put_in_place(filled: Path, path: Path, may_replace: Callable[[Path], bool]) -> None:
    try:
        _flush(filled)
        _require_free(path, may_replace)
        if os.path.lexists(path):
            os.replace(filled, path)
        else:
            _name_anew(filled, path)
        with suppress(OSError):
            # Where a file system flushes no folders, the file is there all the same.
            _flush(path.parent)
    except FileExistsError:
        raise _exists(path) from None
    except OSError as error:
        raise _not_writable(path, error) from None


def _name_anew(filled: Path, path: Path) -> None:
    try:
        # Unlike a renaming, this never replaces what was made there meanwhile.
        os.link(filled, path)
    except FileExistsError:
        raise
    except OSError:
        # A file system without links, as on a memory stick.
        os.rename(filled, path)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _require_free(path: Path, may_replace: Callable[[Path], bool]) -> None:
    # A link that leads nowhere is a name that is taken, too.
    if os.path.lexists(path) and not may_replace(path):
        raise _exists(path)


def _exists(path: Path) -> FileRefused:
    return FileRefused(
        f"There’s already a file {path}. Choose another name, or remove it first.", code="file_exists"
    )


def _beside(path: Path, may_replace: Callable[[Path], bool]) -> tuple[int, str]:
    try:
        if path.exists() and not may_replace(path):
            raise _exists(path)
        return tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise _not_writable(path, error) from None


def _write(handle: int, content: str, temporary: str, path: Path) -> None:
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)
        os.replace(temporary, path)
    except OSError as error:
        raise _not_writable(path, error) from None


def _not_writable(path: Path, error: OSError) -> FileRefused:
    return FileRefused(f"{path} can’t be written: {error.strerror}.", code="file_not_writable")

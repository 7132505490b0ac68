"""Files that a face writes for who asked: whole or not at all, and readable by their owner only."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


def _beside(path: Path, may_replace: Callable[[Path], bool]) -> tuple[int, str]:
    try:
        if path.exists() and not may_replace(path):
            raise FileRefused(
                f"There’s already a file {path}. Choose another name, or remove it first.", code="file_exists"
            )
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

"""Files that commands write: whole or not at all, and readable by their owner only."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from server.faces.command_line.answers import CommandFailed


def _never(path: Path) -> bool:
    return False


@contextmanager
def new_file(path: Path, *, may_replace: Callable[[Path], bool] = _never) -> Iterator[TextIO]:
    """Yield a file that appears under its name, mode 0600, when the block has succeeded.

    Raises CommandFailed (file_exists, file_not_writable) before the block runs, so nothing is done in vain.
    """
    if path.exists() and not may_replace(path):
        raise CommandFailed(
            f"There is a file {path} already. Name another one, or remove it first.", code="file_exists"
        )
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise _not_writable(path, error) from None
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        os.unlink(temporary)
        raise _not_writable(path, error) from None
    except BaseException:
        os.unlink(temporary)
        raise


def _not_writable(path: Path, error: OSError) -> CommandFailed:
    return CommandFailed(f"{path} cannot be written: {error.strerror}.", code="file_not_writable")

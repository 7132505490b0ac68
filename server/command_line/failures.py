"""How `keyferry` fails: one clear line, never a traceback, and an exit code for scripts."""

from __future__ import annotations

import sys
import traceback
from dataclasses import dataclass

import click

from keyferry.protocol.sentences import CodedError

USAGE = 2
_REFUSED = 1
_INTERRUPTED = 130


class CommandFailed(CodedError):
    """What only the command line can meet: a port in use, no terminal."""


@dataclass(frozen=True)
class Failure:
    """What a command that failed says, and the exit code that it ends with."""

    code: str
    message: str
    suggestion: str | None = None
    exit_code: int = _REFUSED

    @property
    def data(self) -> dict[str, str]:
        """The failure for programs."""
        data = {"code": self.code, "message": self.message}
        return data if self.suggestion is None else {**data, "suggestion": self.suggestion}


def failure_of(error: Exception) -> Failure:
    """Put any error into words; no text of a fault in Keyferry itself gets out, since it could hold a key."""
    if isinstance(error, CodedError):
        return Failure(error.code, str(error), error.suggestion)
    if isinstance(error, click.Abort):
        return Failure("interrupted", "Interrupted.", exit_code=_INTERRUPTED)
    if isinstance(error, click.ClickException):
        return _usage(error)
    if (known := _of_the_database(error)) is not None:
        return Failure(known.code, str(known))
    if isinstance(error, OSError):
        return Failure("system_error", in_words(error))
    return Failure("internal_error", _place_of(error))


def _of_the_database(error: Exception) -> CodedError | None:
    # Whoever has not come as far as the database has no trouble with it, and need not wait for its modules.
    if "sqlalchemy" not in sys.modules:
        return None
    from sqlalchemy.exc import SQLAlchemyError

    from keyferry.server.db import explained

    return explained(error) if isinstance(error, SQLAlchemyError) else None


def in_words(error: OSError) -> str:
    """Name the file, where the system named one, and what the system said."""
    what = error.strerror or type(error).__name__
    return f"{error.filename}: {what}." if error.filename else f"The system refused this: {what}."


def _usage(error: click.ClickException) -> Failure:
    context = error.ctx if isinstance(error, click.UsageError) else None
    command = context.command_path if context else "keyferry"
    # Click lists choices in lines of their own.
    message = " ".join(error.format_message().split())
    return Failure("usage", f"{message} See `{command} --help`.", exit_code=USAGE)


def _place_of(error: Exception) -> str:
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__} in {place.name}, line {place.lineno}"
    return f"Keyferry itself failed ({where}). Please report this to the developers."

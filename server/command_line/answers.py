"""How every command answers: text for people, JSON for programs, and one line where it fails."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from typing import Any, cast

import click

from keyferry.protocol.visible import visible, visible_lines
from keyferry.server.command_line.failures import USAGE, CommandFailed, Failure, failure_of

_JSON = "--json"
_LOG_FORMAT = "--log-format"


@dataclass(frozen=True)
class Answer:
    """What a command answers: `data` for programs, `text` for people, and how it ends."""

    data: dict[str, Any]
    text: str
    exit_code: int = 0


class AnsweringCommand(click.Command):
    """A command whose function returns an Answer; it takes --json."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        # Read from the arguments as a whole, so that it counts where they cannot be read, too.
        option = click.Option([_JSON], is_flag=True, expose_value=False, help="Output JSON, even on failure.")
        self.params.append(option)


class AnsweringGroup(AnsweringCommand, click.Group):
    """A group of answering commands, listed in the order in which they are used."""

    command_class = AnsweringCommand
    group_class = type

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **{"no_args_is_help": False, **settings})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of their making."""
        return list(self.commands)


@dataclass(frozen=True)
class Late:
    """A command that is imported once it is asked for: `name` in `module`, and its line in the list.

    One that `logs` runs until it is stopped, and says how it failed as it logs.
    """

    module: str
    name: str
    help: str
    logs: bool = False

    def load(self) -> click.Command:
        """Import the command; raises CommandFailed (server_not_installed)."""
        try:
            found = getattr(import_module(self.module), self.name)
        except ModuleNotFoundError as missing:
            if (missing.name or "").startswith("keyferry"):
                raise
            raise CommandFailed(
                f"A part of Keyferry’s server isn’t installed here: {missing.name} is missing. Install it: "
                "pip install 'keyferry[server]'.",
                code="server_not_installed",
            ) from None
        return cast("click.Command", found)


class Door(AnsweringGroup):
    """The group of everything: prints what a command answers, and puts whatever goes wrong into one line.

    Its commands come late, so that a list of them is there at once.
    """

    def __init__(self, *args: Any, late: Mapping[str, Late], **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.late = late

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which they are used."""
        return list(self.late)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        return self.late[cmd_name].load() if cmd_name in self.late else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, late.help) for name, late in self.late.items()])

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run one command and end the process."""
        given = list(sys.argv[1:] if args is None else args)
        if isinstance(sys.stdout, io.TextIOWrapper):
            # A name that the terminal cannot write must not cost the answer around it.
            sys.stdout.reconfigure(errors="replace")
        try:
            exit_code = 0 if given else USAGE
            answer = super().main(given or ["--help"], prog_name, complete_var, False, **extra)
            if isinstance(answer, Answer):
                _print(answer.data if _JSON in given else answer.text)
                exit_code = answer.exit_code
        except Exception as error:  # noqa: BLE001 - the last door: whatever it is, people see one clear line
            command = given[0] if given else ""
            logs = command in self.late and self.late[command].logs and _logs_json(given)
            sys.exit(_fail(failure_of(error), as_json=_JSON in given, logger=command if logs else None))
        sys.exit(exit_code)


def _print(what: str | dict[str, Any]) -> None:
    try:
        # ASCII: a profile in a file must be UTF-8, whatever this terminal speaks.
        click.echo(visible_lines(what) if isinstance(what, str) else json.dumps(what, indent=2))
    except BrokenPipeError:
        # Whoever read has enough: that is how `| head` ends.
        _give_stdout_up()
    except OSError as error:
        raise CommandFailed(
            f"The command is done, but its output could not be written: {error.strerror}.",
            code="answer_not_written",
        ) from None


def _logs_json(given: Sequence[str]) -> bool:
    """Return whether log lines are wanted in JSON, also where the arguments or settings can't be read."""
    joined = " ".join(given).replace(f"{_LOG_FORMAT}=", f"{_LOG_FORMAT} ").split()
    if _LOG_FORMAT in joined[:-1]:
        return joined[joined.index(_LOG_FORMAT) + 1] == "json"
    return os.environ.get("KEYFERRY_LOG_FORMAT") == "json"


def _log_line(failure: Failure, logger: str) -> str:
    """Return what the server's own log lines look like, without importing any of it."""
    time = datetime.now(UTC).isoformat(timespec="milliseconds")
    name = f"keyferry.{logger}"
    line = {"time": time, "level": "error", "logger": name, "process": os.getpid(), **failure.data}
    return json.dumps(line)


def _fail(failure: Failure, *, as_json: bool, logger: str | None) -> int:
    try:
        if as_json:
            click.echo(json.dumps(failure.data, indent=2))
        elif sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        _give_stdout_up()
        as_json = False
    if logger is not None:
        click.echo(_log_line(failure, logger), err=True)
    elif not as_json:
        click.echo(f"keyferry: {visible(' '.join(failure.message.split()))}", err=True)
    return failure.exit_code


def _give_stdout_up() -> None:
    """Let what is still to be written go nowhere, or Python would fail over it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

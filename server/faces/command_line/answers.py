"""How every command answers: text for people, JSON for programs, and one line where it fails."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import click
from sqlalchemy.exc import OperationalError

from protocol.errors import ProtocolError
from server.config import ConfigError
from server.core.errors import CoreError


@dataclass(frozen=True)
class Answer:
    """What a command has to tell: `data` for programs, `text` for people."""

    data: dict[str, Any]
    text: str


class CommandFailed(Exception):
    """What only the command line can meet: a file that is there already, a port in use."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code
        self.suggestion = None


class AnsweringCommand(click.Command):
    """A command whose function returns an Answer; it takes --json, and a failure is one line and exit 1."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        as_json = click.Option(["--json", "as_json"], is_flag=True, help="Answer in JSON, also on failure.")
        self.params.append(as_json)

    def invoke(self, ctx: click.Context) -> None:
        """Run the command and print what it returns."""
        as_json: bool = ctx.params.pop("as_json")
        try:
            answer: Answer | None = super().invoke(ctx)
        except (CoreError, ProtocolError, ConfigError, CommandFailed) as failure:
            _tell(str(failure), failure.code, getattr(failure, "suggestion", None), as_json=as_json)
        except OperationalError:
            # The driver's text may hold the address and the account.
            message = "The database did not answer in time. Check that it runs, and try again."
            _tell(message, "database_unreachable", None, as_json=as_json)
        else:
            if answer is not None:
                click.echo(_json(answer.data) if as_json else answer.text)
            return
        ctx.exit(1)


class AnsweringGroup(click.Group):
    """A group of answering commands, listed in the order in which they are used."""

    command_class = AnsweringCommand
    group_class = type

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of their making."""
        return list(self.commands)


def _tell(message: str, code: str, suggestion: str | None, *, as_json: bool) -> None:
    if not as_json:
        click.echo(f"keyferry: {message}", err=True)
        return
    failure = {"code": code, "message": message}
    if suggestion is not None:
        failure["suggestion"] = suggestion
    click.echo(_json(failure))


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2)

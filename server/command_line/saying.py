"""What a command says that goes on until it is stopped: lines for people, or as JSON."""

from __future__ import annotations

import logging
from collections.abc import Callable

import click

from keyferry.protocol.visible import visible
from keyferry.server.config import LogFormat
from keyferry.server.web.logs import init_logs

log_format_option = click.option(
    "--log-format",
    type=click.Choice(("text", "json")),
    help="Log lines for people, or JSON objects, one a line. [default: KEYFERRY_LOG_FORMAT, or text]",
)


def sayer(log_format: LogFormat, name: str, level: int) -> Callable[[str], None]:
    """Return what says a line on standard error; as JSON, it is of a logger's name and of a level."""
    if log_format == "text":
        return lambda line: click.echo(visible(line), err=True)
    init_logs(log_format)
    logger = logging.getLogger(name)
    logger.setLevel(logging.INFO)
    return lambda line: logger.log(level, "%s", line)

"""The output of commands that run until they are stopped: lines for people, or JSON."""

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
    """Return a function that writes a line to standard error; in JSON, it has this logger name and level."""
    if log_format == "text":
        return lambda line: click.echo(visible(line), err=True)
    init_logs(log_format)
    logger = logging.getLogger(name)
    logger.setLevel(logging.INFO)
    return lambda line: logger.log(level, "%s", line)

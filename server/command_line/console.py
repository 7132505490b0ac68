"""`keyferry console`: the Management Console."""

from __future__ import annotations

import os

import click

from keyferry.server.command_line.answers import AnsweringCommand
from keyferry.server.command_line.failures import CommandFailed
from keyferry.server.command_line.instance import opened
from keyferry.server.faces.console.opening import THEMES, has_terminal, open_console


@click.command(
    cls=AnsweringCommand,
    epilog="""\b
Examples:
  keyferry console
  ssh -t keys.example.com keyferry console
""",
)
@click.option(
    "--theme",
    type=click.Choice(THEMES),
    help="Colors: dark, light, or the terminal's own. Defaults to what fits the terminal. F2 switches them.",
)
def console(theme: str | None) -> None:
    """Manage licenses full screen. Operators sign in."""
    if not has_terminal():
        raise CommandFailed(
            "The console needs a terminal. Run it in one, or over SSH: ssh -t HOST keyferry console.",
            code="no_terminal",
        )
    with opened():
        open_console(os.environ, theme=theme)

"""`keyferry`: the command line for administrators and scripts."""

from __future__ import annotations

import click

from keyferry.server.command_line.activations import activate, deactivate
from keyferry.server.command_line.answers import Door
from keyferry.server.command_line.console import console
from keyferry.server.command_line.initialize import init
from keyferry.server.command_line.licenses import license_group
from keyferry.server.command_line.operators import operator_group
from keyferry.server.command_line.products import product_group
from keyferry.server.command_line.properties import property_group
from keyferry.server.command_line.serve import serve
from keyferry.server.command_line.worker import worker

_EPILOG = """\b
Start here:
  keyferry init
  keyferry product add DEMO-CAD --name "Demo CAD" --key-style signed --feature export
  keyferry product export DEMO-CAD --out profile.json
  keyferry license issue DEMO-CAD --seats 5 --days 365 --customer ada@example.com
  keyferry serve

\b
Settings come from the environment:
  KEYFERRY_HOME             the instance folder (default: instance/)
  KEYFERRY_DATABASE_URL     postgresql://… or sqlite:///… (default: an SQLite file in that folder)
  KEYFERRY_PUBLIC_URL       the address that phones open (default: http://127.0.0.1:8000)
  KEYFERRY_MASTER_KEY       the master key itself, or
  KEYFERRY_MASTER_KEY_FILE  its file (default: master.key in the instance folder)
  KEYFERRY_SMTP_URL         the email server: smtp+starttls://user:password@host, smtps://…, smtp://…
  KEYFERRY_MAIL_FROM        the address that email comes from

\b
--json can go anywhere. Exit codes: 0 done, 1 refused (one line says why), 2 wrong usage.
"""


_GROUPS = (product_group, license_group, operator_group, property_group)
_COMMANDS = (init, serve, worker, console, *_GROUPS, activate, deactivate)


@click.group("keyferry", cls=Door, epilog=_EPILOG, commands=_COMMANDS)
def main() -> None:
    """Activate license keys on machines without a network."""

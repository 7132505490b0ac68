"""`keyferry`: the command line for administrators and scripts."""

from __future__ import annotations

import click

from keyferry.server.command_line.answers import Door, Late

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
  KEYFERRY_METRICS_BIND     where metrics are shown: 127.0.0.1:9464 (default: nowhere)
  KEYFERRY_LOG_FORMAT       text or json (default: text)

\b
--json can go anywhere. Exit codes: 0 done, 1 refused (one line says why), 2 wrong usage.
"""


def _late(module: str, name: str, help: str, *, logs: bool = False) -> Late:
    return Late(f"{__name__}.{module}", name, help, logs)


_COMMANDS = {
    "init": _late("initialize", "init", "Create the instance folder, its database, and its master key."),
    "serve": _late("serve", "serve", "Serve the phone page.", logs=True),
    "worker": _late(
        "worker", "worker", "Send email to customers, and forget what was kept for long enough.", logs=True
    ),
    "doctor": _late("doctor", "doctor", "Find out what is wrong with this instance, and how to fix it."),
    "backup": _late("backups", "backup", "Save the database to a file, also while the server runs."),
    "restore": _late("backups", "restore", "Restore a backup into an empty instance."),
    "console": _late("console", "console", "Manage licenses full screen."),
    "product": _late(
        "products", "product_group", "Products: what you sell, and the keys inside your application."
    ),
    "license": _late("licenses", "license_group", "Licenses: activation keys and what they grant."),
    "operator": _late(
        "operators", "operator_group", "Operators: the staff who sign in, and what they can do."
    ),
    "property": _late(
        "properties", "property_group", "Server properties: what customers see, and the limits."
    ),
    "keys": _late("keys", "keys_group", "Master keys: replace the key that seals the secrets."),
    "activate": _late("activations", "activate", "Activate a computer and show its computer key."),
    "deactivate": _late("activations", "deactivate", "Release the seat that a computer uses."),
}


@click.group("keyferry", cls=Door, epilog=_EPILOG, late=_COMMANDS)
def main() -> None:
    """Activate license keys on machines without a network."""

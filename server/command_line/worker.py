"""`keyferry worker`: sends the mail that waits in the outbox."""

from __future__ import annotations

from dataclasses import asdict

import click

from keyferry.server.command_line.answers import Answer, AnsweringCommand
from keyferry.server.command_line.instance import opened
from keyferry.server.mail import worker as workers


@click.command(
    cls=AnsweringCommand,
    epilog="""\b
Examples:
  keyferry worker           beside `keyferry serve`, as a service of its own
  keyferry worker --once    from cron
""",
)
@click.option("--once", is_flag=True, help="Send what is due, and end.")
def worker(once: bool) -> Answer:
    """Send mail to customers. Ctrl-C or SIGTERM ends it, after the mail that is under way."""
    with opened() as parts:
        done = workers.work(parts, once=once, say=lambda line: click.echo(line, err=True))
    text = f"Sent {done.sent}, put off {done.put_off}, given up {done.given_up}."
    return Answer(asdict(done), text)

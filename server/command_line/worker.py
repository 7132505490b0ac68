"""`keyferry worker`: sends the mail that waits in the outbox."""

from __future__ import annotations

from dataclasses import asdict

import click

from keyferry.protocol.visible import visible
from keyferry.server.command_line.answers import Answer, AnsweringCommand
from keyferry.server.command_line.instance import opened
from keyferry.server.mail import worker as workers


@click.command(
    cls=AnsweringCommand,
    epilog="""\b
Examples:
  keyferry worker           as a service of its own, beside `keyferry serve`
  keyferry worker --once    from cron
""",
)
@click.option("--once", is_flag=True, help="Send what is due, then exit.")
def worker(once: bool) -> Answer:
    """Send email to customers. Ctrl-C or SIGTERM stops it after the current email."""
    with opened() as parts:
        done = workers.work(parts, once=once, say=lambda line: click.echo(visible(line), err=True))
    text = f"Sent {done.sent}, postponed {done.put_off}, failed {done.given_up}."
    return Answer(asdict(done), text)

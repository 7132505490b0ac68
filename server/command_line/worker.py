"""`keyferry worker`: sends the mail that waits in the outbox, and forgets what has its time."""

from __future__ import annotations

import logging
from dataclasses import asdict

import click

from keyferry.server.command_line.answers import Answer, AnsweringCommand
from keyferry.server.command_line.instance import opened
from keyferry.server.command_line.saying import log_format_option, sayer
from keyferry.server.config import LogFormat
from keyferry.server.mail import worker as workers


@click.command(
    cls=AnsweringCommand,
    epilog="""\b
Examples:
  keyferry worker           as a service of its own, beside `keyferry serve`
  keyferry worker --once    from cron
  keyferry worker --once --without-email    from cron, where no email is set up
""",
)
@click.option("--once", is_flag=True, help="Send what is due, then exit.")
@click.option(
    "--without-email", is_flag=True, help="Send nothing: only forget network addresses and what has expired."
)
@log_format_option
def worker(once: bool, without_email: bool, log_format: LogFormat | None) -> Answer:
    """Send email to customers, and forget what was kept for long enough.

    Ctrl-C or SIGTERM stops it after the current email.
    """
    with opened() as parts:
        say = sayer(log_format or parts.settings.log_format, "keyferry.worker", logging.WARNING)
        done = workers.work(parts, once=once, say=say, sends=not without_email)
    text = f"Sent {done.sent}, postponed {done.put_off}, failed {done.given_up}."
    return Answer(asdict(done), text)

"""Email that staff have sent, as a test or again, for every face."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from keyferry.server.core.attempts import bucket
from keyferry.server.core.audit import By
from keyferry.server.core.mail import delivery, outbox
from keyferry.server.core.mail.mails import Mail
from keyferry.server.core.staff.roles import Permission
from keyferry.server.mail import outgoing
from keyferry.server.parts import parts
from keyferry.server.services.changing import changing
from keyferry.server.services.guard import Limit, count, counted_as
from keyferry.server.services.permission import permitted

TEST = "test"
# Anybody's address may be typed: enough to try a text out, and too few to annoy somebody with.
_TESTS, _PER = 30, timedelta(hours=1)


@permitted(Permission.SET_PROPERTIES)
def send_test(mail: Mail, *, by: By) -> str | None:
    """Send a mail that was made up to try its text out; returns why it has to wait, None if nothing stops it.

    Raises Conflict (mail_not_configured) and LimitReached (too_many_attempts).
    """
    outgoing.require()
    count([Limit(bucket("test mail", counted_as(by)), _TESTS, _PER)], parts().clock())
    with changing(by) as (session, now):
        # Of a kind of its own: nothing is looked up for it when it is sent.
        outbox.post(session, replace(mail, template=TEST), keyring=parts().keyring, by=by, now=now)
        return delivery.obstacle(session, now)


@permitted(Permission.SEND_MAIL_AGAIN)
def send_again(number: int, *, by: By) -> None:
    """Have an email tried anew; raises what `core.mail.outbox.send_again` raises."""
    with changing(by) as (session, now):
        outbox.send_again(session, number, by=by, now=now)


@permitted(Permission.SEND_MAIL_AGAIN)
def send_all_again(*, by: By) -> int:
    """Have every email tried anew that was given up; returns how many."""
    with changing(by) as (session, now):
        return outbox.send_all_again(session, by=by, now=now)

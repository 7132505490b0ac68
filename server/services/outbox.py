"""Email that staff have sent again, for every face."""

from __future__ import annotations

from keyferry.server.core.audit import By
from keyferry.server.core.mail import outbox
from keyferry.server.core.staff.roles import Permission
from keyferry.server.services.changing import changing
from keyferry.server.services.permission import permitted


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

"""Reading the openings of a request between two transactions: each takes scrypt, and may be a guess."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from keyferry.server.core.audit import By
from keyferry.server.core.licensing.judging import Request
from keyferry.server.core.licensing.openings import Opened, Unread
from keyferry.server.db import transaction
from keyferry.server.services import guard
from keyferry.server.services.guard import counted, forgive

T = TypeVar("T")


def with_openings(request: Request, by: By, now: datetime, work: Callable[[Opened | None], T]) -> T:
    """Do `work`; where that asks for the openings of the request, read them, and do it again.

    Wrong openings stay counted: beyond the count nobody's request is taken for one without proof. Raises what
    `work` raises, LimitReached (too_many_attempts) and Busy (server_busy).
    """
    try:
        return work(None)
    except Unread as asks:
        unread = asks
    limits = guard.opening_limits(by, request.activation_key) if unread.is_compared else ()
    with counted(limits, now):
        opened = unread.read()
    if limits and not opened.is_wrong:
        with transaction() as session:
            forgive(session, limits, now)
    return work(opened)

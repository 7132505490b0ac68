"""What a face hands over, scanned or typed: how it is read, counted, and judged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from keyferry.protocol.request_token import ActivationRequest, DeactivationRequest
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel, Event
from keyferry.server.core.licensing.activation import Request
from keyferry.server.core.licensing.requests import check_reading, read_typed
from keyferry.server.db import reading, transaction
from keyferry.server.parts import parts
from keyferry.server.services import guard
from keyferry.server.services.guard import Limit, counted, forgive, judged
from keyferry.server.services.misreadings import misread


@dataclass(frozen=True)
class Typed:
    """The codes as they were typed."""

    activation_key: str = field(repr=False)
    computer_id: str
    computer_name: str = ""


def request_of(asked: Request | Typed, event: Event, by: By, now: datetime) -> Request:
    """Return what is asked for; raises MalformedCode with a repaired reading whose tag fits."""
    if not isinstance(asked, Typed):
        return asked
    with misread(by) as shifted:
        name = asked.computer_name or None
        read = read_typed(asked.activation_key, asked.computer_id, name, shifted=shifted)
    if read.mistyped is None:
        return read.request
    with guarded_request(read.request, event, by, now, reads_only=True) as session:
        check_reading(session, read.request, keyring=parts().keyring)
    raise read.mistyped


@contextmanager
def guarded_request(
    request: Request, event: Event, by: By, now: datetime, *, reads_only: bool = False
) -> Iterator[Session]:
    """Count a request as what it is, judge it in a transaction, and take the count back if it succeeds.

    Raises LimitReached (too_many_attempts).
    """
    limits, key = limits_of(request, by), request.activation_key
    # Who holds the application's secret can sign anything: what turns out to be wrong counts afterwards.
    after = () if limits or by.channel is Channel.COMMAND_LINE else (guard.address_limit(by),)
    opens = reading if reads_only else transaction
    judge = judged(event=event, by=by, now=now, limits=limits, after=after, activation_key=key, opens=opens)
    with counted(limits, now):
        with judge as session:
            yield session
            if not reads_only:
                forgive(session, limits, now)
        if reads_only and limits:
            with transaction() as session:
                forgive(session, limits, now)


def limits_of(request: Request, by: By) -> tuple[Limit, ...]:
    """Return what a request counts against: nothing where a signature vouches for all of it."""
    if isinstance(request, ActivationRequest):
        return ()
    limits = guard.scanned_limits if isinstance(request, DeactivationRequest) else guard.typed_limits
    return limits(by, request.activation_key)

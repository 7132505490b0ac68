"""How hard the server tries to read what somebody typed: rubbish is dear, so there is only so much of it.

A code with characters missing or too many takes milliseconds to read, any other code microseconds. Whoever
sends what is no code at all, again and again, gets the quick reading only, with the same refusals; nobody is
turned away.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from keyferry.protocol.errors import MalformedCode
from keyferry.server.core.audit import By
from keyferry.server.core.volume import Volume
from keyferry.server.parts import parts
from keyferry.server.services.guard import counted_as

MOST_A_MINUTE = 30

RUBBISH = Volume(MOST_A_MINUTE, timedelta(minutes=1))
"""What was no code at all, by who sent it."""


@contextmanager
def misread(by: By) -> Iterator[bool]:
    """Read typed codes in it; gives `shifted` for the readers of `protocol`, and counts what is no code."""
    who, now = counted_as(by), parts().clock()
    try:
        yield not RUBBISH.is_used_up(who, now)
    except MalformedCode as refusal:
        if refusal.suggestion is None:
            RUBBISH.add(who, now)
        raise

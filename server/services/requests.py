"""What a face hands over, scanned or typed: how it is read, counted, and judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy.orm import Session

from keyferry.protocol.deactivation import DeactivationCode
from keyferry.protocol.request_token import ActivationRequest, DeactivationRequest
from keyferry.server.core.audit import By
from keyferry.server.core.errors import RetiredEpoch
from keyferry.server.core.events import Channel, Event
from keyferry.server.core.licensing.judging import Request
from keyferry.server.core.licensing.requests import check_reading, read_typed
from keyferry.server.db import do_in_transaction, looking, reading, transaction
from keyferry.server.parts import parts
from keyferry.server.services import guard
from keyferry.server.services.guard import Limit, counted, forgive, recorded
from keyferry.server.services.misreadings import misread

T = TypeVar("T")


@dataclass(frozen=True)
class Typed:
    """The codes as they were typed."""

    activation_key: str = field(repr=False)
    computer_id: str
    computer_name: str = ""


def opened(text: str) -> ActivationRequest | DeactivationRequest:
    """Return the verified request in what was scanned or pasted; raises as `Scanner.open`."""
    return parts().scanner.open(text, reading)


def with_all_codes(asked: Typed, code: DeactivationCode, link: str) -> DeactivationRequest | Typed:
    """Return the wizard's own request with all its codes, where its link says the same as what was typed.

    Raises as `opened`, and MalformedCode for what was typed.
    """
    shown = opened(link)
    if not isinstance(shown, DeactivationRequest) or shown.code.text != code.text:
        return asked
    read = read_typed(asked.activation_key, asked.computer_id, None)
    typed = (read.request.activation_key, read.request.computer_id)
    same = read.mistyped is None and typed == (shown.activation_key, shown.computer_id)
    return shown if same else asked


def request_of(asked: Request | Typed, event: Event, by: By, now: datetime) -> Request:
    """Return what is asked for; raises MalformedCode with a repaired reading whose tag fits."""
    if not isinstance(asked, Typed):
        return asked
    with misread(by) as shifted:
        name = asked.computer_name or None
        read = read_typed(asked.activation_key, asked.computer_id, name, shifted=shifted)
    if read.mistyped is None:
        return read.request
    with guarded_request(read.request, event, by, now) as session:
        check_reading(session, read.request, keyring=parts().keyring)
    raise read.mistyped


@dataclass(frozen=True)
class Counted:
    """A request that was counted as what it is; it is judged in one transaction, or in several in turn."""

    _recorded: Callable[[], AbstractContextManager[None]]
    _limits: tuple[Limit, ...]
    _now: datetime

    @property
    def is_free(self) -> bool:
        """Whether nothing was counted, so that no count has to be taken back."""
        return not self._limits

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a transaction that only reads, for what leaves the request counted."""
        with self._recorded(), reading() as session:
            yield session

    @contextmanager
    def looking(self) -> Iterator[Session]:
        """Open a session for one statement that reads, for what leaves the request counted."""
        with self._recorded(), looking() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a transaction whose success takes the count back."""
        with self._recorded(), transaction() as session:
            yield session
            forgive(session, self._limits, self._now)

    @contextmanager
    def noting(self) -> Iterator[Session]:
        """Open a transaction that writes what leaves the request counted."""
        with self._recorded(), transaction() as session:
            yield session

    def write(self, work: Callable[[Session], T]) -> T:
        """Do `work` by `do_in_transaction`; its success takes the count back."""

        def done(session: Session) -> T:
            result = work(session)
            forgive(session, self._limits, self._now)
            return result

        with self._recorded():
            return do_in_transaction(done)

    def succeeded(self) -> None:
        """Take the count back where nothing was written."""
        if self._limits:
            with transaction() as session:
                forgive(session, self._limits, self._now)


@contextmanager
def counted_request(request: Request, event: Event, by: By, now: datetime) -> Iterator[Counted]:
    """Count a request; a refusal of it is recorded as `event`. Raises LimitReached (too_many_attempts)."""
    limits, key = limits_of(request, by), request.activation_key
    # Who holds the application's secret can sign anything: what turns out to be wrong counts afterwards.
    after = () if limits or by.channel is Channel.COMMAND_LINE else (guard.address_limit(by),)
    record = partial(recorded, event=event, by=by, now=now, limits=limits, after=after, activation_key=key)
    with counted(limits, now):
        try:
            yield Counted(record, limits, now)
        except RetiredEpoch:
            parts().scanner.forget(request)
            raise


@contextmanager
def guarded_request(request: Request, event: Event, by: By, now: datetime) -> Iterator[Session]:
    """Count a request, open a transaction that only reads, and take the count back if it succeeds.

    Raises LimitReached (too_many_attempts).
    """
    with counted_request(request, event, by, now) as counts:
        with counts.reading() as session:
            yield session
        counts.succeeded()


def limits_of(request: Request, by: By) -> tuple[Limit, ...]:
    """Return what a request counts against: nothing where a signature vouches for all of it."""
    if isinstance(request, ActivationRequest):
        return ()
    limits = guard.scanned_limits if isinstance(request, DeactivationRequest) else guard.typed_limits
    return limits(by, request.activation_key)

"""Giving seats back: one computer ID as it was typed, or all that a token shows the codes of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from keyferry.protocol.errors import ProtocolError
from keyferry.protocol.request_token import DeactivationRequest
from keyferry.server.core.audit import By
from keyferry.server.core.errors import Busy, CoreError
from keyferry.server.core.events import Event
from keyferry.server.core.licensing import deactivation
from keyferry.server.core.licensing.deactivation import Code, Opened, Outcome, Preview, Proof, Released
from keyferry.server.core.licensing.judging import Request
from keyferry.server.core.licensing.releasing import never_activated
from keyferry.server.parts import parts
from keyferry.server.services.requests import Counted, Typed, counted_request, request_of

# What a further code of the same wizard makes no better.
_WRONG = ("wrong_deactivation_code", "computer_id_mismatch", "unknown_activation_key")


def preview(asked: DeactivationRequest, *, by: By) -> Preview:
    """Say what the codes of a token would do together; raises what the first of them raises if none can."""
    keyring, now = parts().keyring, parts().clock()
    found: list[Preview] = []
    refusals: list[CoreError | ProtocolError] = []
    with counted_request(asked, Event.REQUEST_REFUSED, by, now) as counts:
        for request, proof in _shown(counts, asked, Code(asked.code)):
            try:
                with counts.reading() as session:
                    found.append(deactivation.preview(session, request, proof, keyring=keyring, now=now))
            except (CoreError, ProtocolError) as refusal:
                if _is_final(refusal):
                    raise
                refusals.append(refusal)
            if found and not found[-1].already_released:
                break
        if not found:
            raise refusals[0]
        counts.succeeded()
    return min(found, key=lambda one: one.already_released)


def released(asked: Request | Typed, proof: Proof, by: By) -> Released:
    """Free the seat of what is asked for, by a proof; of a token, by each of its codes."""
    now, event = parts().clock(), Event.RELEASE_REFUSED
    request = request_of(asked, event, by, now)
    done: list[Released] = []
    refusals: list[CoreError | ProtocolError] = []
    with counted_request(request, event, by, now) as counts:
        for one, shown in _shown(counts, request, proof):
            try:
                done += _released(counts, one, shown, by, now)
            except (CoreError, ProtocolError) as refusal:
                if _is_final(refusal):
                    raise
                refusals.append(refusal)
        if not done:
            raise refusals[0]
    best = next((one for one in done if one.outcome is Outcome.RELEASED), done[0])
    return replace(best, others=tuple(one for one in done if one is not best))


def _shown(counts: Counted, request: Request, proof: Proof) -> Iterator[tuple[Request, Proof]]:
    """Return each computer ID that a request shows a proof of: its own, then those that its codes open."""
    yield request, proof
    further = request.codes[1:] if isinstance(request, DeactivationRequest) else ()
    if not further:
        return
    with counts.reading() as session:
        holder = deactivation.holder(session, request, keyring=parts().keyring)
    for code in further:
        yield holder.another(code), Opened(code.level)


def _released(counts: Counted, request: Request, proof: Proof, by: By, now: datetime) -> list[Released]:
    keyring = parts().keyring
    with counts.reading() as session:
        checked = deactivation.check(session, request, proof, keyring=keyring, by=by, now=now)
    if checked.burns:
        with counts.noting() as session:
            deactivation.burn(session, checked, keyring=keyring, now=now)
        if isinstance(proof, Opened):
            return []
        with counts.reading():
            raise never_activated()
    if checked.done is not None:
        # It stays counted: whoever repeats what is done has a code checked each time.
        return [checked.done]
    with counts.writing() as session:
        return [deactivation.deactivate(session, checked, keyring=keyring, by=by, now=now)]


def _is_final(refusal: CoreError | ProtocolError) -> bool:
    return isinstance(refusal, Busy) or refusal.code in _WRONG

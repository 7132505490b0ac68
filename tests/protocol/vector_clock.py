"""Vectors of what a wizard makes of its clock: for the license in use, and for a key that is typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from vector_inputs import CLAIMS, Case, claims_case, document, refused
from vector_states import LICENSE

from keyferry.protocol.claims import Claims
from keyferry.wizard import judgment
from keyferry.wizard.errors import KeyNotAccepted

DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
ISSUED = date(2026, 11, 24)
LEASE = Claims(ISSUED, ISSUED + 60 * DAY)
SHORT = Claims(ISSUED, ISSUED + 7 * DAY)
PERPETUAL = Claims(ISSUED, None)
EARLIER = Claims(ISSUED - DAY, LEASE.expires)
SOONER = Claims(ISSUED, ISSUED + 59 * DAY)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
END = datetime(2027, 1, 23, tzinfo=UTC)
AHEAD = NOON + 400 * DAY


class Typed(NamedTuple):
    """A key that is typed: of the license in use, where `in_use` has its claims, or of a request."""

    claims: Claims
    clock: datetime
    latest_seen: datetime | None = None
    in_use: Claims | None = None
    wrong_time: datetime | None = None


RUNS: list[tuple[Claims, datetime | None, datetime]] = [
    (LEASE, None, NOON),
    (LEASE, NOON, NOON - 26 * HOUR),
    (LEASE, NOON, NOON - 26 * HOUR - SECOND),
    (LEASE, None, datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC)),
    (LEASE, None, END - 14 * DAY - SECOND),
    (LEASE, None, END - 14 * DAY),
    (SHORT, None, datetime(2026, 11, 29, 23, 59, 59, tzinfo=UTC)),
    (SHORT, None, datetime(2026, 11, 30, tzinfo=UTC)),
    (LEASE, None, END + 36 * HOUR - SECOND),
    (LEASE, None, END + 36 * HOUR),
    (LEASE, AHEAD, END + 36 * HOUR),
    (PERPETUAL, AHEAD, NOON),
    (PERPETUAL, None, NOON - 2 * DAY),
    (CLAIMS, NOON + HOUR, NOON),
]
TAKEN = [
    Typed(LEASE, NOON),
    Typed(LEASE, NOON, NOON + 26 * HOUR),
    Typed(PERPETUAL, NOON, AHEAD),
    Typed(LEASE, NOON, AHEAD, wrong_time=AHEAD),
    Typed(LEASE, NOON, AHEAD - HOUR, wrong_time=AHEAD),
    Typed(LEASE, NOON, NOON, in_use=LEASE),
    Typed(SHORT, NOON, NOON, in_use=Claims(ISSUED - DAY, LEASE.expires)),
    Typed(LEASE, NOON, NOON, in_use=Claims(ISSUED + 9 * DAY, END.date() + 9 * DAY)),
    Typed(LEASE, NOON, NOON, in_use=SOONER),
]
REFUSED = {
    "it has ended": Typed(LEASE, END + 36 * HOUR),
    "its issue day has not come": Typed(LEASE, NOON - 3 * DAY),
    "the clock was set back": Typed(LEASE, NOON, NOON + 26 * HOUR + SECOND),
    "the request is from before the wrong time": Typed(LEASE, NOON, AHEAD + HOUR, wrong_time=AHEAD),
    "an earlier issue day": Typed(EARLIER, NOON, NOON, in_use=LEASE),
    "the same issue day, and an earlier end": Typed(SOONER, NOON, NOON, in_use=LEASE),
    "the same issue day, and an end": Typed(LEASE, NOON, NOON, in_use=PERPETUAL),
    "older, and the clock was set back": Typed(
        LEASE, NOON, AHEAD, in_use=Claims(ISSUED + 9 * DAY, END.date() + 9 * DAY)
    ),
}


def wizard_clock() -> Case:
    """What a wizard makes of its clock."""
    return document(
        "A wizard's clock. `state` is that of a license in use with these claims, and `warning` what goes "
        "with it; `latest_seen_then` is what a key leaves, of the license where `in_use` has its claims.",
        given={},
        valid=[*map(_running, RUNS), *map(_taken, TAKEN)],
        invalid=_refused(),
    )


def _running(asked: tuple[Claims, datetime | None, datetime]) -> Case:
    claims, latest_seen, clock = asked
    state, _, told = judgment.of_license(claims, latest_seen, clock)
    return {
        "claims": claims_case(claims),
        "latest_seen": _moment(latest_seen),
        "clock": _moment(clock),
        "state": state.value,
        "warning": next((one.code.value for one in told), None),
    }


def _taken(typed: Typed) -> Case:
    return {**_inputs(typed), "latest_seen_then": _moment(_judged(typed))}


def _refused() -> Iterator[Case]:
    for because, typed in REFUSED.items():
        try:
            _judged(typed)
        except KeyNotAccepted as error:
            yield refused(because, error.code, **_inputs(typed))
        else:
            raise ValueError(f"a key is taken, although {because}")


def _judged(typed: Typed) -> datetime:
    """Return the latest time seen once a key is taken; raises KeyNotAccepted."""
    judgment.require_acceptable(typed.claims, typed.clock)
    if typed.in_use is not None:
        judgment.require_not_older(typed.claims, typed.in_use, typed.latest_seen, typed.clock)
    grant = replace(LICENSE, wrong_time=typed.wrong_time)
    return judgment.seen_once_complete(grant, typed.claims, typed.latest_seen, typed.clock)


def _inputs(typed: Typed) -> Case:
    return {
        "claims": claims_case(typed.claims),
        "in_use": claims_case(typed.in_use) if typed.in_use else None,
        "wrong_time": _moment(typed.wrong_time),
        "latest_seen": _moment(typed.latest_seen),
        "clock": _moment(typed.clock),
    }


def _moment(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else None

"""What an offline clock can be trusted for: all times are aware UTC datetimes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from keyferry.wizard.grants import Grant

# More than any time zone mistake and a day's drift, so that travel and summer time raise no alarm.
TOLERANCE = timedelta(hours=26)
# A state rewritten at each start of an application would wear out the flash disks of small machines.
WORTH_REMEMBERING = timedelta(hours=1)


def utc_now() -> datetime:
    """Return the time of this machine's clock."""
    return datetime.now(UTC)


def moved_back(now: datetime, latest_seen: datetime | None) -> bool:
    """Return whether the clock is so far behind the latest time seen that it must have been set back."""
    return latest_seen is not None and latest_seen - now > TOLERANCE


def corrects(grant: Grant, latest_seen: datetime | None) -> bool:
    """Return whether a request was begun after the latest time seen, which was wrong if its key says so.

    The server has answered such a request since then. What waited from before may have been answered long
    ago, and be typed now with the clock set back.
    """
    wrong = grant.wrong_time
    return wrong is not None and (latest_seen is None or latest_seen <= wrong)


def is_outdated(grant: Grant, latest_seen: datetime | None, now: datetime) -> bool:
    """Return whether a request waits from before a wrong time, so that no key of it can correct that."""
    return moved_back(now, latest_seen) and not corrects(grant, latest_seen)


def worth_remembering(now: datetime, latest_seen: datetime | None) -> bool:
    """Return whether `now` is so much later than the latest time seen that it should be stored."""
    return latest_seen is None or now - latest_seen > WORTH_REMEMBERING

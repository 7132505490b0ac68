"""Days and moments in English, as a person says them, whatever language the locale has."""

from __future__ import annotations

from datetime import UTC, date, datetime

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def in_words(day: date) -> str:
    """Return a day such as November 24, 2027."""
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"


def moment_in_words(moment: datetime) -> str:
    """Return a moment such as November 24, 2027, 09:30 UTC."""
    return f"{in_words(moment.astimezone(UTC))}, {moment.astimezone(UTC):%H:%M} UTC"

"""An event of the audit, as lists and what is below them show it."""

from __future__ import annotations

from textual.content import Content

from keyferry.protocol.visible import visible
from keyferry.server.faces.console.marked import shortened
from keyferry.server.faces.console.views import AuditEvent, Moment
from keyferry.server.faces.console.wording import long_moment
from keyferry.server.words.wording import CHANNELS, event_in_words, reason_in_words

# What is done well, and what somebody has to look at.
_DONE = ("activated_", "released_proven")
_SERIOUS = ("released_forced", "released_claimed", "activated_stale", "mail_given_up", "_refused")


def what_happened(row: AuditEvent) -> str:
    """Return what was done or refused, and why."""
    return visible(f"{event_in_words(row)}: {reason_in_words(row)}" if row.code else event_in_words(row))


def mark_of(row: AuditEvent) -> Content:
    """Return a mark for what is done well, what somebody has to look at, and what is neither."""
    if row.code or any(one in row.event for one in _SERIOUS):
        return Content.styled("!", "$error bold")
    return (
        Content.styled("√", "$success bold") if row.event.startswith(_DONE) else Content.styled("·", "$ink-3")
    )


def about(row: Moment) -> str:
    """Return to what it happened: the computer, or else what the event itself says."""
    return visible(row.computer or row.detail)


def known_of(moment: Moment) -> list[tuple[str, str]]:
    """Return all that the audit knows of it, by name."""
    row = moment.event
    who = [row.who or "someone", CHANNELS.get(row.channel, row.channel), row.address or ""]
    ending = f"…{row.activation_key_ending}" if row.activation_key_ending else ""
    return [
        (name, visible(value))
        for name, value in (
            ("Computer", moment.computer),
            ("Detail", moment.detail),
            ("When", long_moment(row.at)),
            ("Who", " · ".join(one for one in who if one)),
            ("License", shortened(moment.activation_key) or ending),
            ("Code", row.code or ""),
        )
    ]

"""How events look on a time line: a sign and its color, by kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from keyferry.server.core.events import Event
from keyferry.server.core.models import AuditEvent

_SIGNS: Mapping[str, tuple[str, str]] = {
    Event.ACTIVATED_NEW_SEAT: ("check", "ok"),
    Event.ACTIVATED_SAME_SEAT: ("repeat", ""),
    Event.ACTIVATED_CONTINUED: ("repeat", ""),
    Event.ACTIVATED_STALE: ("copy", "warn"),
    Event.ACTIVATED_REPLACEMENT: ("repeat", "warn"),
    Event.RELEASED_PROVEN: ("unplug", ""),
    Event.RELEASED_CLAIMED: ("unplug", "warn"),
    Event.RELEASED_FORCED: ("unplug", "bad"),
    Event.LICENSE_ISSUED: ("key-round", ""),
    Event.LICENSE_EDITED: ("pencil", ""),
    Event.LICENSE_RENEWED: ("refresh-cw", ""),
    Event.LICENSE_SUSPENDED: ("pause", "warn"),
    Event.LICENSE_RESUMED: ("check", ""),
    Event.ACTIVATION_KEY_REPLACED: ("key-round", "warn"),
    Event.RELEASE_LINK_ASKED_FOR: ("mail", ""),
    Event.MAIL_SENT: ("mail-check", ""),
    Event.MAIL_GIVEN_UP: ("mail-x", "bad"),
    Event.MAIL_QUEUED_AGAIN: ("mail", ""),
}
_REFUSED, _OTHER = ("ban", "bad"), ("circle", "")


@dataclass(frozen=True)
class Moment:
    """An event, its sign and the color of that, and the name of the computer that it is about."""

    event: AuditEvent
    sign: str
    color: str
    computer: str | None


def timeline(events: Iterable[AuditEvent], names: Mapping[int, str | None]) -> Sequence[Moment]:
    """Return events as they stand on a time line; `names` are those of computers, by activation."""
    return [_moment(event, names) for event in events]


def _moment(event: AuditEvent, names: Mapping[int, str | None]) -> Moment:
    sign, color = _REFUSED if event.code else _SIGNS.get(event.event, _OTHER)
    computer = names.get(event.activation_id) if event.activation_id is not None else None
    return Moment(event, sign, color, computer)

"""An event of the audit as a sentence with a sign: what happened, to what, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from keyferry.protocol.sentences import Sentence, template
from keyferry.server.core.events import Event
from keyferry.server.core.licensing.audited import Named
from keyferry.server.core.models import AuditEvent
from keyferry.server.web.languages import day as in_words
from keyferry.server.words.wording import detail_in_words, event_in_words, reason_in_words

_MARK = "\N{OBJECT REPLACEMENT CHARACTER}"

_OF_COMPUTERS = {
    Event.ACTIVATED_NEW_SEAT: template("Activated {computer} on a new seat"),
    Event.ACTIVATED_SAME_SEAT: template("Activated {computer} again, same seat"),
    Event.ACTIVATED_CONTINUED: template("Activated {computer} again, new computer ID proven"),
    Event.ACTIVATED_STALE: template("Activated {computer} again from an earlier state, possibly a copy"),
    Event.ACTIVATED_REPLACEMENT: template("Activated {computer} again in place of an earlier computer ID"),
    Event.RELEASED_PROVEN: template("Deactivated {computer} with a code"),
    Event.RELEASED_CLAIMED: template("Released {computer}, not verified"),
    Event.RELEASED_FORCED: template("Released {computer} without a code"),
}
_A_COMPUTER = Sentence("a computer")
_CHANGED = template("Changed {name} from {before} to {after}")
_SET = template("Set {name} to {after}")
_BACK = template("Changed {name} back to {after}, its default")

_SIGNS = {
    "activated_stale": ("monitor", "warn"),
    "released_forced": ("unplug", "bad"),
    "released": ("unplug", ""),
    "activated": ("check", "ok"),
    "license_renewed": ("refresh-cw", ""),
    "license_suspended": ("pause", ""),
    "license_resumed": ("play", ""),
    "license_edited": ("pencil", ""),
    "license_keys_asked": ("mail", ""),
    "licenses_exported": ("download", ""),
    "license": ("key-round", ""),
    "activation_key": ("key-round", ""),
    "issue": ("key-round", ""),
    "import": ("upload", ""),
    "mail_given_up": ("mail-x", "warn"),
    "mail": ("mail", ""),
    "release_link": ("mail", ""),
    "signed": ("user", ""),
    "operator": ("users", ""),
    "customer": ("users", ""),
    "product": ("package", ""),
    "epoch": ("package", ""),
    "features": ("package", ""),
    "profile": ("download", ""),
    "property": ("settings-2", ""),
    "branding": ("settings-2", ""),
}
# What has to do with signing in.
_LOCKED = ("lock", "")


@dataclass(frozen=True)
class Told:
    """A sentence that holds `mark` where `name` stands out, the reason and more of a refusal, and a sign."""

    sentence: str
    name: str
    reason: str
    detail: str
    icon: str
    kind: str
    mark: str = _MARK


def told(event: AuditEvent, named: Named) -> Told:
    """Return how a page tells an event."""
    computer = named.computers.get(event.activation_id or 0)
    sentence, name, detail = _sentence(event, computer, detail_in_words(event, named.customers))
    icon, kind = _sign(event)
    return Told(sentence, name, reason_in_words(event), detail, icon, kind)


def _sentence(event: AuditEvent, computer: str | None, more: str) -> tuple[str, str, str]:
    values = event.detail or {}
    if of_computer := next((words for kind, words in _OF_COMPUTERS.items() if kind == event.event), None):
        return Sentence(of_computer, computer=_MARK if computer else _A_COMPUTER), computer or "", more
    if event.event == Event.LICENSE_RENEWED and not event.code:
        return _renewed(values), "", ""
    if {"before", "after"} <= values.keys() and (name := values.get("property") or values.get("part")):
        if name == "logo":
            # Its digest says nothing to anybody.
            return Sentence("Changed the logo"), "", ""
        words = _BACK if values.get("default") else _CHANGED if _value(values["before"]) else _SET
        before, after = (_value(values[one]) or "—" for one in ("before", "after"))
        return Sentence(words, name=_MARK, before=before, after=after), str(name), ""
    return event_in_words(event), "", more


def _renewed(values: dict[str, Any]) -> Sentence:
    expires = values.get("expires")
    if expires in (None, "None"):
        return Sentence("Renewed by {days} days", days=values.get("days"))
    day = date.fromisoformat(str(expires))
    return Sentence("Renewed until {day}", day=in_words(day))


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _sign(event: AuditEvent) -> tuple[str, str]:
    """Return an icon and a color: by the longest beginning of the event's name that is known."""
    if event.code:
        is_at_the_door = event.event.startswith(("sign_in", "password", "second_factor", "permission"))
        return ("lock" if is_at_the_door else "ban", "bad")
    return next((sign for kind, sign in _SIGNS.items() if event.event.startswith(kind)), _LOCKED)

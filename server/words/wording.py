"""The audit in words: what happened, on which channel, on what device, and how a seat was given back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from keyferry.server.core.events import Channel, Event
from keyferry.server.core.licensing.continuity import Outcome
from keyferry.server.core.licensing.licenses import Standing
from keyferry.server.core.models import AuditEvent, OperatorSession, OutboxMail
from keyferry.server.words.codes import reason_of

CHANNELS: Mapping[str, str] = {channel: channel.words for channel in Channel}
EVENTS: Mapping[str, str] = {event.value: event.words for event in Event}
OUTCOMES = {
    Outcome.NEW_SEAT: "Uses a new seat",
    Outcome.SAME_SEAT: "Keeps its seat",
    Outcome.CONTINUED: "Keeps its seat, with a new computer ID",
    Outcome.STALE: "Keeps its seat, from an earlier state: possibly a copy",
    Outcome.REPLACEMENT: "Keeps its seat and replaces its earlier activation, in any account",
}
STATES = {
    None: "active",
    "proven": "released, verified",
    "claimed": "released, not verified",
    "forced": "released without a code",
    "superseded": "replaced",
}
STANDINGS = {
    Standing.ACTIVE: "active",
    Standing.SUSPENDED: "on hold",
    Standing.EXPIRED: "expired",
}
DISPLACED = {
    "stale": "Activated from an earlier state",
    "unproven": "Activated without proof",
}
_MAILS = {
    "computer_key": "Computer key",
    "license_keys": "License keys",
    "licenses_issued": "Licenses issued",
}

# What browsers call themselves; each also claims to be some of those below it.
_BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox": "Firefox", "Chrom": "Chrome", "Safari": "Safari"}
_SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


def until(expires: date | None) -> str:
    """Return until when a computer key runs."""
    return f"valid until {expires.isoformat()}" if expires else "never expires"


def device_in_words(session: OperatorSession) -> str:
    """Return the browser and the system of a session; what names neither is shown as it is."""
    device = session.device or ""
    browser = next((name for mark, name in _BROWSERS.items() if mark in device), "")
    system = next((name for mark, name in _SYSTEMS.items() if mark in device), "")
    if browser and system:
        return f"{browser} on {system}"
    return device or "Unknown device"


def event_in_words(event: AuditEvent) -> str:
    """Return what happened."""
    return kind_in_words(event.event)


def kind_in_words(kind: str) -> str:
    """Return a kind of event in words; one that has none yet is shown by its own name."""
    return Event.of(kind).words if kind.upper() in Event.__members__ else kind.replace("_", " ").capitalize()


def reason_in_words(event: AuditEvent) -> str:
    """Return why something was refused, "" where it was not."""
    return reason_of(event.code)


def detail_in_words(event: AuditEvent, customers: Mapping[int, str] = MappingProxyType({})) -> str:
    """Return what else an event says: the reason of a forced release, a new expiry, a property's values.

    The audit knows customers by numbers alone, so that they can be forgotten; `customers` are those who
    are still known.
    """
    detail = event.detail or {}
    if "reason" in detail:
        return f"“{detail['reason']}”"
    if "repeated" in detail:
        return f"{detail['repeated']:,} more {'time' if detail['repeated'] == 1 else 'times'} within an hour"
    if event.event in _DETAILS:
        return _DETAILS[event.event](detail)
    if "customer" in detail:
        return _of_customer(detail, customers)
    if "template" in detail and "language" in detail:
        return f"{str(detail['template']).replace('_', ' ')}, {detail['language']}"
    named = detail.get("operator") or detail.get("wanted") or detail.get("template") or ""
    return str(named).replace("_", " ")


def mail_in_words(mail: OutboxMail) -> str:
    """Return what kind of email it is."""
    return _MAILS.get(mail.template, mail.template.replace("_", " ").capitalize())


def _renewal(detail: dict[str, Any]) -> str:
    until = detail.get("expires")
    return f"until {until}" if until not in (None, "None") else f"{detail.get('days')} days"


def _changes(detail: dict[str, Any]) -> str:
    changed = [
        f"{name.replace('_', ' ')}: {_value(change[0])} → {_value(change[1])}"
        for name, change in detail.items()
        if name != "also"
    ]
    return ", ".join([*changed, *detail.get("also", [])])


def _set(detail: dict[str, Any]) -> str:
    default = " (default)" if detail.get("default") else ""
    name = detail.get("property") or detail["part"]
    return f"{name}: {_value(detail['before'])} → {_value(detail['after'])}{default}"


def _of_customer(detail: dict[str, Any], customers: Mapping[int, str]) -> str:
    who, into_whom = (
        customers.get(detail.get(one, 0)) or f"customer {detail.get(one)}" for one in ("customer", "into")
    )
    changed = f": {', '.join(detail['changed'])}" if "changed" in detail else ""
    into = f" into {into_whom}" if "into" in detail else ""
    held = f", {_licenses(detail['licenses'])}" if detail.get("licenses") is not None else ""
    return f"{who}{into}{held}{changed}"


def _licenses(count: int) -> str:
    return f"{count:,} {'license' if count == 1 else 'licenses'}"


def _imported(detail: dict[str, Any]) -> str:
    made = f"{_licenses(detail['licenses'])}, {_customers(detail['customers'], more=False)}"
    return f"{made}, {detail['refused']:,} refused, import {detail['import']}"


def _customers(count: int, *, more: bool) -> str:
    return f"{count:,}{'+' if more else ''} {'customer' if count == 1 else 'customers'}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value) or "(empty)"


_DETAILS: dict[str, Callable[[dict[str, Any]], str]] = {
    "license_renewed": _renewal,
    "license_edited": _changes,
    "issue_begun": lambda detail: f"{_licenses(detail['licenses'])}, batch {detail['batch']}",
    "issue_stopped": lambda detail: f"{_licenses(detail['licenses'])}, batch {detail['batch']}",
    "import_begun": lambda detail: f"{detail['rows']:,} rows, import {detail['import']}",
    "import_ended": _imported,
    "customers_exported": lambda detail: _customers(detail["customers"], more=detail.get("more", False)),
    "licenses_exported": lambda detail: _licenses(detail["licenses"]),
    "activation_key_replaced": lambda detail: f"the old one ended in {detail['former']}",
    "property_set": _set,
    "branding_set": _set,
    "product_rotated": lambda detail: f"epoch {detail['epoch']}",
    "epoch_retired": lambda detail: f"epoch {detail['epoch']}",
    "features_added": lambda detail: ", ".join(detail["features"]),
    "operator_role_changed": lambda detail: f"{detail['operator']}: {detail['before']} → {detail['role']}",
    "secrets_resealed": lambda detail: f"master key {detail['master_key']}",
    "recovery_code_used": lambda detail: f"{detail['operator']}: {detail['left']} left",
}

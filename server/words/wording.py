"""The audit in words: what happened, on which channel, on what device, and how a seat was given back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keyferry.server.core.models import AuditEvent, OperatorSession, OutboxMail

CHANNELS = {
    "phone": "Phone",
    "self_help": "Self Help",
    "portal": "Portal",
    "console": "Console",
    "command_line": "Command line",
}
STATES = {
    None: "active",
    "proven": "released, verified",
    "claimed": "released, not verified",
    "forced": "released without a code",
    "superseded": "replaced",
}
_EVENTS = {
    "activated_new_seat": "Activated on a new seat",
    "activated_same_seat": "Activated again, same seat",
    "activated_replacement": "Activated again, replacing an earlier computer ID",
    "activation_refused": "Activation refused",
    "deactivation_refused": "Deactivation refused",
    "released_proven": "Deactivated with a code",
    "released_claimed": "Released, not verified",
    "released_forced": "Released without a code",
    "release_refused": "Release refused",
    "request_refused": "Request refused",
    "look_up_refused": "Look-up refused",
    "license_issued": "License issued",
    "license_edited": "License changed",
    "activation_key_replaced": "Activation key replaced",
    "change_refused": "Change refused",
    "issue_refused": "Issue refused",
    "license_renewed": "License renewed",
    "license_suspended": "License put on hold",
    "license_resumed": "License resumed",
    "license_keys_asked_for": "License keys requested by email",
    "mail_sent": "Email sent",
    "mail_given_up": "Email failed",
    "mail_queued_again": "Email queued again",
    "signed_in": "Signed in",
    "signed_out": "Signed out",
    "sign_in_refused": "Sign-in refused",
    "permission_refused": "Permission denied",
    "operator_added": "Staff member added",
    "operator_reset": "Password reset",
    "operator_disabled": "Staff member disabled",
    "customer_edited": "Customer changed",
    "customer_merged": "Customers merged",
    "customer_deleted": "Customer deleted",
    "operator_enabled": "Staff member enabled",
    "operator_role_changed": "Role changed",
    "operator_signed_out": "Signed out everywhere",
    "password_changed": "Password changed",
    "password_change_refused": "Password change refused",
    "second_factor_set_up": "Second factor set up",
    "second_factor_ended": "Second factor ended",
    "second_factor_refused": "Second factor change refused",
    "recovery_code_used": "Recovery code used",
    "recovery_codes_made": "New recovery codes created",
    "product_added": "Product added",
    "product_rotated": "New epoch started",
    "epoch_retired": "Epoch retired",
    "features_added": "Features added",
    "profile_exported": "Wizard profile downloaded",
    "property_set": "Setting changed",
    "branding_set": "Branding changed",
    "mail_template_set": "Email text changed",
    "mail_template_reset": "Email text back to default",
}
_MAILS = {
    "computer_key": "Computer key",
    "license_keys": "License keys",
}
_REASONS = {
    "unknown_activation_key": "unknown activation key",
    "computer_id_mismatch": "computer ID of another activation key",
    "computer_id_released": "computer ID already released",
    "computer_id_superseded": "computer ID no longer in use",
    "not_activated": "computer not activated",
    "wrong_deactivation_code": "wrong deactivation verification code",
    "wrong_sign_in": "wrong name or password",
    "wrong_password": "wrong password",
    "wrong_second_factor": "wrong second factor code",
    "second_factor_missing": "second factor not set up",
    "not_permitted": "role doesn’t allow it",
    "no_seat_left": "no seats left",
    "activation_key_replaced": "activation key was replaced",
    "seats_in_use": "more seats are in use",
    "changed_meanwhile": "changed by someone else, or sent twice",
    "license_never_expires": "license never expires",
    "license_expired": "license expired",
    "license_suspended": "license on hold",
    "retired_epoch": "application version no longer supported",
    "release_limit_reached": "transfer limit reached",
    "activation_limit_reached": "activation limit reached",
    "deactivation_too_early": "too soon after activation",
    "too_many_attempts": "too many attempts",
    "malformed_reason": "no reason given",
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


def device_in_words(place: OperatorSession) -> str:
    """Return the browser and the system of a session; what names neither is shown as it is."""
    told = place.device or ""
    browser = next((name for mark, name in _BROWSERS.items() if mark in told), "")
    system = next((name for mark, name in _SYSTEMS.items() if mark in told), "")
    if browser and system:
        return f"{browser} on {system}"
    return told or "Unknown device"


def event_in_words(event: AuditEvent) -> str:
    """Return what happened."""
    return kind_in_words(event.event)


def kind_in_words(kind: str) -> str:
    """Return a kind of event in words; one that has none yet is shown by its own name."""
    return _EVENTS.get(kind, kind.replace("_", " ").capitalize())


def reason_in_words(event: AuditEvent) -> str:
    """Return why something was refused, "" where it was not."""
    return "" if event.code is None else _REASONS.get(event.code, event.code.replace("_", " "))


def detail_in_words(event: AuditEvent) -> str:
    """Return what else an event says: the reason of a forced release, a new expiry, a property's values."""
    detail = event.detail or {}
    if "reason" in detail:
        return f"“{detail['reason']}”"
    if event.event in _DETAILS:
        return _DETAILS[event.event](detail)
    if "customer" in detail:
        return _of_customer(detail)
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
    told = [
        f"{name.replace('_', ' ')}: {_value(change[0])} → {_value(change[1])}"
        for name, change in detail.items()
        if name != "also"
    ]
    return ", ".join([*told, *detail.get("also", [])])


def _set(detail: dict[str, Any]) -> str:
    default = " (default)" if detail.get("default") else ""
    name = detail.get("property") or detail["part"]
    return f"{name}: {_value(detail['before'])} → {_value(detail['after'])}{default}"


def _of_customer(detail: dict[str, Any]) -> str:
    changed = f": {', '.join(detail['changed'])}" if "changed" in detail else ""
    into = f" into {detail['into']}" if "into" in detail else ""
    count = detail.get("licenses")
    held = f", {count} {'license' if count == 1 else 'licenses'}" if count is not None else ""
    return f"number {detail['customer']}{into}{held}{changed}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value) or "(empty)"


_DETAILS: dict[str, Callable[[dict[str, Any]], str]] = {
    "license_renewed": _renewal,
    "license_edited": _changes,
    "activation_key_replaced": lambda detail: f"the old one ended in {detail['former']}",
    "property_set": _set,
    "branding_set": _set,
    "product_rotated": lambda detail: f"epoch {detail['epoch']}",
    "epoch_retired": lambda detail: f"epoch {detail['epoch']}",
    "features_added": lambda detail: ", ".join(detail["features"]),
    "operator_role_changed": lambda detail: f"{detail['operator']}: {detail['before']} → {detail['role']}",
    "recovery_code_used": lambda detail: f"{detail['operator']}: {detail['left']} left",
}

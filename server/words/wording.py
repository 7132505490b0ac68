"""The audit in words: what happened, by which way, on what device, and how a seat was given back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keyferry.server.core.models import AuditEvent, OperatorSession, OutboxMail

CHANNELS = {
    "phone": "phone",
    "self_help": "Self Help",
    "portal": "portal",
    "console": "console",
    "command_line": "command line",
}
STATES = {
    None: "active",
    "proven": "released, proven",
    "claimed": "released, not proven",
    "forced": "released by force",
    "superseded": "superseded",
}
_EVENTS = {
    "activated_new_seat": "Activated on a new seat",
    "activated_same_seat": "Computer key given again",
    "activated_replacement": "Activated again, in the place of an earlier computer ID",
    "activation_refused": "Activation refused",
    "deactivation_refused": "Release refused",
    "released_proven": "Released, proven by the code",
    "released_claimed": "Released without proof",
    "released_forced": "Released by force",
    "release_refused": "Release refused",
    "request_refused": "Question refused",
    "look_up_refused": "Look-up refused",
    "license_issued": "License issued",
    "license_edited": "License changed",
    "activation_key_replaced": "Activation key replaced",
    "change_refused": "Change refused",
    "issue_refused": "Issue refused",
    "license_renewed": "License renewed",
    "license_suspended": "License suspended",
    "license_resumed": "License resumed",
    "license_keys_asked_for": "License keys asked for by mail",
    "mail_sent": "Mail sent",
    "mail_given_up": "Mail given up",
    "mail_queued_again": "Mail to be sent again",
    "signed_in": "Signed in",
    "signed_out": "Signed out",
    "sign_in_refused": "Sign-in refused",
    "permission_refused": "Not permitted",
    "operator_added": "Operator added",
    "operator_reset": "Operator's password reset",
    "operator_disabled": "Operator disabled",
    "customer_edited": "Customer changed",
    "customer_merged": "Customers merged",
    "customer_deleted": "Customer deleted",
    "operator_enabled": "Operator let in again",
    "operator_role_changed": "Operator's role changed",
    "operator_signed_out": "Operator signed out everywhere",
    "password_changed": "Own password changed",
    "password_change_refused": "Change of the own password refused",
    "second_factor_set_up": "Second factor set up",
    "second_factor_ended": "Second factor ended",
    "second_factor_refused": "Change of the second factor refused",
    "recovery_code_used": "Recovery code used",
    "recovery_codes_made": "New recovery codes made",
    "product_added": "Product added",
    "product_rotated": "New epoch begun",
    "epoch_retired": "Epoch retired",
    "features_added": "Features added",
    "profile_exported": "Profile of the wizard downloaded",
    "property_set": "Server property set",
    "branding_set": "Name, logo or color set",
    "mail_template_set": "Words of a mail changed",
    "mail_template_reset": "Words of a mail set back to ours",
}
_MAILS = {
    "computer_key": "Computer key",
    "license_keys": "License keys, asked for",
}
_REASONS = {
    "unknown_activation_key": "unknown activation key",
    "computer_id_mismatch": "computer ID of another activation key",
    "computer_id_released": "computer ID already released",
    "computer_id_superseded": "computer ID no longer counts",
    "not_activated": "computer not activated",
    "wrong_deactivation_code": "wrong deactivation verification code",
    "wrong_sign_in": "wrong name or password",
    "wrong_password": "wrong password",
    "wrong_second_factor": "wrong code of the second factor",
    "second_factor_missing": "no second factor yet",
    "not_permitted": "role does not allow it",
    "no_seat_left": "no seat left",
    "activation_key_replaced": "activation key was replaced",
    "seats_in_use": "more seats in use",
    "changed_meanwhile": "changed meanwhile, or sent twice",
    "license_never_expires": "license never expires",
    "license_expired": "license expired",
    "license_suspended": "license suspended",
    "retired_epoch": "version of the application no longer served",
    "release_limit_reached": "changed computers too often",
    "activation_limit_reached": "activated too often",
    "deactivation_too_early": "too soon after the activation",
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
    """Return the browser and the system of a place; what names neither is told as it is."""
    told = place.device or ""
    browser = next((name for mark, name in _BROWSERS.items() if mark in told), "")
    system = next((name for mark, name in _SYSTEMS.items() if mark in told), "")
    if browser and system:
        return f"{browser} on {system}"
    return told or "an unknown device"


def event_in_words(event: AuditEvent) -> str:
    """Return what happened."""
    return kind_in_words(event.event)


def kind_in_words(kind: str) -> str:
    """Return a kind of event in words; one that has none yet is told by its own name."""
    return _EVENTS.get(kind, kind.replace("_", " ").capitalize())


def reason_in_words(event: AuditEvent) -> str:
    """Return why something was refused, "" where it was not."""
    return "" if event.code is None else _REASONS.get(event.code, event.code.replace("_", " "))


def detail_in_words(event: AuditEvent) -> str:
    """Return what an event says beside: the reason of a forced release, a new expiry, a property's values."""
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
    """Return what kind of mail it is."""
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
    "activation_key_replaced": lambda detail: f"the former one ended in {detail['former']}",
    "property_set": _set,
    "branding_set": _set,
    "product_rotated": lambda detail: f"epoch {detail['epoch']}",
    "epoch_retired": lambda detail: f"epoch {detail['epoch']}",
    "features_added": lambda detail: ", ".join(detail["features"]),
    "operator_role_changed": lambda detail: f"{detail['operator']}: {detail['before']} → {detail['role']}",
    "recovery_code_used": lambda detail: f"{detail['operator']}: {detail['left']} left",
}

"""The audit in words: what happened, by which way, and how a seat was given back."""

from __future__ import annotations

from typing import Any

from server.core.models import AuditEvent, OutboxMail

WAYS = {
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
    "superseded": "replaced",
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
    "license_issued": "Licence issued",
    "license_edited": "Licence changed",
    "activation_key_replaced": "Activation key replaced",
    "change_refused": "Change refused",
    "issue_refused": "Issue refused",
    "license_renewed": "Licence renewed",
    "license_suspended": "Licence suspended",
    "license_resumed": "Licence resumed",
    "license_keys_asked_for": "License keys asked for by mail",
    "mail_sent": "Mail sent",
    "mail_given_up": "Mail given up",
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
    "product_added": "Product added",
    "product_rotated": "New epoch begun",
    "epoch_retired": "Epoch retired",
    "features_added": "Features added",
    "profile_exported": "Profile of the wizard downloaded",
    "property_set": "Server property set",
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
    "not_permitted": "role does not allow it",
    "no_seat_left": "no seat left",
    "activation_key_replaced": "activation key was replaced",
    "seats_in_use": "more seats in use",
    "license_never_expires": "licence never expires",
    "license_expired": "licence expired",
    "license_suspended": "licence suspended",
    "retired_epoch": "version of the application no longer served",
    "release_limit_reached": "changed computers too often",
    "activation_limit_reached": "activated too often",
    "deactivation_too_early": "too soon after the activation",
    "too_many_attempts": "too many attempts",
    "malformed_reason": "no reason given",
}


def event_in_words(event: AuditEvent) -> str:
    """Return what happened; an event that has no words yet is told by its own name."""
    return _EVENTS.get(event.event, event.event.replace("_", " ").capitalize())


def reason_in_words(event: AuditEvent) -> str:
    """Return why something was refused, "" where it was not."""
    return "" if event.code is None else _REASONS.get(event.code, event.code.replace("_", " "))


def detail_in_words(event: AuditEvent) -> str:
    """Return what an event says beside: the reason of a forced release, a new expiry, a property's values."""
    detail = event.detail or {}
    if "reason" in detail:
        return f"“{detail['reason']}”"
    if event.event == "license_renewed":
        until = detail.get("expires")
        return f"until {until}" if until not in (None, "None") else f"{detail.get('days')} days"
    if event.event == "license_edited":
        return _changes(detail)
    if event.event == "activation_key_replaced":
        return f"the former one ended in {detail.get('former')}"
    if event.event == "property_set":
        return f"{detail.get('property')}: {detail.get('before')} → {detail.get('after')}"
    if event.event in ("product_rotated", "epoch_retired"):
        return f"epoch {detail['epoch']}"
    if event.event == "features_added":
        return ", ".join(detail["features"])
    if "customer" in detail:
        return _of_customer(detail)
    named = detail.get("operator") or detail.get("wanted") or detail.get("template") or ""
    return str(named).replace("_", " ")


def _changes(detail: dict[str, Any]) -> str:
    told = [
        f"{name.replace('_', ' ')}: {_value(change[0])} → {_value(change[1])}"
        for name, change in detail.items()
        if name != "also"
    ]
    return ", ".join([*told, *detail.get("also", [])])


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)


def mail_in_words(mail: OutboxMail) -> str:
    """Return what kind of mail it is."""
    return _MAILS.get(mail.template, mail.template.replace("_", " ").capitalize())


def _of_customer(detail: dict[str, Any]) -> str:
    changed = f": {', '.join(detail['changed'])}" if "changed" in detail else ""
    into = f" into {detail['into']}" if "into" in detail else ""
    count = detail.get("licenses")
    held = f", {count} {'licence' if count == 1 else 'licences'}" if count is not None else ""
    return f"number {detail['customer']}{into}{held}{changed}"

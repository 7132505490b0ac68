"""Every error code that people and programs can meet, and all that is known of it but its sentence.

A new code is written here once: its HTTP status, the form field it stands beside, whether it counts as a
guess, and its words in the audit log. Its sentence stands where it is raised: it names what was asked for.

400 cannot be read · 403 the license or the vendor forbids it · 404 unknown · 409 contradicts the state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """What is known of an error code."""

    status: int
    field: str | None = None
    is_guess: bool = False
    """Whether a person without the secret would get it while trying."""
    reason: str = ""
    """Why something was refused, in the audit log."""


CODES: Mapping[str, Code] = {
    "activation_key_exists": Code(409, reason="activation key is in use"),
    "activation_key_replaced": Code(403, field="activation_key", reason="activation key was replaced"),
    "activation_limit_reached": Code(403, reason="activation limit reached"),
    "bad_signature": Code(400, field="link"),
    "batch_differs": Code(409, reason="the same form or name asked for something else"),
    "batch_unfinished": Code(409),
    "changed_meanwhile": Code(409, reason="changed meanwhile"),
    "computer_id_mismatch": Code(
        400, field="computer_id", is_guess=True, reason="ID of another activation key"
    ),
    "computer_id_released": Code(409, field="computer_id", reason="computer ID already released"),
    "computer_id_superseded": Code(409, field="computer_id", reason="computer ID no longer in use"),
    "computer_key_refused": Code(400, field="computer_key"),
    "computer_looks_the_same": Code(403, reason="seat taken too often without proof"),
    "computer_name_required": Code(400, field="computer_name"),
    "computer_not_chosen": Code(400, field="computer_id"),
    "csv_too_large": Code(413, field="file"),
    "customer_exists": Code(409, field="email"),
    "deactivation_too_early": Code(403, reason="too soon after activation"),
    "demo_machine_over": Code(404),
    "epoch_is_current": Code(409),
    "epochs_used_up": Code(409),
    "expiry_in_the_past": Code(400, field="expires"),
    "expiry_out_of_range": Code(400, field="expires"),
    "foreign_activation_key": Code(400, reason="activation key of another system"),
    "foreign_form": Code(403),
    "form_expired": Code(400),
    "form_not_kept": Code(404),
    "import_begun": Code(409),
    "internal_error": Code(500),
    "last_administrator": Code(409),
    "license_expired": Code(403, reason="license expired"),
    "license_never_expires": Code(409, field="days", reason="license never expires"),
    "license_has_no_customer": Code(409, reason="license has no customer"),
    "license_suspended": Code(403, reason="license on hold"),
    "logo_is_svg": Code(400, field="logo"),
    "logo_too_large": Code(413, field="logo"),
    "mail_not_configured": Code(409),
    "mail_not_kept": Code(409),
    "malformed_activation_key": Code(400, field="activation_key"),
    "malformed_batch_name": Code(400, field="batch"),
    "malformed_color": Code(400, field="color"),
    "malformed_computer_id": Code(400, field="computer_id"),
    "malformed_computer_key": Code(400, field="computer_key"),
    "malformed_computer_name": Code(400, field="computer_name"),
    "malformed_count": Code(400, field="count"),
    "malformed_csv": Code(400, field="file", reason="CSV can’t be read"),
    "malformed_customer_name": Code(400, field="name"),
    "malformed_deactivation_code": Code(400, field="code"),
    "malformed_email": Code(400, field="email"),
    "malformed_feature": Code(400, field="features"),
    "malformed_key_style": Code(400, field="key_style"),
    "malformed_logo": Code(400, field="logo"),
    "malformed_machine_source": Code(400, field="machine_source"),
    "malformed_notes": Code(400, field="notes"),
    "malformed_order": Code(400, field="order"),
    "malformed_operator_name": Code(400, field="name"),
    "malformed_password": Code(400, field="new_password"),
    "malformed_privacy_address": Code(400, field="privacy"),
    "malformed_product_code": Code(400, field="code"),
    "malformed_product_name": Code(400, field="name"),
    "malformed_property": Code(400),
    "malformed_reason": Code(400, field="reason", reason="no reason given"),
    "malformed_request": Code(400),
    "malformed_role": Code(400, field="role"),
    "malformed_seats": Code(400, field="seats"),
    "malformed_status": Code(400, field="status"),
    "malformed_subject": Code(400, field="subject"),
    "malformed_terms": Code(400),
    "malformed_text": Code(400, field="text"),
    "malformed_token": Code(400, field="link"),
    "malformed_vendor_name": Code(400, field="name"),
    "malformed_view": Code(400, field="name"),
    "malformed_view_name": Code(400, field="name"),
    "method_not_allowed": Code(405),
    "newer_version": Code(400, reason="made by a newer version"),
    "no_release_link": Code(403, reason="no release link for this license"),
    "no_seat_left": Code(403, reason="no seats left"),
    "not_activated": Code(409, field="computer_id", is_guess=True, reason="computer not activated"),
    "not_found": Code(404),
    "not_permitted": Code(403, reason="role doesn’t allow it"),
    "nothing_chosen": Code(400),
    "opened_over_http": Code(400),
    "operator_exists": Code(409, field="name"),
    "own_account": Code(409),
    "product_exists": Code(409, field="code"),
    "product_name_not_typed": Code(400, field="typed", reason="product’s name not typed"),
    "release_link_expired": Code(404, reason="release link used, expired, or unknown"),
    "release_limit_reached": Code(403, reason="transfer limit reached"),
    "renewal_needs_scan": Code(403, reason="renewal only by scanning"),
    "replacement_needs_link": Code(403, reason="replacement by typed codes"),
    "replacement_needs_reason": Code(400, field="reason", reason="replacement without a reason"),
    "replacement_needs_vendor": Code(403, reason="replacement without proof"),
    "request_too_large": Code(413),
    "retired_epoch": Code(403, reason="application version no longer supported"),
    "same_customer": Code(409, field="email"),
    "seats_in_use": Code(409, field="seats", reason="more seats are in use"),
    "second_factor_missing": Code(403, reason="second factor not set up"),
    "second_factor_needed": Code(403),
    "second_factor_not_begun": Code(409),
    "second_factor_off": Code(409),
    "second_factor_on": Code(409),
    "server_busy": Code(503),
    "sign_in_expired": Code(403),
    "signed_out": Code(403),
    "switched_off": Code(404),
    "too_many_attempts": Code(429, reason="too many attempts"),
    "too_many_chosen": Code(400),
    "too_many_features": Code(400, field="features"),
    "too_many_rows": Code(400, field="file", reason="too many rows"),
    "too_many_views": Code(409, field="name"),
    "unknown_activation_key": Code(
        404, field="activation_key", is_guess=True, reason="unknown activation key"
    ),
    "unknown_batch": Code(404),
    "unknown_brand_part": Code(404),
    "unknown_change": Code(404),
    "unknown_columns": Code(400, field="file", reason="columns are not named"),
    "unknown_computer": Code(404),
    "unknown_customer": Code(404, field="email"),
    "unknown_feature": Code(400),
    "unknown_import": Code(404),
    "unknown_license": Code(404),
    "unknown_mail": Code(404),
    "unknown_operator": Code(404),
    "unknown_product": Code(404),
    "unknown_property": Code(404),
    "unknown_session": Code(404),
    "unknown_view": Code(404),
    "unsupported_media_type": Code(415),
    "unwanted_day": Code(400, field="expires"),
    "unwanted_days": Code(400, field="days"),
    "wrong_deactivation_code": Code(400, field="code", is_guess=True, reason="wrong verification code"),
    "wrong_first_code": Code(403, field="code"),
    "wrong_password": Code(403, field="password", is_guess=True, reason="wrong password"),
    "wrong_second_factor": Code(403, field="code", is_guess=True, reason="wrong second factor code"),
    "wrong_sign_in": Code(403, field="password", is_guess=True, reason="wrong name or password"),
}


def is_guess(code: str) -> bool:
    """Return whether a refusal uses up an attempt."""
    return code in CODES and CODES[code].is_guess


def field_of(code: str) -> str | None:
    """Return the form field that a person has to look at again."""
    return CODES[code].field if code in CODES else None


def reason_of(code: str | None) -> str:
    """Return why something was refused, in words; a code that has none yet is shown by its own name."""
    if code is None:
        return ""
    known = CODES.get(code)
    return (known.reason if known else "") or code.replace("_", " ")

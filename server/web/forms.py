"""Forms in the browser: the field that shows where they come from, what was typed, and what was wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Flask, request
from flask_wtf.csrf import CSRFProtect

from keyferry.protocol.errors import ProtocolError
from keyferry.server.config import Settings
from keyferry.server.core.errors import CoreError
from keyferry.server.core.secrets import Keyring

csrf = CSRFProtect()

# Which field a person has to look at again.
_FIELDS = {
    "malformed_activation_key": "activation_key",
    "unknown_activation_key": "activation_key",
    "activation_key_replaced": "activation_key",
    "malformed_computer_id": "computer_id",
    "computer_id_mismatch": "computer_id",
    "computer_id_released": "computer_id",
    "computer_id_superseded": "computer_id",
    "not_activated": "computer_id",
    "malformed_computer_name": "computer_name",
    "computer_name_required": "computer_name",
    "malformed_deactivation_code": "code",
    "wrong_deactivation_code": "code",
    "malformed_email": "email",
    "unknown_customer": "email",
    "customer_exists": "email",
    "same_customer": "email",
    "malformed_customer_name": "name",
    "malformed_product_code": "code",
    "product_exists": "code",
    "malformed_product_name": "name",
    "malformed_key_style": "key_style",
    "malformed_machine_source": "machine_source",
    "malformed_feature": "features",
    "too_many_features": "features",
    "malformed_reason": "reason",
    "malformed_notes": "notes",
    "malformed_token": "link",
    "bad_signature": "link",
    "wrong_sign_in": "password",
    "malformed_seats": "seats",
    "seats_in_use": "seats",
    "malformed_count": "count",
    "expiry_out_of_range": "expires",
    "expiry_in_the_past": "expires",
    "license_never_expires": "days",
    "unwanted_day": "expires",
    "unwanted_days": "days",
    "wrong_password": "password",
    "wrong_second_factor": "code",
    "wrong_first_code": "code",
    "malformed_password": "new_password",
    "malformed_operator_name": "name",
    "operator_exists": "name",
    "malformed_role": "role",
    "malformed_subject": "subject",
    "malformed_text": "text",
    "malformed_vendor_name": "name",
    "malformed_privacy_address": "privacy",
    "malformed_color": "color",
    "malformed_logo": "logo",
    "logo_too_large": "logo",
}


@dataclass(frozen=True)
class Refusal:
    """What a page says of an error: beside which field, and the reading that may have been meant."""

    code: str
    message: str
    beside: str | None
    suggestion: str | None = field(default=None, repr=False)


def init_forms(app: Flask, settings: Settings, keyring: Keyring) -> None:
    """Have every form carry a field that only our own pages know; its secret comes from the master key."""
    app.secret_key = keyring.derived("forms")
    app.config.update(
        SESSION_COOKIE_NAME="keyferry_form",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        # A form that was left open over lunch is sent like any other.
        WTF_CSRF_TIME_LIMIT=None,
        # Our pages name no referrer, see `headers`, so there is none to compare.
        WTF_CSRF_SSL_STRICT=False,
    )
    csrf.init_app(app)


def posted() -> dict[str, str]:
    """Return what was typed into the form; a suggestion that was taken stands in the place of its field."""
    values = request.form.to_dict()
    name, _, text = values.pop("take", "").partition("=")
    return values | {name: text} if name in values else values


def refusal_of(error: CoreError | ProtocolError) -> Refusal:
    """Return what a page says of an error."""
    return Refusal(error.code, str(error), _FIELDS.get(error.code), error.suggestion)


def form_expired() -> CoreError:
    """Return the error for a form whose field does not fit: sent again from the new page, it goes through."""
    return CoreError(
        "This page was open too long, or your browser blocks cookies. What you typed is still here. Send "
        "it again.",
        code="form_expired",
    )

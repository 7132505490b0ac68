"""Forms in the browser: the field that shows where they come from, what was typed, and what was wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Flask, request
from flask_wtf.csrf import CSRFProtect

from keyferry.protocol.errors import ProtocolError
from keyferry.server.config import Settings
from keyferry.server.core.errors import CoreError
from keyferry.server.core.secrets import Keyring
from keyferry.server.web.languages import said
from keyferry.server.words.codes import field_of

csrf = CSRFProtect()


@dataclass(frozen=True)
class Refusal:
    """What a page says of an error: beside which field, and the reading that may have been meant."""

    code: str
    message: str
    beside: str | None
    suggestion: str | None = field(default=None, repr=False)
    sends_to_vendor: bool = False
    """Whether it names the vendor, so that the page shows the ways there."""


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
    english = error.args[0]
    return Refusal(error.code, said(english), field_of(error.code), error.suggestion, "vendor" in english)


def form_expired() -> CoreError:
    """Return the error for a form whose field does not fit: sent again from the new page, it goes through."""
    return CoreError(
        "This page was open too long, or your browser blocks cookies. What you typed is still here. Send "
        "it again.",
        code="form_expired",
    )

"""Forms in the browser: the field that shows where they come from, what was typed, and what was wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from flask import Flask, Request, Response, abort, current_app, request, session
from flask.globals import request_ctx
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect

from keyferry.protocol.sentences import CodedError
from keyferry.server.config import Settings
from keyferry.server.core.errors import CoreError, LicenseRefused
from keyferry.server.core.secrets import Keyring
from keyferry.server.parts import parts
from keyferry.server.web.languages import said
from keyferry.server.words.codes import field_of

csrf = CSRFProtect()

PLAIN = "plain"
"""The field that a form has in a browser without scripts."""

_BOUND = "made_for"
_SAFE = ("GET", "HEAD", "OPTIONS")
# The phone's answers need no cookie, so another site's page gains nothing by asking.
_OPEN = "/phone/"


@dataclass(frozen=True)
class Refusal:
    """What a page says of an error: beside which field, and the reading that may have been meant."""

    code: str
    message: str
    beside: str | None
    suggestion: str | None = field(default=None, repr=False)
    sends_to_vendor: bool = False
    """Whether it names the vendor, so that the page shows the ways there."""
    offers_link: bool = False
    """Whether a link mailed to the customer would free a seat."""


def init_forms(app: Flask, settings: Settings, keyring: Keyring) -> None:
    """Have every form carry a field that only our own pages know; its secret comes from the master key."""
    app.secret_key = keyring.derived("forms")
    # Before anything else looks at the form: what a foreign page sends is shown to nobody to be sent again.
    app.before_request(_refuse_foreign)
    app.after_request(_let_back_show)
    app.config.update(
        SESSION_COOKIE_NAME=cookie_name("form", settings, keyring),
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        # A form that was left open over lunch is sent like any other.
        WTF_CSRF_TIME_LIMIT=None,
        # Our pages name no referrer, see `headers`, so there is none to compare.
        WTF_CSRF_SSL_STRICT=False,
    )
    app.session_interface = _FormSessions()
    app.jinja_env.globals["page_behind"] = lambda: "" if is_plain() else page_behind()
    csrf.init_app(app)


class _FormSessions(SecureCookieSessionInterface):
    """Flask's sessions, which hold what forms need; whoever brings no cookie costs nothing."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return (
            super().open_session(app, request) if "HTTP_COOKIE" in request.environ else self.session_class()
        )


def cookie_name(purpose: str, settings: Settings, keyring: Keyring) -> str:
    """Return the name of a cookie of this server: another one on the same host, at any port, has others.

    Over HTTPS no other host and no plain page can set one of this name.
    """
    prefix = "__Host-" if settings.is_https else ""
    return f"{prefix}keyferry_{purpose}_{keyring.derived('cookie names')[:4].hex()}"


def is_bound(token: str) -> bool:
    """Return whether the forms of this browser were made for this sign-in."""
    return session.get(_BOUND) == _digest(token)


def bind(token: str) -> None:
    """Have forms carry a fresh field from now on that is worth something with this sign-in only."""
    if not is_bound(token):
        session.pop("csrf_token", None)
        session[_BOUND] = _digest(token)


def posted() -> dict[str, str]:
    """Return what was typed into the form; a suggestion that was taken stands in the place of its field."""
    values = request.form.to_dict()
    values.pop(PLAIN, None)
    name, _, text = values.pop("take", "").partition("=")
    return values | {name: text} if name in values else values


def page_behind() -> str:
    """Return the page that the form of this request stands on, "" where this is no answer to a form.

    Browsers keep no answer to a form that may not be stored: who comes back to it is to get this instead.
    A script sees to that, see `_let_back_show` for where none runs.
    """
    adapter, path = request_ctx.url_adapter, request.path
    if request.method != "POST" or adapter is None:
        return ""
    while path.count("/") > 1 and not adapter.test(path, "GET"):
        path = path.rpartition("/")[0]
    return path if path.count("/") > 1 else f"{path}/"


def refusal_of(error: CodedError) -> Refusal:
    """Return what a page says of an error."""
    english = error.args[0]
    offers_link = isinstance(error, LicenseRefused) and error.offers_link
    return Refusal(
        error.code, said(english), field_of(error.code), error.suggestion, "vendor" in english, offers_link
    )


def form_expired() -> CoreError:
    """Return the error for a form whose field does not fit: sent again from the new page, it goes through."""
    has_cookie = current_app.config["SESSION_COOKIE_NAME"] in request.cookies
    if parts().settings.is_https and not has_cookie and _came_in_the_clear():
        address = parts().settings.public_url + (page_behind() or request.path)
        return CoreError(
            "Here your browser keeps no cookies, because this address has no https. Open {address} instead.",
            code="opened_over_http",
            address=address,
        )
    if not has_cookie:
        return CoreError(
            "Your browser sent no cookie with this. If that happens again, allow cookies for this site. What "
            "you typed is still here. Send it again.",
            code="form_expired",
        )
    return CoreError(
        "This page was out of date. What you typed is still here. Send it again.", code="form_expired"
    )


def _came_in_the_clear() -> bool:
    """Return whether it was sent without encryption, also where a proxy doesn't say so."""
    # Browsers name the site of what they send over HTTPS only, and on the machine itself.
    return not request.is_secure and "Sec-Fetch-Site" not in request.headers


def _refuse_foreign() -> None:
    """Refuse what the page of another site sends, whatever cookies come along."""
    if request.method in _SAFE or request.path.startswith(_OPEN):
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        is_own = site in ("same-origin", "none")
    else:
        # Our pages name no referrer, for which browsers write "null"; older ones say nothing else.
        own = (f"{request.scheme}://{request.host}", parts().settings.public_url)
        is_own = origin is None or origin in ("null", *own)
    if not is_own:
        abort(403)


def is_plain() -> bool:
    """Return whether a browser without scripts sent the form of this request, as far as that is known."""
    # What can't be read, such as a file that is too large, would fail again here.
    form = vars(request).get("form")
    return form is None or PLAIN in form


def _let_back_show(response: Response) -> Response:
    """Have a browser without scripts keep the answer to a form: else Back would show an error of its own."""
    if request.method == "POST" and response.mimetype == "text/html" and is_plain():
        response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()

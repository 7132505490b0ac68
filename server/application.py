"""The application: the one place where the parts of the server meet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from keyferry.server.base_app import create_base_app
from keyferry.server.config import Settings, load_settings
from keyferry.server.faces import phone, portal, self_help
from keyferry.server.parts import EXTENSION, utc_now
from keyferry.server.web import health
from keyferry.server.web.addresses import EncodedFragment, RowNumber
from keyferry.server.web.forms import cookie_name, csrf, init_forms
from keyferry.server.web.headers import init_headers
from keyferry.server.web.languages import init_languages
from keyferry.server.web.problems import init_problems
from keyferry.server.web.rendering import init_rendering
from keyferry.server.web.request_ids import init_request_ids
from keyferry.server.web.static_files import init_static_files
from keyferry.server.web.switching import init_switching

MAX_REQUEST_BYTES = 16 * 1024


def create_app(
    config: Settings | None = None, *, clock: Callable[[], datetime] = utc_now, checks: bool = True
) -> Flask:
    """Return the application of an initialized server, with all of its pages.

    `checks` and what is raised as in `create_base_app`.
    """
    settings = config or load_settings()
    app = create_base_app(settings, clock=clock, checks=checks)
    keyring = app.extensions[EXTENSION].keyring
    app.url_map.converters |= {"int": RowNumber, "encoded_fragment": EncodedFragment}
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES
    if settings.trusted_proxies:
        # Without this every phone would have the proxy's address, and share one limit of failures.
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    init_headers(app, settings)
    init_static_files(app)
    init_request_ids(app, settings)
    init_problems(app)
    init_forms(app, settings, keyring)
    init_languages(app, cookie=cookie_name("language", settings, keyring))
    init_switching(app)
    init_rendering(app)
    for room in (health, phone, self_help, portal):
        app.register_blueprint(room.blueprint)
    app.register_blueprint(self_help.front)
    # What the phone page asks needs no form: it sends JSON, and nobody is signed in.
    csrf.exempt(phone.api.blueprint)
    return app

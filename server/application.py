"""The application: the one place where the parts of the server meet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from keyferry.server.config import Settings, load_keyring, load_settings
from keyferry.server.core.licensing.products import check_master_key
from keyferry.server.core.secrets import Keyring
from keyferry.server.db import db, init_database, reading, require_migrated
from keyferry.server.faces import phone, portal, self_help
from keyferry.server.parts import EXTENSION, Parts, utc_now
from keyferry.server.web import health
from keyferry.server.web.addresses import EncodedFragment, RowNumber
from keyferry.server.web.forms import csrf, init_forms
from keyferry.server.web.headers import init_headers
from keyferry.server.web.languages import init_languages
from keyferry.server.web.problems import init_problems
from keyferry.server.web.request_ids import init_request_ids

MAX_REQUEST_BYTES = 16 * 1024


def create_app(
    config: Settings | None = None, *, clock: Callable[[], datetime] = utc_now, checks: bool = True
) -> Flask:
    """Return the application of an initialized server.

    Without `checks` the database is not asked: for a process that serves what another one has checked.
    Raises ConfigError, or SecretUnreadable where the master key does not belong to the database; both say
    what to do.
    """
    settings = config or load_settings()
    app = create_database_app(settings)
    app.url_map.converters |= {"int": RowNumber, "encoded_fragment": EncodedFragment}
    keyring = _checked_keyring(app, settings) if checks else load_keyring(settings)
    app.extensions[EXTENSION] = Parts(settings, keyring, clock)
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES
    if settings.trusted_proxies:
        # Without this every phone would have the proxy's address, and share one limit of failures.
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    init_headers(app, settings)
    init_request_ids(app, settings)
    init_problems(app)
    init_forms(app, settings, keyring)
    init_languages(app)
    for room in (health, phone, self_help, portal):
        app.register_blueprint(room.blueprint)
    # What the phone page asks needs no form: it sends JSON, and nobody is signed in.
    csrf.exempt(phone.api.blueprint)
    return app


def create_database_app(settings: Settings) -> Flask:
    """Return an application with a database and nothing else: what `keyferry init` needs to make one."""
    app = Flask("keyferry.server", instance_path=str(settings.home), static_folder="static")
    init_database(app, settings)
    return app


def _checked_keyring(app: Flask, settings: Settings) -> Keyring:
    with app.app_context():
        try:
            require_migrated(settings)
            keyring = load_keyring(settings)
            with reading() as session:
                check_master_key(session, keyring)
        finally:
            # A process that is forked later must not inherit a connection.
            db.engine.dispose()
    return keyring

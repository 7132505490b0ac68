"""Applications that answer no request: what commands need, and what the server's pages are added to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask

from keyferry.server.config import Settings, load_keyring, load_settings
from keyferry.server.core.licensing.products import check_master_key
from keyferry.server.core.secrets import Keyring
from keyferry.server.db import db, init_database, reading, require_migrated
from keyferry.server.parts import EXTENSION, Parts, utc_now


class _Application(Flask):
    """Without coroutines, which need not be looked for around each request."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is."""
        return func


def create_base_app(
    config: Settings | None = None, *, clock: Callable[[], datetime] = utc_now, checks: bool = True
) -> Flask:
    """Return the application of an initialized server, without its pages.

    Without `checks` the database is not asked: for a process that serves what another one has checked.
    Raises ConfigError, or SecretUnreadable where the master key does not belong to the database; both say
    what to do.
    """
    settings = config or load_settings()
    app = create_database_app(settings)
    keyring = _checked_keyring(app, settings) if checks else load_keyring(settings)
    app.extensions[EXTENSION] = Parts(settings, keyring, clock)
    return app


def create_database_app(settings: Settings) -> Flask:
    """Return an application with a database and nothing else: what `keyferry init` needs to make one."""
    app = _Application("keyferry.server", instance_path=str(settings.home), static_folder="static")
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

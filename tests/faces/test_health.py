"""What monitors and load balancers ask of a server."""

from __future__ import annotations

import pytest
from flask import Flask

from keyferry.server.core.secrets import Keyring, new_master_key
from keyferry.server.db import db
from keyferry.server.parts import EXTENSION, Parts


def asked(app: Flask, address: str) -> tuple[int, str]:
    answer = app.test_client().get(address)
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status_code, answer.text.strip()


def test_a_server_that_can_do_its_work_is_alive_and_ready(app, vendor):
    assert asked(app, "/healthz") == (200, "ok")
    assert asked(app, "/readyz") == (200, "ready")


@pytest.mark.engines("sqlite")
def test_without_its_database_it_is_alive_and_not_ready_until_the_database_is_back(app, vendor, settings):
    file = settings.sqlite_file
    db.engine.dispose()
    away = file.rename(file.with_suffix(".away"))
    assert asked(app, "/healthz") == (200, "ok")
    assert asked(app, "/readyz") == (503, "not_initialized")
    away.rename(file)
    assert asked(app, "/readyz") == (200, "ready")


@pytest.mark.usefixtures("vendor")
def test_with_another_master_key_it_is_not_ready(own_app, settings, clock):
    other = Keyring.from_text(new_master_key("other"))
    own_app.extensions[EXTENSION] = Parts(settings, other, clock)
    assert asked(own_app, "/readyz") == (503, "missing_master_key")

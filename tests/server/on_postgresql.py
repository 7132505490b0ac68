"""What has tests run on a real PostgreSQL: import these in the place of the usual fixtures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from psycopg import sql

from server import create_app, create_database_app
from server.config import Settings
from server.core.secrets import new_master_key
from server.db import db, upgrade

__all__ = ["app", "settings"]


@pytest.fixture
def settings(postgresql: str, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """A database of its own for each test."""
    name = "".join(filter(str.isalnum, tmp_path.name)).lower()
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    settings = Settings(
        home=tmp_path,
        database_url=postgresql.replace("/postgres?", f"/{name}?"),
        master_key=new_master_key("test"),
    )
    with create_database_app(settings).app_context():
        upgrade()
        db.engine.dispose()
    return settings


@pytest.fixture
def app(settings: Settings, clock) -> Iterator[Flask]:
    app = create_app(settings, clock=clock)
    with app.app_context():
        yield app
        db.engine.dispose()

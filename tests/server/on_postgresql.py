"""What has tests run on a real PostgreSQL: import these in the place of the usual fixtures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from psycopg import sql

from keyferry.server import create_app
from keyferry.server.base_app import create_database_app
from keyferry.server.config import Settings
from keyferry.server.core.secrets import new_master_key
from keyferry.server.db import db, upgrade

__all__ = ["app", "settings"]


def new_database(postgresql: str, home: Path) -> tuple[str, Settings]:
    """Make a database of its own for a test, without any table; returns its name, too."""
    name = "".join(filter(str.isalnum, home.name)).lower()
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    url = postgresql.replace("/postgres?", f"/{name}?")
    return name, Settings(home=home, database_url=url, master_key=new_master_key("test"))


@pytest.fixture
def settings(postgresql: str, tmp_path: Path) -> Settings:
    """A database of its own for each test."""
    _, settings = new_database(postgresql, tmp_path)
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

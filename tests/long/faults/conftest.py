"""Real servers that are killed under load, on both engines."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from bench.servers.instance import Instance
from tests.postgresql_server import postgresql, postgresql_server

__all__ = ["postgresql", "postgresql_server"]


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Instance:
    return Instance(tmp_path / "home", None)


@pytest.fixture
def on_postgresql(tmp_path: Path, postgresql: str) -> Instance:
    name = "".join(filter(str.isalnum, tmp_path.name)).lower()
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    address = postgresql.replace("/postgres?", f"/{name}?").replace("postgresql://", "postgresql+psycopg://")
    return Instance(tmp_path / "home", address)


@pytest.fixture(params=["sqlite", "postgresql"])
def instance(request: pytest.FixtureRequest) -> Instance:
    found: Instance = request.getfixturevalue(f"on_{request.param}")
    return found

"""`keyferry` as an administrator types it, in the test’s process; browsers at Self Help and at the portal."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask

from keyferry.server.command_line import main
from keyferry.server.core import properties
from keyferry.server.db import transaction
from tests.conftest import STAFF, Vendor
from tests.faces import portal_visitor
from tests.faces.visitor import Visitor


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)

    @property
    def refusal(self) -> str:
        """The code of a refusal that was asked for in JSON."""
        assert (self.exit_code, self.stderr) == (1, ""), self.stderr
        assert set(self.json) <= {"code", "message", "suggestion"}
        code: str = self.json["code"]
        return code


@pytest.fixture
def keyferry(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest
) -> Callable[..., Said]:
    for name in ("DATABASE_URL", "MASTER_KEY", "MASTER_KEY_FILE", "PUBLIC_URL"):
        monkeypatch.delenv(f"KEYFERRY_{name}", raising=False)
    monkeypatch.setenv("KEYFERRY_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    if "database_url" in request.fixturenames and (url := request.getfixturevalue("database_url")):
        monkeypatch.setenv("KEYFERRY_DATABASE_URL", url)

    def run(*arguments: str, typed: str | None = None) -> Said:
        done = CliRunner().invoke(main, list(arguments), input=typed, catch_exceptions=False)
        return Said(done.exit_code, done.stdout, done.stderr)

    return run


@pytest.fixture
def instance(settings, keyferry) -> Callable[..., Said]:
    """`keyferry` on an initialized instance."""
    return keyferry


@pytest.fixture
def done(instance) -> Callable[..., Any]:
    """Run a command that must succeed, and return its JSON."""

    def run(*arguments: str) -> Any:
        said = instance(*arguments, "--json")
        assert said.exit_code == 0, said.stdout + said.stderr
        return said.json

    return run


@pytest.fixture
def issue(done) -> Callable[..., str]:
    """Issue a license of two seats and return its activation key."""

    def issue(*options: str) -> str:
        [license] = done("license", "issue", "demo-cad", "--seats", "2", *options)["licenses"]
        key: str = license["activation_key"]
        return key

    return issue


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """A customer with a browser, at the Self Help pages of the vendor."""
    return Visitor(app)


@pytest.fixture
def switch(vendor: Vendor) -> Callable[[str, str], None]:
    """Set a server property, as staff would."""

    def switch(name: str, value: str) -> None:
        with transaction() as session:
            properties.put(session, name, value, by=STAFF, now=vendor.clock.now)

    return switch


@pytest.fixture
def desk(vendor: Vendor) -> portal_visitor.Visitor:
    """A browser at the portal, with the administrator ada."""
    return portal_visitor.staff(vendor)

"""`make lint` keeps the contracts in pyproject.toml; here each is broken once, to see it noticed."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGES = ("protocol", "server", "wizard_stub")
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")

FORBIDDEN = [
    ("protocol", "from server.core import models"),
    ("protocol", "import wizard_stub"),
    ("protocol", "import flask"),
    ("protocol", "from sqlalchemy import select"),
    ("protocol", "import socket"),
    ("protocol", "import time"),
    ("protocol", "from pathlib import Path"),
    ("protocol", "import demo"),
    ("wizard_stub", "import server"),
    ("wizard_stub", "from server.core import licenses"),
    ("wizard_stub", "import flask"),
    ("wizard_stub", "import sqlalchemy"),
    ("wizard_stub", "import ssl"),
    ("wizard_stub", "from http import client"),
    ("wizard_stub", "import urllib.request"),
    ("server/core", "from server.faces import phone"),
    ("server/core", "from server.db import transaction"),
    ("server/core", "import flask"),
    ("server/core", "from werkzeug import exceptions"),
    ("server/core", "import wizard_stub"),
    ("server/core", "import wsgi"),
    ("server/faces/phone", "from server.faces import command_line"),
    ("server/faces/command_line", "import server.faces.phone"),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT_IMPORTS, "--no-logo", "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    shutil.copy(root / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        shutil.copytree(root / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_the_arrows_are_kept(copy):
    kept = lint(copy)
    assert kept.returncode == 0, kept.stdout


@pytest.mark.parametrize(("place", "line"), FORBIDDEN)
def test_a_forbidden_import_is_noticed(copy, place, line):
    (copy / place / "forbidden_import.py").write_text(line + "\n")
    broken = lint(copy)
    assert broken.returncode == 1
    assert f"{place.replace('/', '.')}.forbidden_import" in broken.stdout


CLOCK_READINGS = {"now", "utcnow", "today"}


def looks_at_the_clock(text: str) -> bool:
    calls = (node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
    return any(isinstance(called, ast.Attribute) and called.attr in CLOCK_READINGS for called in calls)


def test_protocol_and_core_are_told_the_time(root: Path, tracked: list[Path]):
    pure = [path for path in tracked if path.suffix == ".py" and path.parts[:1] == ("protocol",)]
    pure += [path for path in tracked if path.suffix == ".py" and path.parts[:2] == ("server", "core")]
    assert [path for path in pure if looks_at_the_clock((root / path).read_text())] == []

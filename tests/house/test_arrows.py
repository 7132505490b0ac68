"""`make lint` keeps the contracts in pyproject.toml; here all are broken at once, to see each noticed."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

FOLDERS = ("protocol", "server", "wizard_stub", "pwa", "keyferry")
NAMES = {"wizard_stub": "wizard"}
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")

FORBIDDEN = [
    ("protocol", "from keyferry.server.core import models"),
    ("protocol", "from keyferry import wizard"),
    ("protocol", "import flask"),
    ("protocol", "from sqlalchemy import select"),
    ("protocol", "import socket"),
    ("protocol", "import time"),
    ("protocol", "from pathlib import Path"),
    ("protocol", "import demo"),
    ("wizard_stub", "import keyferry.server"),
    ("wizard_stub", "from keyferry.server.core.licensing import licenses"),
    ("wizard_stub", "import flask"),
    ("wizard_stub", "import sqlalchemy"),
    ("wizard_stub", "import ssl"),
    ("wizard_stub", "from http import client"),
    ("wizard_stub", "import urllib.request"),
    ("server/core", "from keyferry.server.faces import phone"),
    ("server/core", "from keyferry.server.db import transaction"),
    ("server/core", "from keyferry.server.services import guard"),
    ("server/core/licensing", "import flask"),
    ("server/core/staff", "from werkzeug import exceptions"),
    ("server/core", "from keyferry import wizard"),
    ("server/core", "from keyferry import wsgi"),
    ("server/services", "from keyferry.server.faces import portal"),
    ("server/mail", "from keyferry.server.services import guard"),
    ("server/faces/phone", "from keyferry.server import command_line"),
    ("server/faces/portal", "import keyferry.server.faces.phone"),
]


@pytest.fixture(scope="module")
def broken(root: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is said of a copy in which every forbidden import stands in a module of its own."""
    copy = tmp_path_factory.mktemp("copy")
    shutil.copy(root / "pyproject.toml", copy)
    for folder in FOLDERS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(root / folder, copy / folder, symlinks=True, ignore=ignored)
    shutil.copy(root / "wsgi.py", copy)
    for number, (folder, line) in enumerate(FORBIDDEN):
        (copy / folder / f"forbidden_{number}.py").write_text(line + "\n")
    (copy / "server" / "somewhere_new.py").write_text('"""A module that no layer names."""\n')
    said = subprocess.run(
        [LINT_IMPORTS, "--no-logo", "--no-cache"],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 1
    return said.stdout


@pytest.mark.parametrize("number", range(len(FORBIDDEN)), ids=lambda number: " ".join(FORBIDDEN[number]))
def test_a_forbidden_import_is_noticed(broken, number):
    package = ".".join(NAMES.get(part, part) for part in FORBIDDEN[number][0].split("/"))
    assert f"keyferry.{package}.forbidden_{number} ->" in broken


def test_a_new_file_of_the_server_needs_a_layer(broken):
    assert "somewhere_new" in broken


def test_no_modules_import_each_other_in_a_circle():
    graph = grimp.build_graph("keyferry", cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    while free := {module for module, imported in imports.items() if not imported & imports.keys()}:
        imports = {module: imported for module, imported in imports.items() if module not in free}
    assert sorted(imports) == []


CLOCK_READINGS = {"now", "utcnow", "today"}


def reads_the_clock(text: str) -> bool:
    calls = (node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
    return any(isinstance(called, ast.Attribute) and called.attr in CLOCK_READINGS for called in calls)


def test_protocol_and_core_get_the_time(modules: dict[Path, str]):
    pure = [path for path in modules if path.parts[0] == "protocol" or path.parts[:2] == ("server", "core")]
    assert [path for path in pure if reads_the_clock(modules[path])] == []


def test_nothing_is_imported_by_the_name_of_its_folder(modules: dict[Path, str]):
    """`server` and `keyferry.server` would be two modules with two of everything."""
    folders = {"protocol", "server", "wizard_stub", "pwa", "wsgi"}
    found = [
        f"{path}: {name}"
        for path, text in modules.items()
        for name in imported(ast.parse(text))
        if name.partition(".")[0] in folders
    ]
    assert found == []


def imported(tree: ast.Module) -> list[str]:
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    return names + [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]

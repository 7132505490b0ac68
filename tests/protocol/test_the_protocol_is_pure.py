"""No clock, no files, no network, no randomness: what is not imported cannot be called."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from keyferry import protocol

MODULES = sorted(Path(protocol.__path__[0]).glob("*.py"))
ALLOWED = {
    "__future__",
    "base64",
    "collections",
    "cryptography",
    "dataclasses",
    "datetime",
    "enum",
    "functools",
    "hashlib",
    "hmac",
    "itertools",
    "itsdangerous",
    "json",
    "jwt",
    "operator",
    "re",
    "typing",
    "unicodedata",
}
CLOCKS_AND_DOORS = {"now", "utcnow", "today", "open", "input", "print", "exec", "eval", "__import__", "time"}


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield node.module or ""


def is_of_protocol(name):
    return f"{name}.".startswith("keyferry.protocol.")


def called(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            yield function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_a_module_imports_only_what_has_no_door_to_the_world(module):
    names = {name for name in imported(ast.parse(module.read_text())) if not is_of_protocol(name)}
    assert {name.partition(".")[0] for name in names} <= ALLOWED


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_a_module_calls_no_clock_and_opens_nothing(module):
    names = set(called(ast.parse(module.read_text())))
    # `time()` in claims.py is midnight of a day that was handed in.
    assert names & CLOCKS_AND_DOORS <= ({"time"} if module.stem == "claims" else set())


def test_the_protocol_is_imported_without_the_server():
    code = (
        "import sys, pkgutil, importlib\n"
        "from keyferry import protocol\n"
        "for module in pkgutil.iter_modules(protocol.__path__):\n"
        "    importlib.import_module(f'keyferry.protocol.{module.name}')\n"
        "others = {'flask', 'sqlalchemy', 'keyferry.server', 'keyferry.wizard', 'segno'}\n"
        "assert not others & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(protocol.__path__[0]).parents[1])

"""Tests hold on to what the product promises: its private names may change without them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PRODUCT = {"protocol", "server", "wizard_stub"}
PRIVATE = re.compile(r"_(?!_)\w+")
# In a text: the name alone, as `monkeypatch` takes it, or in an address or a program.
IN_A_TEXT = re.compile(r"(?:^|(?<!\bself)\.|\bimport )(_(?!_)\w+)")


@pytest.fixture(scope="module")
def private_names(modules: dict[Path, str]) -> set[str]:
    """Every private name that the product gives to anything."""
    texts = [text for path, text in modules.items() if path.parts[0] in PRODUCT]
    nodes = [node for text in texts for node in ast.walk(ast.parse(text))]
    return {name for node in nodes for name in given(node) if PRIVATE.fullmatch(name)}


def given(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
        yield node.id if isinstance(node, ast.Name) else node.attr


def reached(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("keyferry"):
        return [*node.module.split("."), *(alias.name for alias in node.names)]
    if isinstance(node, ast.Attribute):
        # A class of the tests has private names of its own.
        own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
        return [] if own else [node.attr]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return IN_A_TEXT.findall(node.value)
    return []


def reaches(text: str, private_names: set[str]) -> list[str]:
    found = [(node.lineno, name) for node in ast.walk(ast.parse(text)) for name in reached(node)]
    return [f"{line} {name}" for line, name in sorted(found) if name in private_names]


def test_no_test_reaches_into_the_product(modules: dict[Path, str], private_names):
    tests = {path: text for path, text in modules.items() if path.parts[0] == "tests"}
    assert [(path, found) for path, text in tests.items() if (found := reaches(text, private_names))] == []


@pytest.mark.parametrize(
    "text",
    [
        "from keyferry.wizard.qr import _inner",
        "qr._inner()",
        "machine.control()._inner.read()",
        "monkeypatch.setattr(qr, '_inner', str)",
        "monkeypatch.setattr('keyferry.wizard.qr._inner', str)",
        "PROGRAM = 'from keyferry.wizard import qr; print(qr._inner)'",
        "PROGRAM = 'from keyferry.wizard.qr import _inner'",
    ],
)
def test_each_way_in_is_noticed(text):
    assert reaches(text, {"_inner"}) == ["1 _inner"]

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

LINES_OF_A_MODULE = 399
LINES_OF_A_FUNCTION = 40


@pytest.fixture(scope="module")
def modules(root: Path, tracked: list[Path]) -> dict[Path, str]:
    """The text of every Python module but the generated migrations."""
    return {
        path: (root / path).read_text()
        for path in tracked
        if path.suffix == ".py" and "migrations" not in path.parts
    }


def functions(text: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def test_every_module_has_less_than_400_lines(modules):
    too_long = {str(path): len(text.splitlines()) for path, text in modules.items()}
    assert {path: lines for path, lines in too_long.items() if lines > LINES_OF_A_MODULE} == {}


def test_every_function_has_at_most_40_lines(modules):
    too_long = {
        f"{path}:{name}": lines
        for path, text in modules.items()
        for name, lines in functions(text)
        if lines > LINES_OF_A_FUNCTION
    }
    assert too_long == {}


def test_no_module_is_called_utils(modules):
    assert [path for path in modules if path.stem.startswith(("util", "helper", "common", "misc"))] == []

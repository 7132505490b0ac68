import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

LINES_OF_A_MODULE = 399
LINES_OF_A_FUNCTION = 40


@pytest.fixture(scope="module")
def written(modules: dict[Path, str]) -> dict[Path, str]:
    """All modules but the generated migrations."""
    return {path: text for path, text in modules.items() if "migrations" not in path.parts}


def functions(text: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def test_every_module_has_less_than_400_lines(written):
    too_long = {str(path): len(text.splitlines()) for path, text in written.items()}
    assert {path: lines for path, lines in too_long.items() if lines > LINES_OF_A_MODULE} == {}


def test_every_function_has_at_most_40_lines(written):
    too_long = {
        f"{path}:{name}": lines
        for path, text in written.items()
        for name, lines in functions(text)
        if lines > LINES_OF_A_FUNCTION
    }
    assert too_long == {}


def test_no_module_is_called_utils(written):
    assert [path for path in written if path.stem.startswith(("util", "helper", "common", "misc"))] == []

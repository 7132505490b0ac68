import re
from pathlib import Path

import pytest

INTERNAL = {"browser", "help"}


@pytest.fixture(scope="module")
def targets(root: Path) -> list[str]:
    phony = re.search(r"^\.PHONY: (.+)$", (root / "Makefile").read_text(), re.MULTILINE)
    assert phony
    return phony.group(1).split()


def test_every_target_of_the_makefile_is_explained_in_the_readme(root: Path, targets):
    readme = (root / "README.md").read_text()
    assert [target for target in targets if target not in INTERNAL and f"make {target}" not in readme] == []


def test_the_readme_names_no_target_that_is_not_there(root: Path, targets):
    readme = (root / "README.md").read_text()
    assert set(re.findall(r"`make ([a-z-]+)", readme)) - set(targets) == set()


def test_ci_runs_exactly_make_test(root: Path):
    lines = (root / ".ci" / "run").read_text().splitlines()
    assert lines == ["#!/usr/bin/env bash", "set -euo pipefail", 'cd "$(dirname "$0")/.."', "make test"]


def test_the_readme_has_at_most_80_lines(root: Path):
    assert len((root / "README.md").read_text().splitlines()) <= 80

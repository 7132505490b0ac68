import re
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def makefile(root: Path) -> str:
    return (root / "Makefile").read_text()


@pytest.fixture(scope="module")
def targets(makefile) -> set[str]:
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony
    return set(phony.group(1).split())


@pytest.fixture(scope="module")
def readme(root: Path) -> str:
    return (root / "README.md").read_text()


def test_make_alone_explains_every_target_but_the_internal_ones(makefile, targets):
    explained = set(re.findall(r"^([a-z-]+):.* ## \S", makefile, re.MULTILINE))
    assert explained == targets - {"demo-machine", "test-machine"}


def test_the_readme_says_how_to_see_it_work(readme):
    for command in ("make demo", "make demo-live", "make test"):
        assert command in readme


def test_what_takes_long_is_run_by_a_target_of_its_own(makefile, root: Path):
    assert "\ngate := --ignore tests/long\n" in makefile
    assert "--dist worksteal $(gate);" in makefile
    assert "--dist worksteal tests/long\n" in makefile
    assert "--engine postgresql tests/core tests/server tests/faces\n" in makefile
    assert list((root / "tests" / "long").glob("test_*.py"))


def test_a_quick_check_says_that_it_is_only_a_part(makefile):
    _, _, check = makefile.partition("\ncheck: lint ##")
    assert "The gate is: make test" in check.partition("\n\n")[0]


def test_the_readme_names_no_target_that_is_not_there(readme, targets):
    assert set(re.findall(r"\bmake ([a-z]+(?:-[a-z]+)*)(?=[` \n]+(?:#|[A-Z]|`))", readme)) - targets == set()


def test_ci_runs_exactly_make_test(root: Path):
    lines = (root / ".ci" / "run").read_text().splitlines()
    assert lines == ["#!/usr/bin/env bash", "set -euo pipefail", 'cd "$(dirname "$0")/.."', "make test"]

"""What runs and what develops is pinned and hashed, apart from each other, and no lock names an address."""

import json
import re
import tomllib
from pathlib import Path

import pytest

PIN = re.compile(r"^([a-z0-9-]+)(\[[a-z0-9,-]+\])?==\S+( ; [^\\]+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


RUNS, DEVELOPS = "requirements.lock", "requirements-dev.lock"


def lines_of(root: Path, name: str) -> list[str]:
    return (root / name).read_text().splitlines()


def pinned(lines: list[str]) -> set[str]:
    return {match.group(1) for line in lines if (match := PIN.match(line))}


@pytest.fixture(params=[RUNS, DEVELOPS])
def lock(root: Path, request: pytest.FixtureRequest) -> list[str]:
    return lines_of(root, request.param)


def test_the_lock_holds_no_address(lock):
    assert [line for line in lock if "://" in line or "index" in line or "find-links" in line] == []


def test_every_line_of_the_lock_is_a_pin_or_a_hash_of_the_pin_above(lock):
    assert [line for line in lock if not (PIN.match(line) or HASH.match(line))] == []
    assert PIN.match(lock[0])


def test_every_pin_of_the_lock_is_hashed(lock):
    lines = zip(lock, [*lock[1:], ""], strict=True)
    assert [pin for pin, below in lines if PIN.match(pin) and not HASH.match(below)] == []


def test_the_locks_pin_every_dependency_that_the_project_names_where_it_belongs(root):
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    runs, develops = (pinned(lines_of(root, name)) for name in (RUNS, DEVELOPS))

    def named(requirements: list[str]) -> set[str]:
        return {re.split(r"[\[<>=!~ ]", requirement)[0] for requirement in requirements}

    assert named([*project["dependencies"], *extras["server"], *extras["postgresql"]]) <= runs
    assert named(extras["dev"]) <= develops
    assert not runs & develops


def test_the_lock_of_the_javascript_checks_has_a_hash_for_each_package_and_no_address_to_fetch_it(root):
    folder = root / "tests" / "pwa"
    asked = json.loads((folder / "package.json").read_text())["devDependencies"]
    [top, *packages] = json.loads((folder / "package-lock.json").read_text())["packages"].values()
    assert top["devDependencies"] == asked
    assert [package for package in packages if not package["integrity"].startswith("sha512-")] == []
    assert [package for package in packages if "resolved" in package] == []

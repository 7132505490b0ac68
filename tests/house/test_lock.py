import re
import tomllib
from pathlib import Path

import pytest

PIN = re.compile(r"^([a-z0-9-]+)(\[[a-z0-9,-]+\])?==\S+( ; [^\\]+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


@pytest.fixture(scope="module")
def lock(root: Path) -> list[str]:
    return (root / "requirements.lock").read_text().splitlines()


def test_the_lock_holds_no_address(lock):
    assert [line for line in lock if "://" in line or "index" in line or "find-links" in line] == []


def test_every_line_of_the_lock_is_a_pin_or_a_hash_of_the_pin_above(lock):
    assert [line for line in lock if not (PIN.match(line) or HASH.match(line))] == []
    assert PIN.match(lock[0])


def test_every_pin_of_the_lock_is_hashed(lock):
    lines = zip(lock, [*lock[1:], ""], strict=True)
    assert [pin for pin, below in lines if PIN.match(pin) and not HASH.match(below)] == []


def test_the_lock_pins_every_dependency_that_the_project_names(root: Path, lock):
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    named = [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]
    pinned = {match.group(1) for line in lock if (match := PIN.match(line))}
    assert {re.split(r"[\[<>=!~ ]", requirement)[0] for requirement in named} - pinned == set()

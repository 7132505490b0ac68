import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def root(pytestconfig: pytest.Config) -> Path:
    return pytestconfig.rootpath


@pytest.fixture(scope="session")
def tracked(root: Path) -> list[Path]:
    """Every file that git keeps, relative to the root; what is deleted and not yet committed is left out."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True)
    return [Path(name) for name in listed.stdout.split("\0") if name and (root / name).is_file()]


@pytest.fixture(scope="session")
def modules(root: Path, tracked: list[Path]) -> dict[Path, str]:
    """The text of every Python module."""
    return {path: (root / path).read_text() for path in tracked if path.suffix == ".py"}

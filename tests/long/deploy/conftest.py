"""Containers need root and Debian's tools; elsewhere their tests are not collected at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.long.deploy.debian import TOOLS, bootstrap

is_possible = os.geteuid() == 0 and all(shutil.which(tool) for tool in TOOLS)
collect_ignore_glob = [] if is_possible else ["test_*.py"]


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Debian that was never started: each machine is a copy."""
    root = tmp_path_factory.mktemp("debian") / "root"
    bootstrap(root)
    return root

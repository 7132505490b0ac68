from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.stage import Stage, set_stage


@pytest.fixture(scope="session")
def root(pytestconfig: pytest.Config) -> Path:
    return pytestconfig.rootpath


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One server and one browser for a module; each test has its own licenses, machines and phones."""
    folder = tmp_path_factory.mktemp("stage")
    with set_stage(folder, folder / "pictures") as real:
        for style in ("short", "signed"):
            options = (
                "--key-style",
                style,
                "--machine-source",
                "host",
                "--feature",
                "export",
                "--feature",
                "render",
            )
            real.vendor.run("product", "add", style.upper(), "--name", f"Demo {style}", *options)
        yield real

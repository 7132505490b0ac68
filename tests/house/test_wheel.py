"""What a vendor installs: one package, `keyferry`, from which everything runs without the repository."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check")
    # Built from what git keeps, so that nothing that lies about gets in.
    subprocess.run(f"git archive HEAD | tar x -C {folder}", cwd=root, shell=True, check=True)
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, "-w", folder, folder], check=True)
    [built] = folder.glob("keyferry-*.whl")
    return built


def test_nothing_but_one_package_gets_into_site_packages(wheel):
    names = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in names if not name.endswith(".dist-info")} == {"keyferry"}


def test_the_wheel_says_its_license(wheel):
    with zipfile.ZipFile(wheel) as packed:
        [metadata] = [name for name in packed.namelist() if name.endswith("METADATA")]
        assert "License-Expression: Apache-2.0" in packed.read(metadata).decode()
        assert any(name.endswith(".dist-info/licenses/LICENSE") for name in packed.namelist())

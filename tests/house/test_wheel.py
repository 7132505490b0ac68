"""What a vendor installs: one package, `keyferry`, from which everything runs without the repository."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

SERVER = """
from keyferry.wsgi import app
client = app.test_client()
print([client.get(page).status_code for page in ("/a", "/sw.js", "/self-help/", "/portal/sign-in")])
"""
WIZARD = "from keyferry.wizard.command_line import main; main()"


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check")
    # Built from what git keeps, so that nothing that lies about gets in.
    subprocess.run(f"git archive HEAD | tar x -C {folder}", cwd=root, shell=True, check=True)
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, "-w", folder, folder], check=True)
    [built] = folder.glob("keyferry-*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that has the wheel and its dependencies, and not the repository."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    [packages] = folder.glob("lib/python*/site-packages")
    zipfile.ZipFile(wheel).extractall(packages)
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin" / "python"


def run(python: Path, folder: Path, *arguments: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KEYFERRY_", "PYTHON"))}
    done = subprocess.run(
        [python, *arguments],
        cwd=folder,
        env={**kept, "KEYFERRY_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_nothing_but_one_package_gets_into_site_packages(wheel):
    names = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in names if not name.endswith(".dist-info")} == {"keyferry"}


def test_the_wheel_says_its_license(wheel):
    with zipfile.ZipFile(wheel) as packed:
        [metadata] = [name for name in packed.namelist() if name.endswith("METADATA")]
        assert "License-Expression: Apache-2.0" in packed.read(metadata).decode()
        assert any(name.endswith(".dist-info/licenses/LICENSE") for name in packed.namelist())


def test_what_is_installed_runs_without_the_repository(python, tmp_path):
    assert run(python, tmp_path, "-c", "import keyferry; print(keyferry.__file__)").startswith(
        str(python.parents[1])
    )
    run(python, tmp_path, "-m", "keyferry.server.command_line", "init")
    assert run(python, tmp_path, "-c", SERVER).strip() == "[200, 200, 200, 200]"
    assert "--profile" in run(python, tmp_path, "-c", WIZARD, "--help")

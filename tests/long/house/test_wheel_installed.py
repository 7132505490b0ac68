"""What a vendor installs runs without the repository; what is in the wheel, the gate looks at."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.house.test_wheel import wheel

__all__ = ["wheel"]
SERVER = """
from keyferry.wsgi import app
client = app.test_client()
print([client.get(page).status_code for page in ("/a", "/sw.js", "/self-help/", "/portal/sign-in")])
"""
WIZARD = "from keyferry.wizard.command_line import main; main()"


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


def test_what_is_installed_runs_without_the_repository(python, tmp_path):
    assert run(python, tmp_path, "-c", "import keyferry; print(keyferry.__file__)").startswith(
        str(python.parents[1])
    )
    run(python, tmp_path, "-m", "keyferry.server.command_line", "init")
    assert run(python, tmp_path, "-c", SERVER).strip() == "[200, 200, 200, 200]"
    assert "--profile" in run(python, tmp_path, "-c", WIZARD, "--help")

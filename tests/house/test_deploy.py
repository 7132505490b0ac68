"""What `deploy/` holds to be copied: nothing in it is forgotten, misspelled or out of date."""

import re
import subprocess
from pathlib import Path

import pytest

from keyferry.server.config import PREFIX, Settings


@pytest.fixture(scope="module")
def deploy(root: Path) -> Path:
    return root / "deploy"


def test_settings_to_copy_are_those_that_there_are(deploy: Path):
    named = re.findall(rf"^#?{PREFIX}(\w+)=", (deploy / "keyferry.env").read_text(), re.M)
    assert {name.lower() for name in named} <= set(Settings.model_fields)
    assert {"home", "public_url", "trusted_proxies"} <= {name.lower() for name in named}


def test_commands_to_copy_are_bash(deploy: Path):
    blocks = re.findall(r"^```sh\n(.*?)^```$", (deploy / "README.md").read_text(), re.M | re.S)
    scripts = [(deploy / name).read_text() for name in ("install.sh", "keyferry.sh")]
    assert blocks
    for script in (*blocks, *scripts):
        done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def test_every_file_to_copy_is_in_the_readme(deploy: Path, tracked: list[Path]):
    readme = (deploy / "README.md").read_text()
    files = [path.relative_to("deploy") for path in tracked if path.parts[0] == "deploy"]
    used = [path for path in files if f"deploy/{path}" in readme or f"deploy/{path.parts[0]}/*" in readme]
    assert sorted({*files} - {*used}) == [Path("README.md")]


def test_services_run_what_is_installed(deploy: Path):
    [folder] = re.findall(r"^prefix=\$\{PREFIX:-(.*)\}$", (deploy / "install.sh").read_text(), re.M)
    units = [unit.read_text() for unit in (deploy / "systemd").iterdir()]
    run = [re.findall(r"^ExecStart=(\S+)", unit, re.M) for unit in units]
    assert run == [[f"{folder}/current/bin/keyferry"]] * 2

"""The commands of `deploy/README.md`, copied into a fresh Debian: in the end, phones are answered."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.profile import WizardProfile
from tests.long.deploy.debian import Debian, bootstrap, commands, running
from tests.machines import Machine

ROOT = Path(__file__).parents[3]
NAME = "keys.example.com"
CERTIFICATE = f"/etc/letsencrypt/live/{NAME}"
# In the place of a certificate from Let's Encrypt, which has to reach the machine by its name.
SIGNED_BY_ITSELF = f"""
    apt-get install -y openssl curl
    mkdir -p {CERTIFICATE}
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN={NAME} \
        -addext subjectAltName=DNS:{NAME} -keyout {CERTIFICATE}/privkey.pem -out {CERTIFICATE}/fullchain.pem
"""
ASK = f"curl -sS --cacert {CERTIFICATE}/fullchain.pem --resolve {NAME}:443:127.0.0.1 https://{NAME}"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("debian") / "root"
    bootstrap(root)
    return root


@pytest.fixture
def debian(fresh: Path, tmp_path: Path) -> Iterator[Debian]:
    root = tmp_path / "root"
    subprocess.run(["cp", "-a", "--reflink=auto", fresh, root], check=True)
    subprocess.run(["git", "clone", "-q", "--bare", ROOT, root / "srv" / "keyferry.git"], check=True)
    try:
        with running(root, tmp_path / "log") as debian:
            yield debian
    finally:
        shutil.rmtree(root)


def set_up(debian: Debian, *more: str) -> None:
    """Run the first two blocks, and more, in one shell, as a person would."""
    yours, program = commands("One machine")[:2]
    assert yours.startswith("# Yours:")
    yours, changed = re.subn(r"^source=.*$", "source=file:///srv/keyferry.git", yours, flags=re.M)
    assert changed == 1
    debian.run("\n".join([yours, program, *more]))


def body_of_a_new_machine(debian: Debian) -> str:
    """Add a product, issue a license, and return what a phone sends for a machine."""
    debian.run("keyferry product add demo-cad --name 'Demo CAD' --key-style short")
    profile = WizardProfile.from_json(debian.run("keyferry product export demo-cad"))
    issued = json.loads(debian.run("keyferry license issue demo-cad --seats 5 --json"))
    key = ActivationKey.from_text(issued["licenses"][0]["activation_key"])
    return json.dumps({"token": Machine(profile, key, f"PC-{secrets.token_hex(4)}").activation_token})


def release_anew(debian: Debian) -> str:
    """Give the repository a newer version; returns what it is called."""
    git = [
        "git",
        "-C",
        str(debian.root / "srv" / "keyferry.git"),
        "-c",
        "user.name=x",
        "-c",
        "user.email=x@y",
    ]
    made = subprocess.check_output(
        [*git, "commit-tree", "-p", "HEAD", "-m", "newer", "HEAD^{tree}"], text=True
    )
    subprocess.run([*git, "update-ref", "HEAD", made.strip()], check=True)
    return made[:12]


def activated(debian: Debian, body: str) -> str:
    sent = f"{ASK}/phone/v1/activations --fail -H 'Content-Type: application/json' -d '{body}'"
    return json.loads(debian.run(sent))["computer_key"]


def test_one_machine(debian: Debian):
    _, _, server, _, nginx, *_ = commands("One machine")
    set_up(debian, server, SIGNED_BY_ITSELF, nginx)
    assert debian.run(f"{ASK}/readyz") == "ready\n"
    body = body_of_a_new_machine(debian)
    key = activated(debian, body)
    [upgrade] = commands("Upgrading")
    debian.run(upgrade)
    assert activated(debian, body) == key


def test_two_servers(debian: Debian):
    server, nginx, upgrade = commands("Two servers")
    set_up(debian, server, SIGNED_BY_ITSELF, nginx)
    body = body_of_a_new_machine(debian)
    key = activated(debian, body)
    debian.run("systemctl stop keyferry@8002")
    assert activated(debian, body) == key
    debian.run("systemctl start keyferry@8002; systemctl kill -s KILL keyferry@8001")
    assert activated(debian, body) == key
    newer = release_anew(debian)
    debian.run(upgrade)
    assert activated(debian, body) == key
    assert debian.run("basename $(readlink /opt/keyferry/current)").strip() == newer
    assert debian.run("systemctl is-active keyferry@8001 keyferry@8002").split() == ["active"] * 2
    services = "keyferry@8001.service keyferry-worker.service"
    assert debian.run(f"systemd-analyze verify /etc/systemd/system/keyferry*.service {services}") == ""
    debian.run("systemctl start keyferry-worker")
    debian.run(f"systemd-analyze security --threshold=15 {services}")

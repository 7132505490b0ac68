"""The commands of `deploy/README.md`, copied into a fresh Debian: in the end, phones are answered."""

from __future__ import annotations

import json
import re
import secrets
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.profile import WizardProfile
from tests.long.deploy.authority import ROOT as ROOT_CERTIFICATE
from tests.long.deploy.authority import authority, trust
from tests.long.deploy.debian import Debian, commands, copied, running
from tests.machines import Machine

NAME = "keys.example.com"
ASK = f"curl -sS --cacert {ROOT_CERTIFICATE} https://{NAME}"
EMAIL = "KEYFERRY_SMTP_URL='smtp://127.0.0.1:9'\nKEYFERRY_MAIL_FROM='Example Licenses <keys@example.com>'\n"
SERIAL = f"openssl s_client -connect {NAME}:443 </dev/null 2>/dev/null | openssl x509 -noout -serial"


@pytest.fixture
def debian(fresh: Path, tmp_path: Path) -> Iterator[Debian]:
    with copied(fresh, tmp_path / "machine") as root, running(root, tmp_path / "log") as debian:
        yield debian


def set_up(debian: Debian, *more: str) -> None:
    """Run the first two blocks, and more, in one shell, as a person would; the name leads to the machine."""
    debian.run(f"echo 127.0.0.1 {NAME} >> /etc/hosts")
    authority(debian)
    trust(debian, debian)
    debian.run("\n".join([*program(), *more]))


def program() -> list[str]:
    """Return the first two blocks, with the source that is here."""
    yours, program = commands("One machine")[:2]
    return [yours_are(yours, source="file:///srv/keyferry.git"), program]


def yours_are(block: str, **values: object) -> str:
    """Return a block that a person changes, with these values."""
    assert block.startswith("# Yours:")
    for name, value in values.items():
        block, changed = re.subn(rf"^{name}=.*$", f"{name}={value}", block, flags=re.M)
        assert changed == 1
    return block


def body_of_a_new_machine(debian: Debian, *, is_another: bool = False) -> str:
    """Add a product, issue a license, and return what a phone sends for a machine."""
    if not is_another:
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


def activated(debian: Debian, body: str, options: str = "") -> str:
    sent = f"{ASK}/phone/v1/activations {options} --fail -H 'Content-Type: application/json' -d '{body}'"
    # Before it, curl tells of each try that failed.
    *_, answer = debian.run(sent).splitlines()
    return json.loads(answer)["computer_key"]


def answered_at_last(debian: Debian, body: str) -> tuple[str, float]:
    """Ask as a phone does until there is an answer; returns the key, and after how many seconds."""
    began = time.monotonic()
    patience = "--connect-timeout 2 --retry 60 --retry-delay 1 --retry-all-errors"
    key = activated(debian, body, patience)
    return key, time.monotonic() - began


def test_one_machine(debian: Debian):
    yours, _, server, certificate, nginx, check, email = commands("One machine")
    set_up(debian, server, certificate, nginx)
    # `keyferry doctor` would fail if there were a problem.
    assert "ready\n" in debian.run(f"{yours}\n{check}")
    body = body_of_a_new_machine(debian)
    key = activated(debian, body)
    [upgrade] = commands("Upgrading")
    debian.run(upgrade)
    assert activated(debian, body) == key
    renews_the_certificate(debian)
    debian.run(f"cat >> /etc/keyferry/keyferry.env <<'END'\n{EMAIL}END\n{email}")
    assert debian.run("systemctl is-active keyferry@8001 keyferry-worker").split() == ["active"] * 2
    assert activated(debian, body) == key
    [metrics] = commands("Metrics")
    assert "keyferry_seats_used 1.0\n" in debian.run(metrics)


def renews_the_certificate(debian: Debian) -> None:
    """Nginx shows the new certificate as soon as it is there, and Debian looks for one twice a day."""
    before = debian.run(SERIAL)
    debian.run("certbot renew --force-renewal --no-random-sleep-on-renew")
    debian.run(f'until [ "$({SERIAL})" != "{before.strip()}" ]; do sleep 0.2; done; {ASK}/readyz --fail')
    assert debian.run("systemctl is-active certbot.timer") == "active\n"


def test_two_servers(debian: Debian):
    server, nginx, upgrade = commands("Two servers")
    certificate = commands("One machine")[3]
    set_up(debian, server, certificate, nginx)
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

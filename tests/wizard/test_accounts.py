"""Several accounts on one computer: one license for all of them, in a folder that they share."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from keyferry.protocol.openings import Level
from keyferry.wizard.anchor_place import shared_anchor_folder
from keyferry.wizard.results import LicenseState

# One interpreter, which becomes another account for each command. What it needs is read before that: the
# files of the interpreter may be another account's.
AS_ACCOUNTS = """\
import encodings.ascii, encodings.utf_8_sig, json, os, sys
from keyferry.wizard.command_line import main

for line in sys.stdin:
    account, group, arguments = json.loads(line)
    if os.fork() == 0:
        if account:
            os.setgroups([group])
            os.setgid(account)
            os.setuid(account)
        os.umask(0o077)
        main(arguments)
        sys.stdout.flush()
        os._exit(0)
    os.wait()
"""


@dataclass
class Shared:
    """A computer whose administrator has done what docs/wizard.md says; no account has a home."""

    home: Path
    group: int
    accounts: subprocess.Popen[str]

    @property
    def folder(self) -> Path:
        return self.home / "license"

    @property
    def anchors(self) -> Path:
        return self.home / "license.anchor"

    def run(self, account: int, *arguments: str) -> dict[str, object]:
        """Run the wizard as an account, and return its answer."""
        before = [
            "--profile",
            f"{self.home}/profile.json",
            "--state",
            f"{self.folder}",
            "--machine",
            "usb-4711",
        ]
        print(
            json.dumps([account, self.group, [*before, *arguments, "--json"]]),
            file=self.accounts.stdin,
            flush=True,
        )
        answer: dict[str, object] = json.loads(self.accounts.stdout.readline())
        return answer


@pytest.fixture
def shared(vendor, mates):
    if os.geteuid() != 0:
        pytest.skip("only root can run the wizard as other accounts")
    group = mates[0].gid
    home = Path(tempfile.mkdtemp())
    home.chmod(0o755)
    (home / "profile.json").write_text(vendor.profile.to_json())
    (home / "profile.json").chmod(0o644)
    folders = [home / "license", home / "license.anchor"]
    subprocess.run(["install", "-d", "-m", "2770", "-g", str(group), *folders], check=True, timeout=60)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("KEYFERRY_")}
    with subprocess.Popen(
        [sys.executable, "-c", AS_ACCOUNTS],
        env={**environment, "HOME": "/nonexistent"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as accounts:
        yield Shared(home, group, accounts)
        accounts.stdin.close()
        assert accounts.wait(60) == 0
    shutil.rmtree(home)


@pytest.mark.thorough
def test_one_license_serves_all_accounts_that_share_its_folder(shared, mates, key, issue):
    (ada, bob), root = [mate.uid for mate in mates], 0
    asked = shared.run(ada, "request", key.text)
    assert asked["may_replace_another_account"] is False
    assert shared.run(bob, "request", key.text)["computer_id"] == asked["computer_id"]
    assert shared.run(bob, "activate", issue(asked))["status"] == "valid"
    copy = next(shared.folder.glob("state-*.json")).read_bytes()
    for account in (ada, bob, root):
        assert shared.run(account, "status")["status"] == "valid"
    released = shared.run(ada, "deactivate")
    for account in (bob, root):
        assert shared.run(account, "status")["code"] == "not_activated"
        assert shared.run(account, "show-code")["deactivation_code"] == released["deactivation_code"]
    # The anchor is shared, too: an account that puts a copy back does not run on it.
    next(shared.folder.glob("state-*.json")).write_bytes(copy)
    assert shared.run(bob, "status")["status"] == "not_activated"


@pytest.mark.thorough
def test_what_the_administrator_begins_an_account_completes(shared, mates, key, issue):
    asked = shared.run(0, "request", key.text)
    assert shared.run(mates[0].uid, "activate", issue(asked))["status"] == "valid"
    assert shared.run(0, "status")["warning"] is None
    assert shared.run(mates[1].uid, "deactivate")["computer_id"] == asked["computer_id"]


def test_nobody_else_may_read_what_the_accounts_share(shared, mates, key):
    shared.run(mates[0].uid, "request", key.text)
    for file in (*shared.folder.iterdir(), *shared.anchors.iterdir()):
        assert (file.stat().st_mode & 0o777, file.stat().st_gid) == (0o660, shared.group)


def test_the_anchor_goes_beside_a_folder_that_is_shared_and_nowhere_else(machine, vendor, tmp_path):
    beside = tmp_path / "state.anchor"
    assert shared_anchor_folder(machine.folder) is None
    beside.mkdir()
    (tmp_path / "link").symlink_to(machine.folder)
    assert shared_anchor_folder(tmp_path / "link") == shared_anchor_folder(machine.folder) == beside
    control = machine.control(anchor_folder=None)
    assert control.shared
    control.begin(vendor.activation_key())
    assert list(beside.glob("7-*.anchor"))


def test_a_license_that_moves_into_a_shared_folder_runs_on_beside_its_anchor(machine, tmp_path):
    machine.activate()
    moved = tmp_path / "everybody"
    (tmp_path / "everybody.anchor").mkdir()
    shutil.move(machine.folder, moved)
    control = machine.at(moved).control(anchor_folder=None)
    assert control.status().state is LicenseState.ACTIVE
    assert control.deactivate().level is Level.PROOF
    assert not list((tmp_path / "everybody.anchor").iterdir())


def test_an_account_with_a_folder_of_its_own_is_warned_whom_it_may_replace(run, run_json, key, issue):
    _, out, _ = run("request", key.text)
    words = " ".join(out.split())
    assert "If another account on this computer uses the same activation key" in words
    assert "share the license folder instead: see --state in keyferry-wizard --help" in words
    _, asked = run_json("request", key.text)
    assert asked["may_replace_another_account"] is True
    run_json("activate", issue(asked))
    assert run_json("request", key.text)[1]["may_replace_another_account"] is False
    assert "another account" not in run("request", key.text)[1]


def test_the_help_says_how_accounts_share_a_license(run):
    assert "Accounts share it if a folder PATH.anchor is beside it" in " ".join(run("--help")[1].split())

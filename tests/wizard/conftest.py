import json
import pwd
import time
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace

import pytest

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.computer_id import read_computer_id
from keyferry.wizard import latest_time, locks
from keyferry.wizard.command_line import main
from keyferry.wizard.results import Begun

from .accounts import Account
from .parts import Clock, Machine, Vendor

SECRETS = Vendor()


@pytest.fixture(autouse=True)
def own_folder(monkeypatch, tmp_path: Path) -> Path:
    """The account's own folder, so that no test writes into that of whoever runs it."""
    folder = tmp_path / "own"
    monkeypatch.setattr(latest_time, "default_anchor_folder", lambda: folder)
    return folder


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def vendor() -> Vendor:
    # The same secrets all the time, so that tests that use the same keys need not wait for scrypt again.
    return Vendor(fingerprint_key=SECRETS.fingerprint_key, epochs=list(SECRETS.epochs))


@pytest.fixture
def machine(vendor: Vendor, clock: Clock, tmp_path: Path) -> Machine:
    return Machine(vendor, tmp_path / "state", tmp_path / "anchors", clock)


@pytest.fixture
def short_waits_for_locks(monkeypatch) -> None:
    """Let who waits for a lock see the time pass a hundred times as fast."""
    hurried = SimpleNamespace(monotonic=lambda: 100 * time.monotonic(), sleep=time.sleep)
    monkeypatch.setattr(locks, "time", hurried)


@pytest.fixture
def profile(vendor, tmp_path):
    path = tmp_path / "profile.json"
    path.write_text(vendor.profile.to_json())
    return path


@pytest.fixture
def run(profile, machine, monkeypatch, capsys):
    """Run one command as a person does, and return exit code, standard output and standard error."""
    monkeypatch.setenv("KEYFERRY_ANCHOR_DIR", str(machine.anchors))
    machine.identifier = "usb-4711"

    def run(*arguments: str, machine_id: str | None = "usb-4711") -> tuple[int, str, str]:
        before = ["--profile", str(profile), "--state", str(machine.folder)]
        if machine_id is not None:
            before += ["--machine", machine_id]
        code = main([*before, *arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
def run_json(run):
    """Run one command with --json, and return exit code and answer; nothing else may be printed."""

    def run_json(*arguments: str, **options: str | None) -> tuple[int, dict[str, object]]:
        code, out, err = run(*arguments, "--json", **options)
        assert err == ""
        assert out.count("\n") == 1
        return code, json.loads(out)

    return run_json


@pytest.fixture
def fails(run):
    """Run one command that fails, and return all that it prints: one line on standard error."""

    def fails(exit_code: int, *arguments: str, **options: str | None) -> str:
        code, out, err = run(*arguments, **options)
        assert (code, out, err.count("\n")) == (exit_code, "", 1)
        return err

    return fails


@pytest.fixture
def refuses(run_json):
    """Run one command with --json that is refused with an error, and return its answer."""

    def refuses(exit_code: int, error: str, *arguments: str, **options: str | None) -> dict[str, object]:
        code, answer = run_json(*arguments, **options)
        assert (code, answer["code"]) == (exit_code, error)
        return answer

    return refuses


@pytest.fixture
def key(vendor):
    return vendor.activation_key()


@pytest.fixture
def issue(vendor):
    """Issue a key for what `request --json` answered."""

    def issue(answer: dict[str, object], *, file: bool = False, **claims: date | None) -> str:
        computer_id = read_computer_id(answer["computer_id"])
        begun = Begun(
            activation_key=ActivationKey.from_text(answer["activation_key"]),
            computer_id=computer_id,
            computer_name=None,
            url="",
            renewal=False,
            scanned_id=computer_id,
        )
        today = datetime.now(UTC).date()
        dates = {"issued": today, "expires": today + timedelta(30), **claims}
        return vendor.license_file(begun, **dates) if file else vendor.computer_key(begun, **dates)

    return issue


@pytest.fixture
def licensed(run_json, key, issue):
    _, answer = run_json("request", key.text, "--name", "LAB-PC-07")
    code, completed = run_json("activate", issue(answer))
    assert code == 0
    return completed


@pytest.fixture
def mates() -> tuple[Account, Account]:
    """Two accounts that this system knows, and knows to share a group, as "nobody" and "sync" of Debian."""
    accounts = [
        Account(entry.pw_uid, entry.pw_gid) for entry in pwd.getpwall() if entry.pw_uid and entry.pw_gid
    ]
    pairs = [(one, other) for one, other in combinations(accounts, 2) if one.gid == other.gid]
    if not pairs:
        pytest.skip("no two accounts of this system share their group")
    return pairs[0]

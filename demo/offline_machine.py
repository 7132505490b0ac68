import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from demo.vendor import run_command

ROOT = Path(__file__).parent.parent


@cache
def empty_network_namespace() -> tuple[str, ...]:
    """Return the command that takes a program off every network; empty where that is not allowed."""
    unshare = shutil.which("unshare")
    if unshare is None or os.geteuid() != 0:
        return ()
    allowed = subprocess.run([unshare, "-n", "true"], capture_output=True, check=False).returncode == 0
    return (unshare, "-n") if allowed else ()


class OfflineMachine:
    """A machine with no network: the real `keyferry-wizard`, in processes to which sockets are refused."""

    def __init__(self, profile: Path, folder: Path, *, serial_number: str) -> None:
        where = ("--profile", str(profile), "--state", str(folder / "state"))
        self._options = (*where, "--machine", serial_number)
        anchor = {"KEYFERRY_ANCHOR_DIR": str(folder / "anchor"), "PYTHONPATH": str(ROOT)}
        self._environment = {**os.environ, **anchor}

    @property
    def isolation(self) -> str:
        """How this machine is kept off the network, in words."""
        if empty_network_namespace():
            return "sockets refused, in a network namespace with nothing in it"
        return "sockets refused"

    def run(self, *arguments: str, exit_code: int = 0) -> dict[str, Any]:
        """Run one wizard command with `--json`, and return what it answers."""
        command = self._command(*arguments, "--json")
        answer: dict[str, Any] = json.loads(run_command(command, self._environment, exit_code=exit_code))
        return answer

    def show(self, *arguments: str) -> int:
        """Run one wizard command on this terminal for the person in front of it, and return its exit code."""
        return subprocess.run(self._command(*arguments), env=self._environment, check=False).returncode

    def _command(self, *arguments: str) -> list[str]:
        offline = (*empty_network_namespace(), sys.executable, "-m", "demo.offline")
        return [*offline, *self._options, *arguments]

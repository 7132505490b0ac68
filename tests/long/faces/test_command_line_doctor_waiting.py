"""`keyferry doctor` where it has to wait, or needs a disk of its own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tests.faces.doctoring import OK, checks, finding, listening, settled
from tests.faces.serving import ROOT
from tests.wizard.accounts import needs_root

__all__ = ["checks", "finding", "settled"]


def test_a_server_that_never_answers_is_not_waited_for(instance, monkeypatch, finding):
    def stay_silent(connection: socket.socket) -> None:
        while connection.recv(4096):
            pass

    with listening(stay_silent) as port:
        monkeypatch.setenv("KEYFERRY_PUBLIC_URL", f"https://localhost:{port}")
        assert finding("certificate") == ("warning", "certificate_not_seen")


def test_a_database_that_somebody_holds(instance, settings, finding):
    with closing(sqlite3.connect(settings.sqlite_file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert finding("database_writable") == ("problem", "database_busy")
    assert finding("database_writable") == OK


def test_a_system_that_does_not_say_whether_it_synchronizes_the_clock(
    instance, tmp_path, monkeypatch, checks
):
    (tmp_path / "timedatectl").write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    (tmp_path / "timedatectl").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "clock_synchronized" not in checks()


@needs_root
def test_a_disk_that_is_almost_full(keyferry, tmp_path):
    if shutil.which("unshare") is None or subprocess.run(["unshare", "--mount", "true"]).returncode:
        pytest.skip("no disk can be made for one process here")
    command = f"{sys.executable} -m keyferry.server.command_line"
    script = f"""
        set -e
        mount -t tmpfs -o size=50m none "$KEYFERRY_HOME"
        {command} init > /dev/null
        for size in 50m 500m 2g; do
            mount -o remount,size=$size "$KEYFERRY_HOME"
            {command} doctor --json | tr -d '\\n'
            echo
        done
    """
    home = tmp_path / "disk"
    home.mkdir()
    # Its mounts are seen by nobody else, and end with it.
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "KEYFERRY_HOME": str(home), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    checks = [json.loads(line)["checks"] for line in done.stdout.splitlines()]
    found = [one["code"] for said in checks for one in said if one["check"] == "disk"]
    assert found == ["disk_almost_full", "disk_space_low", "ok"]

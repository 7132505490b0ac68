"""Real commands, each a process of its own; the demo of the gate has real ones run, too."""

from __future__ import annotations

import json

from tests.faces.serving import environment, serving
from tests.faces.test_command_line_serve import run

__all__ = ["environment", "run", "serving"]


def test_a_license_is_issued_by_real_commands(run):
    made = run("product", "add", "TOOL", "--name", "Tool", "--key-style", "short", "--json")
    assert (made.returncode, made.stderr) == (0, "")
    issued = run("license", "issue", "tool", "--seats", "3", "--json")
    [license] = json.loads(issued.stdout)["licenses"]
    shown = run("license", "show", license["activation_key"])
    assert "0 of 3 in use" in shown.stdout


def test_a_fresh_instance_is_made_with_every_warning_an_error(run, tmp_path):
    home = tmp_path / "fresh"
    made = run("init", KEYFERRY_HOME=str(home), PYTHONWARNINGS="error")
    assert (made.returncode, made.stderr) == (0, "")
    assert sorted(path.name for path in home.iterdir()) == ["keyferry.db", "master.key"]

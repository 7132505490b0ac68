"""No network anywhere: not in what the wizard imports, not in what it does."""

import ast
import json
import os
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pytest

from keyferry import wizard as package
from keyferry.protocol.computer_id import read_computer_id
from keyferry.wizard.results import Begun

PACKAGE = Path(package.__file__).parent
ROOT = PACKAGE.parents[1]
NETWORK = {"socket", "ssl", "http", "urllib", "asyncio", "ftplib", "smtplib", "xmlrpc", "requests"}

# Python reports to audit hooks every socket that is made, bound, connected or asked for a name.
WITHOUT_SOCKETS = textwrap.dedent(
    """
    import os, sys

    def refuse(event, arguments):
        if event.startswith("socket."):
            sys.stderr.write(f"the network was used: {event}\\n")
            sys.stderr.flush()
            os._exit(70)

    sys.addaudithook(refuse)
    """
)
WIZARD = WITHOUT_SOCKETS + "from keyferry.wizard.command_line import main\nsys.exit(main())\n"


def child(program: str, *arguments: str, anchors: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "KEYFERRY_ANCHOR_DIR": str(anchors), **variables}
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_the_watch_itself_notices_a_socket(tmp_path):
    for use in ("import socket; socket.socket()", "import socket; socket.getaddrinfo('localhost', 80)"):
        assert child(WITHOUT_SOCKETS + use, anchors=tmp_path).returncode == 70


@pytest.fixture
def before(profile, tmp_path):
    return ["--profile", str(profile), "--state", str(tmp_path / "state"), "--machine", "machine-1"]


@pytest.mark.thorough
def test_the_whole_wizard_runs_where_sockets_are_refused(vendor, before, tmp_path):
    def wizard(*arguments: str) -> dict[str, object]:
        run = child(WIZARD, *before, *arguments, "--json", anchors=tmp_path / "anchors")
        assert (run.returncode, run.stderr) == (0, "")
        return json.loads(run.stdout)

    key = vendor.activation_key()
    asked = wizard("request", key.text, "--png", str(tmp_path / "q.png"), "--svg", str(tmp_path / "q.svg"))
    computer_id = read_computer_id(asked["computer_id"])
    begun = Begun(key, computer_id, None, "", False, computer_id)
    today = datetime.now(UTC).date()
    (tmp_path / "demo.lic").write_text(vendor.license_file(begun, issued=today, expires=None))
    assert wizard("activate", vendor.computer_key(begun, issued=today, expires=None))["status"] == "valid"
    assert wizard("activate", "--file", str(tmp_path / "demo.lic"))["computer_key"] is None
    assert wizard("status")["status"] == "valid"
    assert wizard("deactivate")["deactivation_code"] == wizard("show-code")["deactivation_code"]


def test_the_systems_own_identity_is_read_without_sockets(tmp_path):
    program = WITHOUT_SOCKETS + textwrap.dedent(
        """
        from keyferry.wizard.errors import MachineUnknown
        from keyferry.wizard.machine import machine_identifier
        try:
            print(machine_identifier())
        except MachineUnknown as error:
            print(error.code)
        """
    )
    run = child(program, anchors=tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith(("linux", "windows:", "macos:", "machine_unknown"))


@pytest.mark.parametrize(
    "path", sorted((ROOT / "wizard_stub").rglob("*.py")), ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_no_module_of_the_wizard_imports_a_network(path):
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        assert not {name.split(".")[0] for name in names} & NETWORK


def test_the_wizard_ships_without_the_server(tmp_path):
    program = textwrap.dedent(
        """
        import sys
        import keyferry.wizard.command_line
        loaded = {name.split(".")[0] for name in sys.modules}
        print(sorted(loaded & {"flask", "keyferry.server", "sqlalchemy", "werkzeug"}))
        """
    )
    run = child(program, anchors=tmp_path)
    assert (run.stdout.strip(), run.stderr) == ("[]", "")


@pytest.mark.thorough
def test_a_terminal_that_lacks_characters_gets_its_answer_too(vendor, before, tmp_path):
    request = ["request", vendor.activation_key().text, "--name", "ラボ3"]
    run = child(WIZARD, *before, *request, anchors=tmp_path / "anchors", PYTHONIOENCODING="latin-1")
    assert (run.returncode, run.stderr) == (0, "")
    assert "??3" in run.stdout
    # The code is drawn without any character: columns of two colors.
    assert run.stdout.count("\x1b[47;") > 100
    assert "█" not in run.stdout

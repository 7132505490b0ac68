"""The demo is stopped in the middle in every way, the live demo ends with its input: nothing is left."""

import os
import signal
from pathlib import Path

import pytest

from tests.end_to_end.test_demo import PATIENCE_SECONDS, running


@pytest.mark.parametrize(
    ("stop", "to_all"),
    [(signal.SIGINT, True), (signal.SIGTERM, False), (signal.SIGINT, False), (signal.SIGTERM, True)],
    ids=["ctrl-c in a terminal", "kill", "an interrupt to the demo alone", "a kill of the whole group"],
)
def test_a_demo_that_is_stopped_in_the_middle_leaves_nothing(root, tmp_path, stop, to_all):
    stop_in_the_middle(root, tmp_path, stop, to_all=to_all)


def stop_in_the_middle(root: Path, tmp_path: Path, stop: signal.Signals, *, to_all: bool) -> None:
    with running(root, tmp_path, "demo", "--pictures", str(tmp_path / "pictures")) as process:
        for line in process.stdout:
            if "The License Wizard" in line:
                break
        (os.killpg if to_all else os.kill)(process.pid, stop)
        output, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 128 + stop, output
    assert "Stopped." in output
    assert "Traceback" not in output


def test_the_live_demo_serves_this_machine_only_and_ends_with_its_input(root, tmp_path):
    with running(root, tmp_path, "demo.live") as process:
        output, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, output
    assert "http://127.0.0.1:" in output
    assert "LAN=1" in output
    assert "CERT=" in output

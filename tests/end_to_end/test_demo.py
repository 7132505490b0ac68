"""The demo as a person runs it: it works or fails, and leaves nothing; `tests/long` has it stopped."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from demo.leftovers import processes_with

pytestmark = pytest.mark.browser

MARK = "KEYFERRY_TEST_RUN"
# A bound and no measure: on a machine that is busy with much else, the demo takes minutes.
PATIENCE_SECONDS = 600


@contextmanager
def running(root: Path, folder: Path, *command: str) -> Iterator[subprocess.Popen[str]]:
    """Run a module of the demo without a terminal; at the end nothing of it may be left."""
    (folder / "tmp").mkdir()
    environment = {**os.environ, "TMPDIR": str(folder / "tmp"), MARK: str(folder)}
    with subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=root,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
    assert processes_with(MARK, str(folder)) == []
    assert list((folder / "tmp").iterdir()) == []


def test_the_demo_works_and_leaves_only_its_pictures(root, tmp_path):
    with running(root, tmp_path, "demo", "--pictures", str(tmp_path / "pictures")) as process:
        output, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, output
    assert "All of it worked" in output
    assert "\x1b" not in output, "plain text where there is no terminal"
    pictures = sorted(path.name for path in (tmp_path / "pictures").iterdir())
    assert [name[0] for name in pictures] == list("12345678")


def test_a_demo_that_fails_says_so_and_exits_with_1(root, tmp_path):
    (tmp_path / "in-the-way").write_text("a file where the folder of the pictures should be")
    with running(root, tmp_path, "demo", "--pictures", str(tmp_path / "in-the-way" / "pictures")) as process:
        output, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 1
    assert "Traceback" not in output

"""Programs in a terminal of their own, of 80 by 24."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import subprocess
import termios
from pathlib import Path
from time import monotonic
from typing import Self

ROOT = Path(__file__).parents[1]
PATIENCE = 40


class Terminal:
    """A program in a terminal, which it loses when the block ends, however that ends."""

    def __init__(self, *command: str, **variables: str) -> None:
        own = {name: value for name, value in os.environ.items() if not name.startswith("KEYFERRY_")}
        size = {"COLUMNS": "80", "LINES": "24"}
        environment = {**own, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **variables, **size}
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
            # Its controlling terminal, as in life: when it closes, the program hears of it.
            preexec_fn=_control_the_terminal,
        )
        os.close(slave)
        self.shown = self.all_shown = ""

    def wait_for(self, text: str) -> None:
        # The cursor may blink, so that there is always something to read.
        deadline = monotonic() + PATIENCE
        while text not in self.shown:
            assert monotonic() < deadline, self.shown[-2000:]
            ready, _, _ = select.select([self._master], [], [], PATIENCE)
            assert ready, self.shown[-2000:]
            try:
                read = os.read(self._master, 65536).decode(errors="replace")
            except OSError as error:
                raise AssertionError(self.shown[-2000:]) from error
            self.shown, self.all_shown = self.shown + read, self.all_shown + read

    def press(self, keys: str) -> None:
        self.shown = ""
        os.write(self._master, keys.encode())

    def ends_with(self) -> int:
        """Wait until the program has ended, and return its exit code."""
        return self.process.wait(timeout=PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)


def _control_the_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)

"""Programs in a terminal of their own, of 80 by 24 until it is resized."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
from pathlib import Path
from time import monotonic
from typing import Self

ROOT = Path(__file__).parents[1]
PATIENCE = 40
# A cursor that blinks does so less often.
QUIET = 0.1


class Terminal:
    """A program in a terminal, which it loses when the block ends, however that ends."""

    def __init__(self, *command: str, **variables: str) -> None:
        unset = ("KEYFERRY_", "COLUMNS", "LINES")
        own = {name: value for name, value in os.environ.items() if not name.startswith(unset)}
        environment = {**own, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **variables}
        self._master, slave = pty.openpty()
        self.resize(80, 24)
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
        os.set_blocking(self._master, False)
        self.shown, self.sent = "", b""
        self._is_closed = False

    def wait_for(self, text: str) -> None:
        # The cursor may blink, so that there is always something to read.
        deadline = monotonic() + PATIENCE
        while text not in self.shown:
            assert monotonic() < deadline, self.shown[-2000:]
            assert self._exchange(b"") is not None, self.shown[-2000:]

    def settle(self) -> None:
        """Wait until the program has drawn what it had to draw: what is seen is then what takes the keys."""
        while select.select([self._master], [], [], QUIET)[0] and self._exchange(b"") is not None:
            pass

    def press(self, keys: str) -> None:
        self.send(keys.encode())

    def send(self, keys: bytes) -> None:
        """Send bytes as they are, as fast as the program takes them, and as long as it does."""
        self.shown = ""
        while keys:
            taken = self._exchange(keys)
            keys = keys[taken:] if taken is not None else b""

    def resize(self, columns: int, lines: int) -> None:
        """Give the window another size, and tell the program."""
        self.shown = ""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def _exchange(self, keys: bytes) -> int | None:
        """Read what there is, and write what fits; None where the program has left the terminal."""
        readable, writable, _ = select.select([self._master], [self._master] * bool(keys), [], PATIENCE)
        try:
            if readable:
                read = os.read(self._master, 65536)
                self.sent, self.shown = self.sent + read, self.shown + read.decode(errors="replace")
            return os.write(self._master, keys[:4096]) if writable else 0
        except BlockingIOError:
            return 0
        except OSError:
            return None

    def hang_up(self) -> None:
        """Close the terminal, as whoever closes its window does."""
        os.close(self._master)
        self._is_closed = True

    @property
    def all_shown(self) -> str:
        """All that the program has sent to the terminal."""
        return self.sent.decode(errors="replace")

    def ends_with(self) -> int:
        """Wait until the program has ended, and return its exit code."""
        while self._exchange(b"") is not None:
            pass
        return self.process.wait(timeout=PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        if not self._is_closed:
            os.close(self._master)


def _control_the_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)

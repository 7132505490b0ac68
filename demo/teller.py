import sys
import textwrap
from typing import TextIO

WIDTH = 78
BOLD, GREEN, RED, FAINT, PLAIN = "\x1b[1m", "\x1b[32m", "\x1b[31m", "\x1b[2m", "\x1b[0m"


class Teller:
    """Says what is done as a person would; colored on a terminal, plain text elsewhere."""

    def __init__(self, stream: TextIO = sys.stdout) -> None:
        self._stream = stream
        self._colored = stream.isatty()

    def chapter(self, title: str) -> None:
        """Begin a part of the story."""
        self._line(f"\n{self._in(BOLD, title)}")

    def step(self, sentence: str) -> None:
        """Report one thing that was done and has worked."""
        first, *rest = textwrap.wrap(sentence, WIDTH - 4)
        self._line(f"  {self._in(GREEN, '✓')} {first}")
        for line in rest:
            self._line(f"    {line}")

    def show(self, *lines: str) -> None:
        """Show what stands on a screen, indented."""
        for line in lines:
            self._line(self._in(FAINT, f"      {line}") if line else "")

    def failed(self, reason: str) -> None:
        """Say what did not work, and why."""
        self._line(f"  {self._in(RED, '✗')} {reason}")

    def say(self, sentence: str) -> None:
        """Say something that is no step."""
        for line in textwrap.wrap(sentence, WIDTH) or [""]:
            self._line(line)

    def _in(self, style: str, text: str) -> str:
        return f"{style}{text}{PLAIN}" if self._colored else text

    def _line(self, text: str) -> None:
        print(text, file=self._stream, flush=True)

"""The QR code in GNU screen 4, which misreads 24-bit colors; tmux shows what comes of them."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import pytest
import zxingcpp
from PIL import Image

pytestmark = pytest.mark.full_price

ROOT = Path(__file__).parents[3]
PROGRAM = "import sys; from keyferry.wizard.command_line import main; sys.exit(main())"
PATIENCE = 40
SIZE = (120, 60)
SEQUENCE = re.compile(r"\x1b\[([0-9;]*)m|([^\x1b])")
UPPER, LOWER = {"█", "▀"}, {"█", "▄"}


class Outer:
    """A terminal of tmux around GNU screen, which inherits its promise of 24-bit colors."""

    def __init__(self, folder: Path) -> None:
        self._tmux = ("tmux", "-S", str(folder / "socket"), "-f", os.devnull)
        self._sockets = folder / "screens"
        self._sockets.mkdir(mode=0o700)

    def run(self, command: list[str], **variables: str) -> None:
        """Start a command in GNU screen; the window stays open behind it."""
        inner = f"{shlex.join(command)}; sleep {PATIENCE}"
        screen = ("screen", "-c", os.devnull, "-U", "-q", "sh", "-c", inner)
        settings = {
            **variables,
            "COLORTERM": "truecolor",
            "TERM": "xterm-256color",
            "SCREENDIR": str(self._sockets),
        }
        environment = [f"{name}={value}" for name, value in settings.items()]
        window = ("new-session", "-d", "-x", str(SIZE[0]), "-y", str(SIZE[1]))
        whole = shlex.join(["env", "-u", "TMUX", *environment, *screen])
        subprocess.run([*self._tmux, *window, whole], check=True)

    def shows(self, words: str) -> None:
        """Wait for words."""
        self._wait(lambda seen: words in re.sub(r"\x1b\[[0-9;]*m", "", seen))

    def shows_code(self, url: str) -> None:
        """Wait for a code that is whole."""
        self._wait(lambda seen: [one.text for one in zxingcpp.read_barcodes(picture_of(seen))] == [url])

    def _wait(self, is_there: Callable[[str], bool]) -> None:
        deadline = monotonic() + PATIENCE
        while not is_there(seen := self._window()):
            assert monotonic() < deadline, seen
            sleep(0.1)

    def _window(self) -> str:
        """Return the window with its colors; empty until there is one."""
        command = [*self._tmux, "capture-pane", "-e", "-p"]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout

    def press(self, key: str) -> None:
        subprocess.run([*self._tmux, "send-keys", key], check=True)

    def close(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], check=False, capture_output=True)


@pytest.fixture
def outer(tmp_path):
    terminal = Outer(tmp_path)
    yield terminal
    terminal.close()


def picture_of(window: str) -> Image.Image:
    """Paint what is black on white in colors of every terminal, or the same reversed; all else is white."""
    colors: dict[str, str | bool] = {"38": "", "48": "", "7": False}
    lines: list[list[list[bool]]] = []
    for line in window.splitlines():
        lines.append([])
        for codes, character in SEQUENCE.findall(line):
            if character:
                is_code = (colors["38"], colors["48"]) == ("16", "231")
                halves = (character in half for half in (UPPER, LOWER))
                lines[-1].append([is_code and black is not colors["7"] for black in halves])
            else:
                _take(colors, codes or "0")
    picture = Image.new("L", (SIZE[0], 2 * SIZE[1]), 255)
    for row, cells in enumerate(lines):
        for column, halves in enumerate(cells):
            for half, black in enumerate(halves):
                picture.putpixel((column, 2 * row + half), 0 if black else 255)
    return picture.resize((4 * picture.width, 4 * picture.height), Image.Resampling.NEAREST)


def _take(colors: dict[str, str | bool], codes: str) -> None:
    for code in re.findall(r"[34]8;5;\d+|\d+", codes):
        kind, _, color = code.partition(";5;")
        if color:
            colors[kind] = color
        elif code == "7":
            colors["7"] = True
        elif code in ("0", "27"):
            colors["7"] = False
        if code in ("0", "39"):
            colors["38"] = ""
        if code in ("0", "49"):
            colors["48"] = ""


@pytest.fixture
def started(machine, profile, outer):
    def start(*command: str) -> None:
        before = ("--profile", str(profile), "--state", str(machine.folder), "--machine", machine.identifier)
        variables = {"KEYFERRY_ANCHOR_DIR": str(machine.anchors), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
        outer.run([sys.executable, "-c", PROGRAM, *before, *command], **variables)

    return start


def test_the_command_line_draws_black_on_white(started, outer, machine, key):
    started("request", key.text)
    outer.shows("Type the computer key you get")
    outer.shows_code(machine.control().pending().url)


def test_the_full_screen_draws_black_on_white(started, outer, machine, key):
    begun = machine.control().begin(key)
    started()
    outer.shows("Show the QR code again")
    outer.press("Enter")
    outer.shows("Scan this with a phone")
    outer.shows_code(begun.url)

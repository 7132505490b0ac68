"""Safari's engine, as GTK has it, steered through WebDriver."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from demo.server_process import LOOPBACK, free_port
from tests.long.driver import PATIENCE, Driver, Engine, Interrupted, as_script

BROWSERS = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
SCREEN = ("-s", "-screen 0 1600x1400x24")
# The bars of its usual window need more room than a phone is wide; a window that a page opens has none.
BARE_WINDOW = """data:text/html,<button onclick="open('about:blank', 'bare', 'popup')">Open</button>"""
# What a page that goes away says to the question that it was asked.
INTERRUPTIONS = ("stale element reference", "no such frame", "no such window")
COMPLAINT = "CONSOLE JS ERROR"


@dataclass(frozen=True)
class WebKit(Driver):
    """One window."""

    address: str

    def ask(self, method: str, path: str, **body: Any) -> Any:
        data = json.dumps(body).encode() if method == "POST" else None
        try:
            with urlopen(
                Request(f"{self.address}{path}", data, method=method), timeout=2 * PATIENCE
            ) as answer:
                return json.load(answer)["value"]
        except HTTPError as error:
            with error:
                refused = json.load(error)["value"]
            if refused["error"] in INTERRUPTIONS or "navigat" in refused["message"].lower():
                raise Interrupted(refused["message"]) from None
            raise AssertionError(f"{path}: {refused['error']}: {refused['message']}") from None

    def open(self, url: str) -> None:
        self.ask("POST", "/url", url=url)

    def run(self, function: str, *arguments: Any) -> Any:
        script = (
            "const done = arguments[0];"
            f"new Promise((resolve) => resolve({as_script(function, arguments)}))"
            ".then((it) => done({ it: it ?? null }), (error) => done({ error: String(error) }));"
        )
        answer = self.ask("POST", "/execute/async", script=script, args=[])
        if "error" in answer:
            raise AssertionError(answer["error"])
        return answer["it"]

    def act(self, *sources: dict[str, Any]) -> None:
        self.ask("POST", "/actions", actions=list(sources))

    def give_file(self, selector: str, file: Path) -> None:
        self.ask("POST", f"/element/{self._find(selector)}/value", text=str(file))

    def set_cookie(self, name: str, value: str, *, domain: str, path: str) -> None:
        cookie = {"name": name, "value": value, "domain": domain, "path": path}
        self.ask("POST", "/cookie", cookie=cookie)

    def picture(self) -> bytes:
        return base64.b64decode(self.ask("GET", "/screenshot"))

    def set_size(self, width: int, height: int) -> None:
        """Have a window without bars, of this size inside."""
        self.open(BARE_WINDOW)
        [usual] = self.ask("GET", "/window/handles")
        self.press("button")
        [bare] = self._handles_but(usual)
        self.ask("POST", "/window", handle=usual)
        self.ask("DELETE", "/window")
        self.ask("POST", "/window", handle=bare)
        self.ask("POST", "/window/rect", width=width, height=height)
        self.awaits("(...size) => innerWidth === size[0] && innerHeight === size[1]", width, height)

    def _find(self, selector: str) -> str:
        found = self.ask("POST", "/element", using="css selector", value=selector)
        return str(found[ELEMENT])

    def _handles_but(self, known: str) -> list[str]:
        deadline = time.monotonic() + PATIENCE
        others: list[str] = []
        while not others and time.monotonic() < deadline:
            others = [handle for handle in self.ask("GET", "/window/handles") if handle != known]
        return others


@contextmanager
def webkit(folder: Path, *, dark: bool = False) -> Iterator[Engine]:
    """Start the engine's driver on a screen that nobody sees; each window is a browser of its own."""
    port = free_port()
    command = ["dbus-run-session", "--", "xvfb-run", "-a", *SCREEN]
    command += ["WebKitWebDriver", f"--port={port}", f"--host={LOOPBACK}"]
    environment = {**os.environ, "HOME": str(folder), "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"}
    log = folder / "webkit.log"
    with log.open("w") as output:
        running = subprocess.Popen(
            command, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    try:
        base = WebKit(f"http://{LOOPBACK}:{port}")
        _await_ready(base, running, log)
        yield partial(_window, base, log, dark)
    finally:
        # The engine's own processes belong to the driver's group.
        os.killpg(running.pid, signal.SIGTERM)
        running.wait(PATIENCE)


@contextmanager
def _window(base: WebKit, log: Path, dark: bool, width: int, height: int) -> Iterator[Driver]:
    said_before = len(log.read_text())
    arguments = ["--automation", "--enable-write-console-messages-to-stdout=true"]
    options = {"binary": str(BROWSERS[-1]), "args": arguments + ["--dark-mode"] * dark}
    capabilities = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
    session = base.ask("POST", "/session", capabilities=capabilities)["sessionId"]
    driver = WebKit(f"{base.address}/session/{session}")
    driver.ask("POST", "/timeouts", script=PATIENCE * 1000)
    driver.set_size(width, height)
    yield driver
    driver.ask("DELETE", "")
    assert [line for line in log.read_text()[said_before:].splitlines() if COMPLAINT in line] == []


def _await_ready(driver: WebKit, running: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if driver.ask("GET", "/status")["ready"]:
                return
        except (URLError, ConnectionError):
            # Waiting for its end is the pause between two looks.
            try:
                running.wait(timeout=0.1)
            except subprocess.TimeoutExpired:
                continue
            break
    raise RuntimeError(log.read_text())

"""Safari's engine, steered through the W3C's WebDriver protocol."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from demo.server_process import LOOPBACK, free_port

BROWSERS = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
PROGRAMS = ("WebKitWebDriver", "dbus-run-session", "xvfb-run")
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
PATIENCE = 30

IS_INSTALLED = bool(BROWSERS) and all(map(shutil.which, PROGRAMS))


@dataclass(frozen=True)
class Driver:
    """One window of the browser."""

    address: str

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        data = json.dumps(body or {}).encode() if method == "POST" else None
        request = Request(f"{self.address}{path}", data, method=method)
        with urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)["value"]

    def open(self, url: str) -> None:
        self.ask("POST", "/url", {"url": url})

    def find(self, selector: str) -> str:
        found = self.ask("POST", "/element", {"using": "css selector", "value": selector})
        return str(found[ELEMENT])

    def click(self, selector: str) -> None:
        self.ask("POST", f"/element/{self.find(selector)}/click")

    def type(self, selector: str, text: str) -> None:
        self.ask("POST", f"/element/{self.find(selector)}/value", {"text": text})

    def text(self, selector: str) -> str:
        # Its own command leaves out what is still fading in.
        script = "return document.querySelector(arguments[0]).textContent"
        return str(self.ask("POST", "/execute/sync", {"script": script, "args": [selector]}))

    def sees(self, view: str) -> None:
        """Wait until the page shows the named view."""
        deadline = time.monotonic() + PATIENCE
        script = (
            "const done = arguments[1], main = document.querySelector('main');"
            "const look = () => { if (main.dataset.view === arguments[0]) done(main.dataset.view);"
            " else setTimeout(look, 50); }; look();"
        )
        shown = self.ask("POST", "/execute/async", {"script": script, "args": [view]})
        assert shown == view, f"after {time.monotonic() - deadline + PATIENCE:.0f} s"


@contextmanager
def webkit(folder: Path) -> Iterator[Driver]:
    """Start the engine with a folder for its traces, and end all of it."""
    port = free_port()
    command = [
        "dbus-run-session",
        "--",
        "xvfb-run",
        "-a",
        "WebKitWebDriver",
        f"--port={port}",
        f"--host={LOOPBACK}",
    ]
    environment = {**os.environ, "HOME": str(folder), "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"}
    with (folder / "webkit.log").open("w") as log:
        running = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        base = Driver(f"http://{LOOPBACK}:{port}")
        _await_ready(base, running, folder / "webkit.log")
        options = {"binary": str(BROWSERS[-1]), "args": ["--automation"]}
        wanted = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        session = base.ask("POST", "/session", {"capabilities": wanted})["sessionId"]
        driver = Driver(f"{base.address}/session/{session}")
        driver.ask("POST", "/timeouts", {"script": 20_000, "implicit": 10_000})
        yield driver
        driver.ask("DELETE", "")
    finally:
        # The engine's own processes belong to the driver's group.
        os.killpg(running.pid, signal.SIGTERM)
        running.wait(PATIENCE)


def _await_ready(driver: Driver, running: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if driver.ask("GET", "/status")["ready"]:
                return
        except (URLError, HTTPError, ConnectionError):
            # Waiting for its end is the pause between two looks.
            try:
                running.wait(timeout=0.1)
            except subprocess.TimeoutExpired:
                continue
            break
    raise RuntimeError(log.read_text())

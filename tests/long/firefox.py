"""Firefox ESR, steered through WebDriver BiDi, which it speaks without a driver beside it."""

from __future__ import annotations

import base64
import itertools
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.long.driver import PATIENCE, PAUSE, Driver, Engine, Interrupted, as_script

LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
# A fresh profile would otherwise open pages of its own, and ask the network.
SETTINGS = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionPolicyBypassNotification": True,
    "extensions.getAddons.cache.enabled": False,
    "intl.accept_languages": "en-GB",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "http://127.0.0.1:9",
    "toolkit.telemetry.server": "",
}
DARK = {False: 1, True: 0}


@dataclass
class Firefox(Driver):
    """One tab, and what it complained of."""

    connection: ClientConnection
    faults: list[str] = field(default_factory=list)
    tab: str = ""
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def ask(self, method: str, *, patience: float = PATIENCE, **parameters: Any) -> Any:
        number = next(self.numbers)
        self.connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.connection.recv(timeout=patience))
            if message["type"] == "event":
                self._heard(message)
            elif message["id"] != number:
                continue
            elif message["type"] == "error":
                # Only a page that goes away takes its realm or its nodes with it.
                if "actor" in message["message"] or message["error"] in ("no such frame", "no such handle"):
                    raise Interrupted(message["message"])
                raise AssertionError(f"{method}: {message['error']}: {message['message']}")
            else:
                return message["result"]

    def _heard(self, event: dict[str, Any]) -> None:
        entry = event["params"]
        if entry["level"] == "error" and entry["type"] == "javascript":
            self.faults.append(entry["text"])

    def open(self, url: str) -> None:
        self.ask("browsingContext.navigate", context=self.tab, url=url, wait="complete")

    def run(self, function: str, *arguments: Any) -> Any:
        expression = (
            f"Promise.resolve({as_script(function, arguments)}).then((it) => JSON.stringify(it ?? null))"
        )
        answer = self.ask(
            "script.evaluate", expression=expression, target={"context": self.tab}, awaitPromise=True
        )
        if answer["type"] == "exception":
            raise AssertionError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def act(self, *sources: dict[str, Any]) -> None:
        self.ask("input.performActions", context=self.tab, actions=list(sources))

    def give_file(self, selector: str, file: Path) -> None:
        locator = {"type": "css", "value": selector}
        [node] = self.ask("browsingContext.locateNodes", context=self.tab, locator=locator)["nodes"]
        element = {"sharedId": node["sharedId"]}
        self.ask("input.setFiles", context=self.tab, element=element, files=[str(file)])

    def set_cookie(self, name: str, value: str, *, domain: str, path: str) -> None:
        cookie = {"name": name, "value": {"type": "string", "value": value}, "domain": domain, "path": path}
        partition = {"type": "context", "context": self.tab}
        self.ask("storage.setCookie", cookie=cookie, partition=partition)

    def picture(self) -> bytes:
        return base64.b64decode(self.ask("browsingContext.captureScreenshot", context=self.tab)["data"])


@contextmanager
def firefox(folder: Path, *, dark: bool = False) -> Iterator[Engine]:
    """Start Firefox with a profile of its own, and end it; each window has a storage of its own."""
    log = folder / "firefox.log"
    profile = str(_profile(folder, dark=dark))
    with log.open("w") as output:
        running = subprocess.Popen(
            ["firefox-esr", "--headless", "--profile", profile, "--remote-debugging-port", "0"],
            env={**os.environ, "HOME": str(folder)},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        with connect(f"{_address(running, log)}/session", max_size=None) as connection:
            driver = Firefox(connection)
            # It listens long before the rest of it has started, which is what this waits for.
            driver.ask("session.new", patience=3 * PATIENCE, capabilities={})
            driver.ask("session.subscribe", events=["log.entryAdded"])
            yield partial(_window, driver)
    finally:
        os.killpg(running.pid, signal.SIGTERM)
        running.wait(PATIENCE)


@contextmanager
def _window(driver: Firefox, width: int, height: int) -> Iterator[Driver]:
    person = driver.ask("browser.createUserContext")["userContext"]
    driver.faults.clear()
    driver.tab = driver.ask("browsingContext.create", type="tab", userContext=person)["context"]
    viewport = {"width": width, "height": height}
    driver.ask("browsingContext.setViewport", context=driver.tab, viewport=viewport)
    yield driver
    driver.ask("browser.removeUserContext", userContext=person)
    assert driver.faults == []


def _profile(folder: Path, *, dark: bool) -> Path:
    profile = folder / "firefox"
    profile.mkdir()
    settings = SETTINGS | {"layout.css.prefers-color-scheme.content-override": DARK[dark]}
    lines = [f'user_pref("{name}", {json.dumps(value)});' for name, value in settings.items()]
    (profile / "user.js").write_text("\n".join(lines))
    return profile


def _address(running: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and running.poll() is None:
        if said := LISTENING.search(log.read_text()):
            return said[1]
        time.sleep(PAUSE)
    raise RuntimeError(log.read_text())

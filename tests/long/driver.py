"""A person at a browser, whichever its engine: what they see, press and type."""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

PATIENCE = 20
PAUSE = 0.05
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004", "Control": "\ue009", "Backspace": "\ue003"}

DOWN, UP = ({"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp"))

# Of what the selector finds, and the text narrows: the first or last that can be seen, else nothing.
FIND = """(selector, text, last) => {
    const plain = (string) => string.replace(/\\s+/g, " ").trim();
    const names = (element) => [element.textContent, element.ariaLabel ?? "", element.value ?? ""].map(plain);
    const found = [...document.querySelectorAll(selector)].filter((element) =>
        element.checkVisibility() && element.getClientRects().length > 0 &&
        (text === null || names(element).includes(text)));
    return found.at(last ? -1 : 0);
}"""
# Where it is, once it stands still: nobody aims at what slides in. What lies there receives the click, be it
# this element or another.
MOVES = """({ playState, effect }, element) => playState === "running" && effect.target?.contains(element)
    && Number.isFinite(effect.getComputedTiming().endTime)"""
PLACE = f"""(selector, text, last) => {{
    const element = ({FIND})(selector, text, last);
    if (element === undefined || document.readyState !== "complete") return null;
    if (document.getAnimations().some((one) => ({MOVES})(one, element))) return null;
    element.scrollIntoView({{ block: "center", behavior: "instant" }});
    const {{ left, top, width, height }} = element.getClientRects()[0];
    return [Math.round(left + width / 2), Math.round(top + height / 2)];
}}"""
# Between one page and the next there may be none that could be asked.
ASKED = "(...all) => document.documentElement === null ? null : ({})(...all)"
SEEN = f"(selector, text) => ({FIND})(selector, text) !== undefined"
TEXT = f"(selector) => ({FIND})(selector, null)?.innerText ?? null"


class Interrupted(Exception):
    """The page went away while it was asked; the next one can be asked the same."""


class Driver(ABC):
    """One window of one engine. An engine adds how it is asked."""

    @abstractmethod
    def open(self, url: str) -> None: ...

    @abstractmethod
    def run(self, function: str, *arguments: Any) -> Any:
        """Call a JavaScript function with JSON values, wait for its promise, and return its JSON value."""

    @abstractmethod
    def act(self, *sources: dict[str, Any]) -> None:
        """Do W3C actions with the engine's own pointer and keyboard."""

    @abstractmethod
    def give_file(self, selector: str, file: Path) -> None: ...

    @abstractmethod
    def set_cookie(self, name: str, value: str, *, domain: str, path: str) -> None: ...

    @abstractmethod
    def picture(self) -> bytes:
        """What the window shows, as a PNG."""

    def awaits(self, function: str, *arguments: Any) -> Any:
        """Wait until the page answers a question with something true."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                answer = self.run(ASKED.format(function), *arguments)
            except Interrupted:
                answer = None
            if answer:
                return answer
            if time.monotonic() > deadline:
                raise AssertionError(f"Never {arguments or function} on\n{self.words()}")
            time.sleep(PAUSE)

    def press(self, selector: str, text: str | None = None, *, last: bool = False) -> None:
        """Move the pointer to the middle of what is called so, and click whatever is there."""
        x, y = self.place_of(selector, text, last=last)
        self._point(_move(x, y), DOWN, UP)

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Press the pointer's button at one place, and let it go at another."""
        self._point(_move(*start), DOWN, _move(*end), UP)

    def place_of(self, selector: str, text: str | None = None, *, last: bool = False) -> tuple[int, int]:
        """Where the middle of something is, once it can be seen; of several the first or the last."""
        x, y = self.awaits(PLACE, selector, text, last)
        return x, y

    def _point(self, *steps: dict[str, Any]) -> None:
        pointer = {"pointerType": "mouse"}
        self.act({"type": "pointer", "id": "mouse", "parameters": pointer, "actions": list(steps)})

    def type(self, selector: str, text: str) -> None:
        """Click a field, and type into it key by key."""
        self.press(selector)
        self.keys(*text)

    def keys(self, *keys: str) -> None:
        strokes = [
            {"type": kind, "value": KEYS.get(key, key)} for key in keys for kind in ("keyDown", "keyUp")
        ]
        self.act({"type": "key", "id": "keyboard", "actions": strokes})

    def chord(self, held: str, key: str) -> None:
        """Press a key while another is held."""
        strokes = [("keyDown", KEYS[held]), ("keyDown", key), ("keyUp", key), ("keyUp", KEYS[held])]
        actions = [{"type": kind, "value": value} for kind, value in strokes]
        self.act({"type": "key", "id": "keyboard", "actions": actions})

    def at(self, path: str) -> None:
        """Wait until the page of an address is there."""
        self.awaits("(path) => location.pathname === path && document.readyState === 'complete'", path)

    def sees(self, selector: str, text: str | None = None) -> None:
        """Wait until something of that name can be seen."""
        self.awaits(SEEN, selector, text)

    def has_view(self, name: str) -> None:
        """Wait until the phone page shows the named view."""
        self.awaits("(name) => document.querySelector('main')?.dataset.view === name", name)

    def has_heading(self, text: str) -> None:
        self.sees("h1", text)

    def text(self, selector: str) -> str:
        return str(self.awaits(TEXT, selector))

    def words(self) -> str:
        return str(self.run("() => `${location.pathname}\\n${document.body?.innerText}`"))

    @property
    def path(self) -> str:
        return str(self.run("() => location.pathname"))

    @property
    def key(self) -> str:
        """The computer key on the page, in groups with dashes."""
        self.sees("#computer-key .k")
        all_of = "() => [...document.querySelectorAll('#computer-key .k')]"
        groups = self.run(f"{all_of}.map((group) => group.textContent)")
        return "-".join("".join(group.split()) for group in groups)


# Opens a window of a width and a height, with nothing stored; an error on a page fails whoever opened it.
Engine = Callable[[int, int], AbstractContextManager[Driver]]


def _move(x: int, y: int) -> dict[str, Any]:
    return {"type": "pointerMove", "x": x, "y": y, "duration": 0}


def as_script(function: str, arguments: tuple[Any, ...]) -> str:
    """The call of a function, as one expression."""
    return f"({function})({', '.join(json.dumps(argument) for argument in arguments)})"

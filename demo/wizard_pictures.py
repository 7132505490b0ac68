"""Makes the pictures of the License Wizard: `python -m demo.wizard_pictures [FOLDER]`.

The real screens over the real control, with fixed secrets and a fixed clock, so that the same code always
makes the same pictures. The keys in them open nothing.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from textual import events
from textual.pilot import Pilot

from demo.pictures import PICTURES
from demo.scene import Scene
from demo.terminal_picture import picture_of
from keyferry.protocol.computer_key import Style
from keyferry.wizard.terminal.app import WizardApp
from keyferry.wizard.terminal.words import Words

SIZE = (80, 24)
# Enough shades for a terminal, and a third of the size.
_SHADES = 32

Step = Callable[[Pilot[None]], Awaitable[object]]


@contextmanager
def scene(style: Style = Style.SHORT) -> Iterator[Scene]:
    """Give a scene a folder of its own."""
    with TemporaryDirectory() as folder:
        yield Scene(style, Path(folder))


class Album:
    """Writes one wizard's pictures, each named for what it shows."""

    def __init__(self, folder: Path, *, theme: str, language: str = "en", machine: str = "machine") -> None:
        self._folder = folder
        self._theme = theme
        self._language = language
        self._machine = machine

    def show(self, scene: Scene, *steps: str | Step) -> None:
        """Run the wizard; each step is a name to take a picture under, or something to do."""
        asyncio.run(self._show(scene, steps))

    async def _show(self, scene: Scene, steps: tuple[str | Step, ...]) -> None:
        words = Words(self._language)
        control = scene.control(self._machine)
        app = WizardApp(control, scene.profile, Path("license"), words, theme=self._theme)
        async with app.run_test(size=SIZE) as pilot:
            await settled(pilot)
            for step in steps:
                if isinstance(step, str):
                    self._take(app, step)
                else:
                    await step(pilot)
                    await settled(pilot)

    def _take(self, app: WizardApp, name: str) -> None:
        language = "" if self._language == "en" else f"-{self._language}"
        path = self._folder / f"wizard-{name}{language}-{self._theme}.png"
        picture_of(app).quantize(_SHADES).save(path, optimize=True)


async def settled(pilot: Pilot[None]) -> None:
    """Wait until the control has answered and the screen shows it."""
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def press(*keys: str) -> Step:
    """Press keys."""
    return lambda pilot: pilot.press(*keys)


def write(text: str) -> Step:
    """Paste a text, which is quicker than typing it, and looks the same."""

    async def paste(pilot: Pilot[None]) -> None:
        focused = pilot.app.focused
        if focused is not None:
            focused.post_message(events.Paste(text))
        await pilot.pause()

    return paste


def choose(name: str) -> Step:
    """Choose with the mouse."""
    return lambda pilot: pilot.click(f"#{name}")


def take_all(folder: Path, *, theme: str, language: str = "en") -> None:
    """Take the pictures of a license's whole life in one theme and language."""
    album = Album(folder, theme=theme, language=language)
    with scene() as short:
        key = short.activation_key.text
        swapped = key[:7] + key[8] + key[7] + key[9:]
        album.show(short, "welcome", choose("activate"), "method", press("f1"), "help")
        album.show(
            short,
            *(choose("activate"), choose("scan"), write(key.lower()[:13]), write("u"), "typing"),
            *(press("ctrl+u"), write(swapped), "suggestion", choose("use-suggestion")),
            *(write("LAB-PC-07"), "activation-key", choose("continue"), "scan"),
            *(choose("trouble"), "trouble", press("escape"), choose("use_file"), "license-file"),
        )
        issued = short.computer_key(short.control().begin(short.activation_key))
        album.show(
            short,
            *("pending", choose("type_key"), write(issued[:15]), "computer-key"),
            *(press("ctrl+u"), write(issued[:18] + "?????" + issued[23:27] + "??" + issued[29:]), "doubt"),
            *(press("ctrl+u"), write("?" + issued[1:]), "done", choose("home"), "licensed"),
            *(choose("deactivate"), "deactivate", choose("go-on"), "confirm", choose("yes"), "released"),
        )
    with scene(Style.SIGNED) as signed:
        rows = signed.computer_key(signed.control().begin(signed.activation_key, "LAB-PC-07")).split("-")
        rows[7], rows[8] = "A" + rows[7][1:4] + "A", "B" + rows[8][1:4] + "B"
        album.show(signed, choose("type_key"), write("".join(rows)), "rows")
        Album(folder, theme=theme, language=language, machine="another").show(signed, "wrong-machine")
        for stored in (signed.folder / "state").glob("state-*.json"):
            stored.write_text("{}")
        album.show(signed, "damaged")


def main(folder: Path = PICTURES) -> None:
    """Take every picture in light and dark."""
    folder.mkdir(parents=True, exist_ok=True)
    # The screens name a person's own folder, which must not be that of whoever makes the pictures.
    os.environ["HOME"] = "/mnt/ada"
    for theme in ("dark", "light"):
        take_all(folder, theme=theme)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))

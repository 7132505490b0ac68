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
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from textual import events
from textual.pilot import Pilot

from demo.pictures import PICTURES
from demo.scene import NOON, Scene
from demo.terminal_picture import picture_of
from keyferry.protocol.computer_key import Style
from keyferry.wizard.results import Begun
from keyferry.wizard.terminal.app import WizardApp
from keyferry.wizard.terminal.words import Words

SIZE = (80, 24)
# Enough shades for a terminal, and a third of the size.
_SHADES = 160

Step = Callable[[Pilot[None]], Awaitable[object]]


@contextmanager
def scene(style: Style = Style.SHORT) -> Iterator[Scene]:
    """Give a scene a folder of its own."""
    with TemporaryDirectory() as folder:
        yield Scene(style, Path(folder))


class Album:
    """Writes one wizard's pictures, each named for what it shows."""

    def __init__(
        self,
        folder: Path,
        *,
        theme: str,
        language: str = "en",
        machine: str = "machine",
        size: tuple[int, int] = SIZE,
    ) -> None:
        self._folder = folder
        self._theme = theme
        self._language = language
        self._machine = machine
        self._size = size

    def show(self, scene: Scene, *steps: str | Step) -> None:
        """Run the wizard; each step is a name to take a picture under, or something to do."""
        asyncio.run(self._show(scene, steps))

    async def _show(self, scene: Scene, steps: tuple[str | Step, ...]) -> None:
        words = Words(self._language)
        control = scene.control(self._machine)
        folder = Path("/var/lib/demo-cad")
        app = WizardApp(control, scene.profile, folder, words, theme=self._theme, now=lambda: NOON)
        async with app.run_test(size=self._size) as pilot:
            await settled(pilot)
            for step in steps:
                if isinstance(step, str):
                    self._take(app, step)
                else:
                    await step(pilot)
                    await settled(pilot)

    def _take(self, app: WizardApp, name: str) -> None:
        language = "" if self._language == "en" else f"-{self._language}"
        language += "" if self._size == SIZE else f"-{self._size[0]}x{self._size[1]}"
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


def _save_files(scene: Scene, begun: Begun) -> None:
    """Put license files where a person would: for this computer, for another one, and an older one."""
    another = Scene(scene.style, scene.folder / "other").control("another").begin(scene.activation_key)
    files = {
        "LAB-PC-07.lic": scene.license_file(begun),
        "LAB-PC-08.lic": scene.license_file(another),
        "license-2025.lic": scene.license_file(begun, issued=date(2024, 11, 30)),
    }
    downloads = Path.home() / "Downloads"
    downloads.mkdir(exist_ok=True)
    for number, (name, file) in enumerate(files.items()):
        (downloads / name).write_text(file)
        saved = (NOON - timedelta(hours=1, days=number * 120)).timestamp()
        os.utime(downloads / name, (saved, saved))


def take_all(folder: Path, *, theme: str, language: str = "en", size: tuple[int, int] = SIZE) -> None:
    """Take the pictures of a license's whole life in one theme and language."""
    album = Album(folder, theme=theme, language=language, size=size)
    with scene() as short:
        _take_request(album, short)
        _take_life(album, short)
    with scene(Style.SIGNED) as signed:
        _take_long_key(album, signed)
        another = Album(folder, theme=theme, language=language, size=size, machine="another")
        another.show(signed, "wrong-machine")
        for stored in (signed.folder / "state").glob("state-*.json"):
            stored.write_text("{}")
        album.show(signed, "damaged")


def _take_request(album: Album, scene: Scene) -> None:
    key = scene.activation_key.text
    mistyped = key[:10] + ("0" if key[10] != "0" else "1") + key[11:]
    album.show(
        scene,
        *("welcome", press("f1"), "help", press("f1"), choose("activate")),
        *(write(key.lower()[:13]), write("u"), "typing", press("ctrl+u"), write(mistyped), "suggestion"),
        *(choose("use-suggestion"), write("LAB-PC-07"), "activation-key", choose("continue"), "scan"),
        *(choose("trouble"), "trouble", press("f5"), "picture", press("escape"), press("f4"), "alone"),
        *(press("escape"), press("f"), "license-file"),
    )


def _take_life(album: Album, scene: Scene) -> None:
    begun = scene.control().begin(scene.activation_key)
    issued = scene.computer_key(begun)
    doubtful = issued[:18] + "G7BXD" + issued[23:25] + "????" + issued[29:]
    _save_files(scene, begun)
    album.show(
        scene,
        *("pending", choose("use_file"), "license-files", press("escape")),
        *(choose("type_key"), write(issued[:15]), "computer-key"),
        *(press("ctrl+u"), write(doubtful), "doubt"),
        *(press("ctrl+u"), write("?" + issued[1:]), "done", choose("home"), "licensed"),
        *(choose("deactivate"), "deactivate", choose("yes"), "released", choose("home"), "deactivated"),
    )


def _take_long_key(album: Album, scene: Scene) -> None:
    rows = scene.computer_key(scene.control().begin(scene.activation_key, "LAB-PC-07")).split("-")
    typed = "".join(rows[:8]) + rows[8][:2]
    rows[7], rows[8] = "A" + rows[7][1:4] + "A", "B" + rows[8][1:4] + "B"
    album.show(
        scene,
        *(choose("type_key"), write(typed), "rows"),
        *(press("ctrl+u"), write("".join(rows)), "rows-doubt"),
    )


def main(folder: Path = PICTURES) -> None:
    """Take every picture in light and dark."""
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    for theme in ("dark", "light"):
        # The screens look into a person's own folder, which must not be that of whoever makes the pictures.
        with TemporaryDirectory() as home:
            os.environ["HOME"] = home
            os.chdir(home)
            take_all(folder, theme=theme)
            os.chdir(folder)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))

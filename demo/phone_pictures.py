"""Makes the pictures of the phone page: `python -m demo.phone_pictures [FOLDER]`.

A real server, real Chromium and real offline wizards; the keys open nothing, since their vendor is gone
when the last picture is taken.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from playwright.sync_api import expect

from demo.browser import VIEWPORT, Phone, phone
from demo.film import make_film
from demo.offline_machine import OfflineMachine
from demo.pictures import PICTURES, THEMES, emptied, save_reduced
from demo.stage import Stage, require, throw_away_stage
from demo.typing_errors import mistype
from demo.vendor import Vendor
from keyferry.protocol.activation_key import ENTROPY_BYTES, ActivationKey
from keyferry.server import create_app
from keyferry.server.config import Settings
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import licenses, products
from keyferry.server.db import transaction
from keyferry.server.services.guard import PER_ADDRESS

DESKTOP = (1280, 800)
# Enough shades for flat colors, and a third of the size.
_SHADES = 256
# Chromium without a window asks nobody, so that a person who says no is played.
_REFUSE_CAMERA = """void (navigator.mediaDevices.getUserMedia =
    () => Promise.reject(new DOMException('', 'NotAllowedError')))"""
_ALLOW_CAMERA = "delete navigator.mediaDevices.getUserMedia"
_LONG_AGO = datetime(2021, 6, 1, tzinfo=UTC)


class Album:
    """Writes what one phone shows, in light, in dark, and sometimes as wide as a desktop."""

    def __init__(self, folder: Path, held: Phone) -> None:
        self._folder = folder
        self._page = held.page

    def take(self, name: str, *, desktop: bool = False, whole: bool = True) -> None:
        """Take the whole page from its top, or only what the screen shows; name it for its state."""
        # What was tapped last is not what a picture is about.
        self._page.mouse.move(0, 0)
        for theme in THEMES:
            self._page.emulate_media(color_scheme=theme)
            self._save(f"{name}-{theme}", whole=whole)
        self._page.emulate_media(color_scheme="light")
        if desktop:
            with self._sized(DESKTOP):
                self._save(f"{name}-desktop", whole=False)

    @contextmanager
    def _sized(self, size: tuple[int, int]) -> Iterator[None]:
        self._page.set_viewport_size({"width": size[0], "height": size[1]})
        yield
        self._page.set_viewport_size({"width": VIEWPORT[0], "height": VIEWPORT[1]})

    def _save(self, name: str, *, whole: bool) -> None:
        self._page.evaluate("scrollTo(0, 0)")
        taken = self._page.screenshot(full_page=whole, animations="disabled", caret="hide")
        save_reduced(taken, self._folder / f"phone-{name}.png", shades=_SHADES)


class Errands:
    """One phone, the machines that it is carried between, and the album it fills."""

    def __init__(self, stage: Stage, held: Phone, folder: Path) -> None:
        self.stage = stage
        self.phone = held
        self.album = Album(folder, held)

    def machine(self, name: str, product: str = "DEMO-CAD") -> OfflineMachine:
        """Set up a machine; one that was there before has lost everything."""
        shutil.rmtree(self.stage.folder / name, ignore_errors=True)
        return self.stage.machine(name, product)

    def address(self, name: str, activation_key: str, product: str = "DEMO-CAD") -> str:
        """Return what a fresh machine's wizard shows for an activation key."""
        asked = self.machine(name, product).run("request", activation_key, "--name", name)
        return str(asked["url"])

    def license(self, *terms: str, product: str = "DEMO-CAD", seats: int = 5) -> str:
        """Issue a license, for a year unless `terms` say otherwise."""
        return self.stage.vendor.issue(product, "--seats", str(seats), *(terms or ("--days", "365")))

    def activate(self, address: str) -> str:
        """Scan, tap, and return the key on the page."""
        self.phone.scan(address)
        self.phone.tap()
        self.phone.sees("key")
        return self.phone.computer_key

    def open(self) -> None:
        """Open the page without a scan."""
        self.phone.scan(f"{self.stage.origin}/a")
        self.phone.sees("welcome")

    def choose(self, language: str) -> None:
        """Open the page, and choose a language; its words have arrived when this returns."""
        self.open()
        self.phone.page.locator("select").select_option(language)
        expect(self.phone.page.locator("html")).to_have_attribute("lang", language)

    def press(self, name: str) -> None:
        """Tap what has this name in the page."""
        self.phone.page.locator(f"#{name}").click()

    def meet(self, problem: str, address: str, name: str | None = None) -> None:
        """Scan what the server must refuse, and take a picture, under the problem's name or another."""
        self.phone.scan(address)
        self.refused(problem, name)

    def refused(self, problem: str, name: str | None = None) -> None:
        """Wait until the page says so, and take the picture."""
        met = self.phone.problem()
        require(met == problem, f"The page shows {met}, where it should show {problem}.")
        self.album.take(name or f"problem-{problem.replace('_', '-')}")


def take_all(stage: Stage, folder: Path) -> None:
    """Take every picture, with a fresh phone for each part of the story."""
    for code, name, style in (("DEMO-CAD", "Demo CAD", "short"), ("DEMO-LAB", "Demo Lab", "signed")):
        stage.vendor.add_product(code, name, style, "export", "render")
    for part in (
        take_life,
        take_signed,
        take_history,
        take_typing,
        take_offline,
        take_german,
        take_arabic,
        take_refusals,
        take_guesses,
    ):
        with phone(stage.browser, stage.origin, pixels=1) as held:
            part(Errands(stage, held, folder))


def take_life(errands: Errands) -> None:
    """Take one computer through activation, reinstallation and deactivation."""
    album, held = errands.album, errands.phone
    errands.open()
    album.take("welcome", desktop=True)
    license = errands.license("--days", "365", "--feature", "export", "--feature", "render")
    first = errands.address("LAB-PC-07", license)
    held.scan(first)
    album.take("question-new", desktop=True)
    errands.activate(first)
    album.take("key-top", desktop=True, whole=False)
    album.take("key-short")
    errands.press("ways")
    album.take("key-ways", desktop=True, whole=False)
    held.page.keyboard.press("Escape")
    errands.press("details")
    album.take("key-details", whole=False)
    held.page.keyboard.press("Escape")
    errands.press("step-through")
    for _ in range(3):
        errands.press("step-next")
    album.take("step-through", whole=False)
    for _ in range(3):
        errands.press("step-next")
    album.take("step-end", whole=False)
    held.page.keyboard.press("Escape")
    held.scan(first)
    album.take("question-active")
    again = errands.machine("LAB-PC-07")
    second = str(again.run("request", license, "--name", "LAB-PC-07")["url"])
    held.scan(second)
    album.take("question-replaces")
    again.run("activate", errands.activate(second))
    errands.meet("computer_id_superseded", first)
    take_release(errands, again)
    errands.meet("computer_id_released", second)


def take_release(errands: Errands, machine: OfflineMachine) -> None:
    """Give the seat of an activated machine back."""
    album, held = errands.album, errands.phone
    proof = str(machine.run("deactivate")["url"])
    held.scan(proof)
    album.take("question-deactivate", desktop=True)
    held.tap()
    held.sees("released")
    album.take("released", desktop=True)
    errands.press("finish")
    held.sees("welcome")
    album.take("welcome-finished")
    held.scan(proof)
    album.take("released-already")


def take_signed(errands: Errands) -> None:
    """Show a key that is signed, and its license file as a QR code."""
    album, page = errands.album, errands.phone.page
    license = errands.license(product="DEMO-LAB")
    errands.activate(errands.address("LAB-PC-08", license, "DEMO-LAB"))
    album.take("key-signed", desktop=True)
    errands.press("row-next")
    album.take("key-signed-second")
    errands.press("row-back")
    errands.press("ways")
    errands.press("file-as-qr")
    expect(page.locator("#file-qr img")).to_be_visible()
    album.take("license-file-qr", whole=False)


def take_history(errands: Errands) -> None:
    """Fetch some keys, and look at what the phone keeps of them."""
    license = errands.license()
    for name in ("LAB-PC-07", "LAB-PC-12", "MEASURING-ROOM"):
        errands.activate(errands.address(name, license))
    errands.press("finish")
    errands.phone.sees("welcome")
    errands.press("history")
    errands.phone.sees("history")
    errands.album.take("history", desktop=True)


def take_typing(errands: Errands) -> None:
    """Do what phones offer whose camera reads no codes."""
    album, page = errands.album, errands.phone.page
    license = errands.license()
    asked = errands.machine("LAB-PC-07").run("request", license, "--name", "LAB-PC-07")
    errands.open()
    page.evaluate(_REFUSE_CAMERA)
    errands.press("scan")
    expect(page.locator(".outcome")).not_to_be_empty()
    album.take("scan-no-camera", desktop=True)
    page.evaluate(_ALLOW_CAMERA)
    errands.press("camera")
    expect(page.locator("video")).to_be_visible()
    page.locator("video").evaluate("video => new Promise(done => video.requestVideoFrameCallback(done))")
    album.take("scan-camera")
    errands.press("type")
    album.take("typed", desktop=True)
    page.locator("#activationKey").fill(license)
    page.locator("#computerId").fill(mistype(asked["computer_id"], wrong=1, random=Random(1)))
    expect(page.locator(".fix")).to_contain_text("Did you mean")
    album.take("typed-suggestion")


def take_offline(errands: Errands) -> None:
    """Scan where there is no network; the page opens all the same, and keeps the scan."""
    held = errands.phone
    address = errands.address("LAB-PC-07", errands.license())
    errands.open()
    held.await_offline_readiness()
    with held.without_network():
        held.scan(address)
        require(held.problem() == "offline", "The page does not notice that it is offline.")
        expect(held.page.locator("#scan-kept")).to_be_visible()
        errands.album.take("problem-offline")
        errands.press("history")
        errands.press("back")
        held.sees("welcome")
        errands.album.take("welcome-waiting")


def take_arabic(errands: Errands) -> None:
    """Let a customer choose Arabic: the page turns, and keys don't."""
    album, held = errands.album, errands.phone
    address = errands.address("LAB-PC-07", errands.license())
    errands.choose("ar")
    held.scan(address)
    album.take("arabic-question")
    errands.activate(address)
    album.take("arabic-key")


def take_german(errands: Errands) -> None:
    """Let a customer choose German: longer words, and other dates."""
    album, held = errands.album, errands.phone
    license = errands.license("--days", "365", "--feature", "export", seats=1)
    address = errands.address("MESSRAUM-2", license)
    errands.choose("de")
    album.take("german-welcome")
    held.scan(address)
    album.take("german-question")
    errands.activate(address)
    album.take("german-key")
    errands.press("step-through")
    album.take("german-step-through", whole=False)
    held.page.keyboard.press("Escape")
    errands.meet("no_seat_left", errands.address("MESSRAUM-3", license), "german-problem")


def take_refusals(errands: Errands) -> None:
    """Scan what the server refuses."""
    vendor = errands.stage.vendor
    full = errands.license(seats=2)
    for name in ("LAB-PC-07", "LAB-PC-12"):
        errands.activate(errands.address(name, full))
    errands.meet("no_seat_left", errands.address("LAB-PC-08", full))
    errands.meet("license_expired", errands.address("LAB-PC-08", ended_license(vendor)))
    held_back = errands.license()
    vendor.run("license", "suspend", held_back)
    errands.meet("license_suspended", errands.address("LAB-PC-08", held_back))
    elsewhere = errands.license(product="DEMO-LAB")
    errands.meet("unknown_activation_key", errands.address("LAB-PC-08", elsewhere))
    address = errands.address("LAB-PC-08", errands.license())
    place = len(address) // 2
    other = "A" if address[place] != "A" else "B"
    errands.meet("bad_signature", address[:place] + other + address[place + 1 :])
    errands.meet("malformed_token", address[: len(address) - place // 2])
    often = errands.license()
    vendor.run("property", "set", "options/maxActivationsPerSystem", "1")
    errands.activate(errands.address("LAB-PC-09", often))
    errands.meet("activation_limit_reached", errands.address("LAB-PC-09", often))
    vendor.run("property", "set", "options/maxActivationsPerSystem", "0")
    moved = errands.license()
    vendor.run("property", "set", "options/maxReleaseCount", "1")
    errands.meet("release_limit_reached", moved_often(errands, moved))
    vendor.run("product", "rotate", "DEMO-CAD", "--retire-old")
    errands.meet("retired_epoch", address)


def moved_often(errands: Errands, license: str) -> str:
    """Release a computer, and return what a second one shows that gives its license up."""
    for name in ("LAB-PC-11", "LAB-PC-12"):
        machine = errands.machine(name)
        asked = machine.run("request", license, "--name", name)
        machine.run("activate", errands.activate(str(asked["url"])))
        proof = str(machine.run("deactivate")["url"])
        if name == "LAB-PC-11":
            errands.phone.scan(proof)
            errands.phone.tap()
            errands.phone.sees("released")
    return proof


def take_guesses(errands: Errands) -> None:
    """Ask for licenses that there are not, as who guesses would, until no typed code is listened to."""
    license = errands.license()
    asked = errands.machine("LAB-PC-13").run("request", license)
    for _ in range(PER_ADDRESS):
        guess = ActivationKey.generate(os.urandom(ENTROPY_BYTES)).text
        body = {"activation_key": guess, "computer_id": asked["computer_id"]}
        errands.phone.page.request.post(f"{errands.stage.origin}/phone/v1/requests", data=body)
    errands.open()
    errands.press("type")
    errands.phone.page.locator("#activationKey").fill(license)
    errands.phone.page.locator("#computerId").fill(asked["computer_id"])
    errands.press("ask")
    errands.refused("too_many_attempts")


def ended_license(vendor: Vendor) -> str:
    """Issue a license long ago: the commands go by today's clock, and refuse a day that has passed."""
    app = create_app(Settings(home=vendor.home))
    with app.app_context(), transaction() as session:
        (license,) = licenses.issue(
            session,
            products.find_product(session, "demo-cad"),
            seats=5,
            terms=licenses.Terms(expires=_LONG_AGO.date()),
            features=(),
            customer=None,
            count=1,
            by=By(Channel.COMMAND_LINE, who="vendor"),
            now=_LONG_AGO,
        )
        return str(license.activation_key)


def _camera(folder: Path) -> tuple[str, ...]:
    """Give the phones a camera that looks at a desk, which every page may use."""
    film = make_film(folder / "desk.y4m", None)
    return (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )


def main(folder: Path = PICTURES) -> None:
    """Take every picture of the phone page, in place of those that were there."""
    emptied(folder, "phone-*.png")
    with TemporaryDirectory(prefix="keyferry-") as rest, throw_away_stage(*_camera(Path(rest))) as stage:
        take_all(stage, folder)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))

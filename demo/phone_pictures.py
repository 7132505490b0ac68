"""Makes the pictures of the phone page: `python -m demo.phone_pictures [FOLDER]`.

A real server, real Chromium and real offline wizards; the keys open nothing, since their vendor is gone
when the last picture is taken.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from playwright.sync_api import expect

from demo import phone_edges as edges
from demo.browser import phone
from demo.errands import Errands
from demo.film import make_film
from demo.halden import dress
from demo.offline_machine import OfflineMachine
from demo.pictures import PICTURES, emptied
from demo.stage import Stage, require, throw_away_stage
from demo.typing_errors import mistype

# Chromium without a window asks nobody, so that a person who says no is played.
_REFUSE_CAMERA = """error => void (navigator.mediaDevices.getUserMedia =
    () => Promise.reject(new DOMException('', error)))"""
_ALLOW_CAMERA = "delete navigator.mediaDevices.getUserMedia"


def take_all(stage: Stage, folder: Path) -> None:
    """Take every picture, with a fresh phone for each part of the story."""
    for code, name, style in (("DEMO-CAD", "Demo CAD", "short"), ("DEMO-LAB", "Demo Lab", "signed")):
        stage.vendor.add_product(code, name, style, "export", "render")
    dress(stage.vendor.home)
    for part in (
        take_life,
        take_signed,
        take_history,
        take_typing,
        take_offline,
        take_german,
        take_arabic,
        edges.take_busy_server,
        edges.take_old_browsers,
        edges.take_long_names,
        edges.take_refusals,
        edges.take_guesses,
    ):
        with phone(stage.browser, stage.origin, pixels=1) as held:
            part(Errands(stage, held, folder))


def take_life(errands: Errands) -> None:
    """Take one computer through activation, reinstallation and deactivation."""
    album, held = errands.album, errands.phone
    errands.open()
    album.take("welcome")
    license = errands.license("--days", "365", "--feature", "export", "--feature", "render")
    first = errands.address("LAB-PC-07", license)
    held.scan(first)
    album.take("question-new")
    errands.activate(first)
    album.take("key-top", whole=False)
    album.take("key-short")
    take_sheets(errands)
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


def take_sheets(errands: Errands) -> None:
    """Take what opens above a key: other ways, its details, step by step, help."""
    album, held = errands.album, errands.phone
    errands.press("ways")
    album.take("key-ways", whole=False)
    held.page.context.grant_permissions(["clipboard-write"])
    errands.press("copy")
    expect(held.page.locator("#copy")).to_have_class(re.compile("done"))
    album.take("key-ways-answered", whole=False)
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
    errands.press("help")
    album.take("help", whole=False)
    held.page.keyboard.press("Escape")


def take_release(errands: Errands, machine: OfflineMachine) -> None:
    """Give the seat of an activated machine back."""
    album, held = errands.album, errands.phone
    proof = str(machine.run("deactivate")["url"])
    held.scan(proof)
    album.take("question-deactivate")
    held.tap()
    held.sees("released")
    album.take("released")
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
    album.take("key-signed")
    errands.press("row-next")
    album.take("key-signed-second")
    for _ in range(3):
        errands.press("row-next")
    album.take("key-signed-end", whole=False)
    page.keyboard.press("Escape")
    for _ in range(3):
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
    errands.album.take("history")


def take_typing(errands: Errands) -> None:
    """Do what phones offer whose camera reads no codes."""
    album, page = errands.album, errands.phone.page
    license = errands.license()
    asked = errands.machine("LAB-PC-07").run("request", license, "--name", "LAB-PC-07")
    errands.open()
    page.evaluate(_REFUSE_CAMERA, "NotReadableError")
    errands.press("scan")
    expect(page.locator(".outcome")).to_contain_text("another app")
    album.take("scan-busy-camera")
    page.evaluate(_REFUSE_CAMERA, "NotAllowedError")
    errands.press("camera")
    expect(page.locator(".outcome")).not_to_contain_text("another app")
    expect(page.locator(".outcome")).not_to_be_empty()
    album.take("scan-no-camera")
    page.evaluate(_ALLOW_CAMERA)
    errands.press("camera")
    expect(page.locator("video")).to_be_visible()
    page.locator("video").evaluate("video => new Promise(done => video.requestVideoFrameCallback(done))")
    album.take("scan-camera")
    errands.press("type")
    album.take("typed")
    page.locator("#activationKey").fill(license)
    page.locator("#computerId").fill(mistype(asked["computer_id"], wrong=1, random=Random(1)))
    expect(page.locator(".fix")).to_contain_text("Did you mean")
    album.take("typed-suggestion")
    page.locator("#computerId").fill("ABCDE")
    errands.press("ask")
    expect(page.locator("#announcer")).to_contain_text("mistyped")
    errands.phone.forget_refusals()
    album.take("typed-incomplete")


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
    asked = errands.machine("MESSRAUM-2").run("request", license, "--name", "MESSRAUM-2")
    address = str(asked["url"])
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
    errands.press("leave")
    held.sees("welcome")
    errands.press("type")
    held.page.locator("#activationKey").fill(license)
    held.page.locator("#computerId").fill(mistype(asked["computer_id"], wrong=1, random=Random(1)))
    expect(held.page.locator(".fix")).to_be_visible()
    album.take("german-typed")


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

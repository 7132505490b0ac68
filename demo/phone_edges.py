"""What few people meet at the phone page: what a server refuses, long names, old browsers, cameras in use."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from playwright.sync_api import Route, expect

from demo.errands import Errands
from demo.halden import LONG_NAME, dress
from demo.vendor import Vendor
from keyferry.protocol.activation_key import ENTROPY_BYTES, ActivationKey
from keyferry.server import create_app
from keyferry.server.config import Settings
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import licenses, products
from keyferry.server.db import transaction
from keyferry.server.services.guard import PER_ADDRESS

_LONG_AGO = datetime(2021, 6, 1, tzinfo=UTC)
_NO_MODULES = "delete HTMLScriptElement.prototype.noModule"
_COMPUTER = (
    "messplatz-1234.pruefstand-03.halle-nord.werk-2.praezisionswerkzeugbau-mueller-und-soehne.produktion.intern."
    "beispiel-gruppe.example.messdatenerfassung.abteilung-einkauf.gebaeude-17.etage-3.raum-0417.schrank-b."
    "steckplatz-11.reserve-2.alt.archiv.beispiel"
)
_PRODUCT = "Messdatenauswertungssoftware für Prüfstände, Labore und Fertigung – Enterprise Edition 12"


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


def take_busy_server(errands: Errands) -> None:
    """Scan while the server has more to do than it can, which is played: how long it lasts is chance."""
    address = errands.address("LAB-PC-07", errands.license())
    # A tab that nobody listens to: such an answer is a fault elsewhere.
    page = errands.phone.page.context.new_page()
    page.route("**/phone/v1/requests", _answered_busy)
    page.goto(address)
    expect(page.locator("main")).to_have_attribute("data-view", "waiting")
    errands.album.of(page).take("waiting")


def _answered_busy(route: Route) -> None:
    route.fulfill(status=503, headers={"Retry-After": "60"})


def take_long_names(errands: Errands) -> None:
    """Meet names as long as they may be: of the vendor, the product, and the computer."""
    stage, held, album = errands.stage, errands.phone, errands.album
    stage.vendor.add_product("DEMO-LONG", _PRODUCT, "short", "export", "render")
    license = errands.license("--feature", "export", product="DEMO-LONG", seats=25)
    dress(stage.vendor.home, LONG_NAME)
    try:
        address = errands.address(_COMPUTER, license, "DEMO-LONG")
        held.scan(address)
        album.take("question-long")
        errands.activate(address)
        album.take("key-long", whole=False)
    finally:
        dress(stage.vendor.home)


def take_old_browsers(errands: Errands) -> None:
    """Open the page where its scripts do not run: below the oldest browser, and with scripts turned off."""
    page = errands.phone.page
    page.add_init_script(_NO_MODULES)
    page.route(f"{errands.stage.origin}/a", _answered_without_modules)
    page.goto(f"{errands.stage.origin}/a")
    expect(page.get_by_role("link", name="Open Self Help")).to_be_visible()
    errands.album.take("below-the-floor")


def _answered_without_modules(route: Route) -> None:
    answer = route.fetch()
    body = answer.text().replace('<script type="module">', '<script type="a-module">')
    route.fulfill(response=answer, body=body)

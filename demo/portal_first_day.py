"""Pictures of a vendor's first day in the portal: from an empty list to the demo machine's activation."""

from __future__ import annotations

from demo.browser import PATIENCE_MILLISECONDS
from demo.portal_visit import Visit
from demo.realistic import DESK


def take_first_day(visit: Visit) -> None:
    """Go through the list as a new vendor does, and take every step of it."""
    visit.sign_in(DESK)
    visit.take("first-day-address")
    visit.shows("?step=product", "first-day-product")
    visit.open("add-product")
    visit.fill("Name", "Halden CAD")
    visit.fill("Code", "halden-cad")
    visit.fill("Features optional", "export\nbatch")
    visit.page.get_by_label("Short keys").check()
    visit.press("Add product")
    visit.take("first-day-license")
    visit.press("Issue a test license")
    visit.take("first-day")
    visit.shows("?step=activation&code=python", "first-day-python")
    _activate(visit)
    for step in ("second_factor", "branding", "email"):
        visit.shows(f"?step={step}", f"first-day-{step.replace('_', '-')}")
    for path, name in (("licenses", "licenses"), ("licenses/2", "license"), ("computers/1", "computer")):
        visit.shows(path, f"demo-{name}")
    visit.open("")
    visit.press("Hide this list")
    visit.take("first-day-hidden")


def _activate(visit: Visit) -> None:
    """Scan the demo code with a phone, and type the key that it shows, at first with a slip."""
    address = visit.page.get_by_role("link", name="Open it in this browser").get_attribute("href") or ""
    with visit.stage.scanned(address) as phone:
        phone.tap()
        phone.page.locator("#computer-key .k").first.wait_for(timeout=PATIENCE_MILLISECONDS)
        key = phone.computer_key
    visit.page.get_by_role("link", name="Type the key").click()
    for typed, name in ((key[:14], "demo-machine-refused"), (key, "first-day-activated")):
        visit.fill("Computer key", typed)
        visit.press("Activate")
        visit.take(name)

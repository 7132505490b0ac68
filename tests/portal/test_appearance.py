"""What a page of the portal must be: axe finds nothing in light and dark, nothing overflows.

The gate looks at one page, with the palette (`test_palette.py`); `tests/long/portal` at all of them.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from playwright.sync_api import Page, ViewportSize
from sqlalchemy import select

from keyferry.server.core.licensing.deactivation import Forced
from keyferry.server.core.models import Customer
from keyferry.server.db import transaction
from tests.access import violations, zoomed
from tests.browsing import PHONE
from tests.portal.conftest import DESK, open_license

NAME = "Müller & Söhne Präzisionswerkzeugbau GmbH & Co. KG, Abteilung Einkauf"


@pytest.fixture(scope="module")
def license_key(house) -> str:
    """A license with a history, and long names in several scripts."""
    vendor = house.short
    key = vendor.issue(
        seats=9, customer="a.very.long.name.of.a.person@example-of-a-company.example", features=("cam",)
    )
    for name in ("LAB-PC-07", "Prüfstand 3 – Halle Nord, Messplatz 1234", "測定室の計算機", "حاسوب المختبر"):
        vendor.activate(vendor.machine(key, name))
    dead = vendor.machine(key, "DEAD-PC")
    vendor.activate(dead)
    vendor.release(dead, Forced("the disk died"))
    for _ in range(60):
        vendor.issue()
    with transaction() as session:
        session.scalars(select(Customer).where(Customer.email.startswith("a.very"))).one().name = NAME
    return key.text


def check_below_the_bar(page: Page) -> None:
    """The same for a page whose Save stays in sight: axe takes what the bar covers for half of a button."""
    page.locator(".save").evaluate("bar => { bar.style.position = 'static'; }")
    check(page)


# Both schemes have the same layout and both sizes the same colors: two looks see nearly all that four do.
TWO_LOOKS = (("light", PHONE), ("dark", DESK))
LOOKS = tuple((scheme, size) for scheme in ("light", "dark") for size in (PHONE, DESK))


def check(page: Page, looks: Iterable[tuple[str, ViewportSize]] = LOOKS) -> None:
    """Have axe look in light and dark on a phone and on a desk, and measure the width down to 320 px."""
    for scheme, size in looks:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size(size)
        # Scrolled, the top bar may cover half of a box, which axe takes for its size.
        page.evaluate("scrollTo(0, 0)")
        assert violations(page) == [], page.url
    assert zoomed(page) == [], page.url
    for width in (320, PHONE["width"], 700, DESK["width"]):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


def test_text_of_twice_the_size_fits(desk, house, license_key):
    page = desk()
    # More seats than are drawn one by one.
    open_license(page, house.short.issue(seats=25).text)
    assert page.evaluate("document.documentElement.scrollWidth") <= DESK["width"]
    open_license(page, license_key)
    page.set_viewport_size({"width": 640, "height": 900})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 640

"""Names as long as they may be, in one word, from right to left, in pictures: no page is wider for it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.core.brand import branding
from keyferry.server.core.customers import records
from keyferry.server.core.licensing import products
from keyferry.server.core.licensing.deactivation import Forced
from keyferry.server.core.models import Customer, License, Role
from keyferry.server.core.staff import operators
from keyferry.server.db import transaction
from tests.browsing import PHONE
from tests.conftest import STAFF, Vendor
from tests.faces.portal_visitor import add_operator
from tests.long.portal.test_access_of_the_portal import ADDRESSES
from tests.portal.conftest import DESK, listens

WIDTHS = (320, PHONE["width"], 768, 1024, DESK["width"])
WORDS = ("Präzisionswerkzeugbau" * 5, "مختبرالقياساتالدقيقة" * 5, "🧪🔬🧬" * 34, "Ω" * 100)
EMAIL = f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 49}.example"
# What sticks out of the page, or of the box that it stands in, and does not scroll there.
STICKS_OUT = """() => [...document.querySelectorAll("body *")].filter(one => {
    if (!one.checkVisibility() || one.closest(".vh, .skip, svg, iframe, video")) return false;
    // The kinds of settings reach to the edge of the screen.
    if (one.matches(".set")) return false;
    const spills = one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 2;
    if (spills && getComputedStyle(one).overflowX === "visible") return true;
    for (let outer = one.parentElement; outer; outer = outer.parentElement)
        if (getComputedStyle(outer).overflowX !== "visible") return false;
    const { left, right } = one.getBoundingClientRect();
    return right > innerWidth + 1 || left < -1;
}).map(one => `${one.tagName}.${one.className}: ${one.textContent.trim().slice(0, 40)}`)"""


@pytest.fixture(scope="module")
def longest(house) -> str:
    """Have everything named as long as it may be; return the code of the product."""
    vendor, now, code = house.short, house.short.clock.now, "c" * 40
    with transaction() as session:
        branding.put_all(session, {"name": WORDS[0][:60]}, branding.Brand(), by=STAFF, now=now)
        products.add_product(
            session,
            code=code,
            name=WORDS[2][:100],
            key_style="short",
            features=["f" * 32, "g" * 32],
            machine_source="os",
            keyring=vendor.keyring,
            by=STAFF,
            now=now,
        )
        operators.disable(session, add_operator(session, "W" * 60, Role.SUPPORT, now), by=STAFF, now=now)
    own = Vendor(vendor.app, vendor.keyring, vendor.clock, code)
    for number, word in enumerate(WORDS):
        key = own.issue(seats=40, customer=f"{number}{EMAIL[1:]}", features=("f" * 32, "g" * 32))
        fill(own, key, word)
    return code


def fill(vendor: Vendor, key: ActivationKey, word: str) -> None:
    """Name the customer, and activate two computers, of which one dies for a long reason."""
    dead = vendor.machine(key, word[:40])
    for machine in (vendor.machine(key, word[1:41]), dead):
        vendor.activate(machine)
    vendor.release(dead, Forced(word * 4))
    with transaction() as session:
        license = session.scalars(select(License).where(License.activation_key == key.text)).one()
        license.notes, license.order_reference = "n" * 2000, "o" * 60
        customer = session.get_one(Customer, license.customer_id)
        named = {"email": customer.email, "name": word[:100], "notes": word * 10}
        records.edit(session, customer, **named, by=STAFF, now=vendor.clock.now)


def fits(page: Page) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(STICKS_OUT) == [], (page.url, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (page.url, width)


def test_no_page_is_wider_than_its_window(desk, house, longest):
    page = desk()
    for address in ADDRESSES:
        page.goto(f"{house.origin}/portal/{address.format(product=longest)}")
        fits(page)


def test_the_search_says_how_a_license_stands_beside_its_customer(desk, house, longest):
    for width in WIDTHS:
        page = desk(viewport={"width": width, "height": 800})
        page.goto(f"{house.origin}/portal/")
        listens(page)
        page.keyboard.press("/")
        page.keyboard.type(WORDS[0][:10])
        stands = page.get_by_role("option").locator("small > .cut + span")
        expect(stands.first).to_be_visible()
        for one in stands.all():
            # The end of a name that is cut hides nothing behind it.
            assert one.evaluate(
                "one => one.getBoundingClientRect().right <= one.closest('li').getBoundingClientRect().right"
            )
        page.context.close()

"""What the design asks of every page: one filled button, red that destroys, codes to copy, exact times."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest

from keyferry.server.core.licensing.deactivation import Forced
from keyferry.server.core.models import Role
from tests.conftest import Vendor
from tests.faces.portal_visitor import Visitor, staff
from tests.long.portal.test_access_of_the_portal import ADDRESSES

# What is red, on a page or in a dialog of it: each takes something away for good, from somebody who had it.
DESTROYS = {
    *("Release without a code…", "Release without a code", "Replace key"),
    *("Delete…", "Delete customer", "Merge customers"),
    *("Retire epoch 1…", "Retire epoch 1", "Start epoch 3, retire 1 and 2"),
    *("Disable…", "Disable", "End…", "End second factor"),
}
RED = re.compile(r"\b(danger|danger-line|danger-text)\b|^no$")
_BUTTON = re.compile(r"<(?:button|a)\b([^>]*)>(.*?)</(?:button|a)>", re.DOTALL)
_CODE = re.compile(r"\b1[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{5}){4}\b")
# In a list, the whole code is a title; what leads to another list's row is copied there.
_SHORTENED = re.compile(r'<(?:span class="k plain"|a class="k plain row-link")[^>]* title="([^"]+)"')
_TIME = re.compile(r"<time ([^>]*)>([^<]*)</time>")
_RELATIVE = re.compile(r"ago|just now|yesterday|today|tomorrow|^in ")


@pytest.fixture
def ada(vendor: Vendor, desk: Visitor) -> Visitor:
    """An administrator with something of everything, from today and from the days before."""
    key = vendor.issue(seats=9, customer="ada@example.com", features=("cam",))
    vendor.activate(vendor.machine(key, "LAB-PC-07"))
    dead = vendor.machine(key, "DEAD-PC")
    vendor.activate(dead)
    vendor.clock.pass_days(2)
    vendor.release(dead, Forced("the disk died"))
    vendor.activate(vendor.machine(vendor.issue(), "LAB-PC-08"))
    staff(vendor, "grace", Role.SUPPORT)
    return staff(vendor, "edsger")


def pages(visitor: Visitor, vendor: Vendor) -> Iterator[tuple[str, str]]:
    """Each page with its address."""
    visitor.post(f"/portal/products/{vendor.profile.product_code}/rotate")
    for address in ADDRESSES:
        address = address.format(product=vendor.profile.product_code)
        yield address, visitor.get(f"/portal/{address}").text


def words(markup: str) -> str:
    markup = re.sub(r"</?i>", "", markup)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def buttons(markup: str) -> Iterator[tuple[set[str], str]]:
    """Each button and link with its classes and what it says."""
    for attributes, content in _BUTTON.findall(markup):
        classes = re.search(r'class="([^"]*)"', attributes)
        yield set(classes[1].split()) if classes else set(), words(content)


def without_dialogs(page: str) -> str:
    return re.sub(r"<dialog\b.*?</dialog>", "", page, flags=re.DOTALL)


def test_a_page_has_one_filled_button_at_most_and_so_has_a_dialog(vendor, ada):
    for address, page in pages(ada, vendor):
        dialogs = re.findall(r"<dialog\b.*?</dialog>", page, re.DOTALL)
        for part in (without_dialogs(page), *dialogs):
            filled = [said for classes, said in buttons(part) if classes & {"primary", "danger"}]
            # Of the two ways to start an epoch only the chosen one is shown.
            assert len(filled) <= 1 or 'class="btn primary keeps"' in part, (address, filled)


def test_red_is_what_destroys_and_nothing_else(vendor, ada):
    red, other = set(), set()
    for _, page in pages(ada, vendor):
        for classes, said in buttons(page):
            (red if any(RED.search(one) for one in classes) else other).add(said)
    assert red <= DESTROYS
    assert red >= {
        "Release without a code…",
        "Replace key",
        "Delete…",
        "Delete customer",
        "Disable…",
        "Disable",
    }
    assert other & DESTROYS == set()


def test_every_code_of_a_page_can_be_copied(vendor, ada):
    for address in ("licenses", "licenses/1", "computers", "computers/1", "customers/1"):
        page = without_dialogs(ada.get(f"/portal/{address}").text)
        shown = {*_CODE.findall(words(page)), *_SHORTENED.findall(page)}
        copied = " ".join(re.findall(r'data-copy="([^"]+)"', page))
        assert shown, address
        assert shown <= set(_CODE.findall(copied)), address


def test_a_time_that_is_told_as_how_long_ago_says_the_exact_one_on_hover(vendor, ada):
    told = set()
    for address, page in pages(ada, vendor):
        for attributes, said in _TIME.findall(page):
            if _RELATIVE.search(said):
                told.add(said)
                assert re.search(r'title="[A-Z][a-z]{2} \d', attributes), (address, said)
    assert {"just now", "2 days ago"} <= told

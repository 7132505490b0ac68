"""Ticked licenses are changed together."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect

from tests.portal.conftest import find_licenses
from tests.portal.test_appearance import check
from tests.portal.test_licenses import MANAGER, press, soon, the_license

__all__ = ["soon"]


def test_ticked_licenses_are_renewed_and_suspended_after_a_question_that_counts(desk, house, soon):
    customer = "many@example.com"
    keys = [house.short.issue(customer=customer, expires=soon).text for _ in range(3)]
    page = desk(MANAGER)
    find_licenses(page, customer)
    expect(page.get_by_text("3 licenses found.")).to_be_visible()
    page.get_by_label(f"Select {keys[0]}").check()
    page.get_by_label(f"Select {keys[2]}").check()
    expect(page.get_by_text("2 selected")).to_be_visible()
    press(page, "Renew…")
    expect(page.get_by_role("heading", name="Renew 2 licenses?")).to_be_visible()
    for key in (keys[0], keys[2]):
        expect(page.get_by_role("listitem").get_by_text(key)).to_be_visible()
    page.get_by_label("Days", exact=True).fill("5")
    press(page, "Renew")
    expect(page.get_by_role("status").first).to_have_text("2 licenses renewed.")
    ends = [the_license(key).expires_on for key in keys]
    assert ends == [soon + timedelta(days=5), soon, soon + timedelta(days=5)]
    # Led back to the same list.
    page.get_by_label("Select this page").check()
    press(page, "Put on hold…")
    check(page)
    press(page, "Put on hold")
    expect(page.get_by_role("status").first).to_have_text("3 licenses put on hold.")
    assert {the_license(key).status for key in keys} == {"suspended"}
    page.goto(f"{house.origin}/portal/licenses?q={customer}&all=1")
    press(page, "Resume…")
    press(page, "Resume")
    expect(page.get_by_role("status").first).to_have_text("3 licenses resumed.")
    # A whole list has a page that tells how far it has come; this one was done before anybody could look.
    page.goto(f"{house.origin}/portal/licenses/bulk/1")
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    check(page)
    assert {the_license(key).status for key in keys} == {"active"}

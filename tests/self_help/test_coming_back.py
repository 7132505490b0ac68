"""Back to the answer to a form is the page of the form, not a browser's word about an expired document."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.self_help.test_by_typing import codes


def test_who_comes_back_to_an_answer_gets_the_page_of_the_form(house, customer):
    vendor = house.short
    machine = vendor.machine(vendor.issue(seats=2))
    visitor = customer()
    page = visitor.page
    visitor.fill_in("activate", **codes(machine) | {"activation_key": "no key at all"})
    expect(page.locator(".fix").first).to_be_visible()
    for _ in range(2):
        page.goto(f"{visitor.origin}/self-help/")
        page.go_back()
        visitor.reads("Activate a computer")
        assert page.url == f"{visitor.origin}/self-help/activate"
        # Nothing is sent again, so nothing is asked.
        page.reload()
        visitor.reads("Activate a computer")
        visitor.type(**codes(machine), computer_name="LAB-PC-07")
        visitor.send("activate")
        assert visitor.key
    assert vendor.seats_used(machine.activation_key) == 1

"""Everybody can use the page: axe on the page of a key, the keyboard, what is announced and moves."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.access import violations, zoomed
from tests.browsing import activate, key_on, sees


def test_axe_finds_nothing_on_the_page_of_a_key(house, phone):
    """One state in one theme; every state is in the long tests."""
    page = phone(color_scheme="light", reduced_motion="reduce")
    activate(page, house.scan(house.short.machine(house.short.issue(seats=3, features=("export",)))))
    assert [*violations(page), *zoomed(page)] == []


def test_a_machine_is_activated_with_the_keyboard_only(house, phone):
    page = phone()
    page.goto(house.scan(house.short.machine(house.short.issue())))
    sees(page, "confirm-activate")
    expect(page.locator("h1")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#confirm")).to_be_focused()
    page.keyboard.press("Enter")
    key_on(page)
    expect(page.locator("h1")).to_be_focused()
    order = []
    for _ in range(4):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.id"))
    everything = "main button, .bar button"
    in_page = page.evaluate(f"[...document.querySelectorAll('{everything}')].map(button => button.id)")
    assert order[: len(in_page)] == in_page
    page.locator("#step-through").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#step-next")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#step-through")).to_be_focused()


def test_what_happens_is_announced(house, phone):
    page = phone()
    page.goto(house.scan(house.short.machine(house.short.issue(seats=5))))
    announcer = page.get_by_role("status").last
    expect(announcer).to_have_text("It takes seat 1 of 5.")
    page.locator("#confirm").click()
    expect(announcer).to_have_text("It goes into the License Wizard, group by group.")
    page.locator("#step-through").click()
    spelled = page.locator("#computer-key .k").first.get_attribute("aria-label")
    expect(page.get_by_role("dialog")).to_have_accessible_name(f"Group 1 of 6 : {spelled}")


def test_nothing_moves_for_those_who_want_it_still(house, phone):
    for motion in ("reduce", "no-preference"):
        page = phone(reduced_motion=motion)
        page.goto(house.scan(house.short.machine(house.short.issue(seats=3))))
        sees(page, "confirm-activate")
        # Told apart as the key takes the question's place: it grows out of what stood there.
        page.evaluate(
            """() => new MutationObserver(() => {
                window.moving = document.querySelector("main .groups")?.getAnimations().length;
            }).observe(document.querySelector("main"), { attributeFilter: ["data-view"] })"""
        )
        page.locator("#confirm").click()
        key_on(page)
        assert page.evaluate("window.moving") == (0 if motion == "reduce" else 1)

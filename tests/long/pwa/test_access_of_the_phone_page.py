"""Everybody can use the page: axe on every state, large text, narrow screens, targets."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial

from playwright.sync_api import Page, expect

from keyferry.server.core import properties
from keyferry.server.core.licensing import products
from keyferry.server.db import transaction
from tests.access import TARGET, WHOM_TO_ASK, violations, zoomed
from tests.browsing import House, PhoneMaker, activate, go_offline, sees
from tests.conftest import STAFF, Vendor


def open_key(page, house, style="short", press=None):
    vendor = getattr(house, style)
    activate(page, house.scan(vendor.machine(vendor.issue(seats=3, features=("export",)))))
    if press:
        page.locator(press).click()


def open_copied_key(page, house):
    open_key(page, house, press="#ways")
    page.locator("#copy").click()
    expect(page.locator("#copy")).to_have_class("failed")
    expect(page.locator(".key-text")).to_be_visible()


def open_key_as_a_qr_code(page, house):
    open_key(page, house, press="#ways")
    page.locator("#file-as-qr").click()
    expect(page.locator("#file-qr img")).to_be_visible()


def open_help(page, house):
    open_question(page, house)
    page.locator("#help").click()


def open_last_step(page, house):
    open_key(page, house, press="#step-through")
    for _ in range(6):
        page.locator("#step-next").click()
    expect(page.locator("#step-yes")).to_be_visible()


def open_second_row(page, house):
    open_key(page, house, "signed", press="#row-next")
    expect(page.locator("#row-back")).to_be_visible()


def open_home(page, house):
    page.goto(f"{house.origin}/a")
    sees(page, "welcome")


def open_question(page, house):
    page.goto(house.scan(house.short.machine(house.short.issue(seats=3))))
    sees(page, "confirm-activate")


def open_history(page, house):
    open_key(page, house)
    page.locator("#finish").click()
    page.locator("#history").click()
    sees(page, "history")


def open_empty_history(page, house):
    open_history(page, house)
    page.locator("#remove-all").click()
    page.locator("#really-remove-all").click()
    expect(page.locator(".kept")).to_have_count(0)


def open_earlier_key(page, house):
    open_history(page, house)
    page.locator("#open-0").click()
    sees(page, "key")


def open_scanner(page, house):
    open_home(page, house)
    page.locator("#scan").click()
    sees(page, "scan")


def open_mistyped(page, house):
    open_scanner(page, house)
    expect(page.locator("#camera")).to_be_visible()
    key = house.short.issue().text
    page.locator("#type").click()
    page.locator("#activationKey").fill(("0" if key[0] != "0" else "1") + key[1:])
    page.locator("#computerId").fill("ABCDE")
    page.locator("#ask").click()
    expect(page.locator("#use-suggestion")).to_be_visible()


def open_problem(page, house):
    page.goto(house.scan(house.short.machine(house.short.issue()))[:-1])
    sees(page, "problem")


def open_problem_with_whom_to_ask(page, house):
    with transaction() as session:
        properties.put_all(session, WHOM_TO_ASK, by=STAFF, now=house.short.clock.now)
    open_problem(page, house)
    expect(page.locator(".who a")).to_have_count(len(WHOM_TO_ASK))


def open_lost_network(page, house):
    go_offline(page, house)
    page.goto(house.scan(house.short.machine(house.short.issue())))
    sees(page, "problem")


def open_waiting_scan(page, house):
    open_lost_network(page, house)
    page.locator("#history").click()
    page.locator("#back").click()
    expect(page.locator("#resume-0")).to_be_visible()


def open_busy_server(page, house):
    page.route("**/phone/v1/requests", lambda route: route.fulfill(status=503, headers={"Retry-After": "60"}))
    page.goto(house.scan(house.short.machine(house.short.issue())))
    sees(page, "waiting")


def open_release(page, house):
    machine = house.short.machine(house.short.issue(seats=2))
    house.short.activate(machine)
    page.goto(house.scan(machine, releasing=True))
    sees(page, "confirm-deactivate")


def open_released(page, house):
    open_release(page, house)
    page.locator("#confirm").click()
    sees(page, "released")


NAMES = {
    "of 253 characters": "messplatz-1234.pruefstand-03." * 8 + "halle-nord.werk-2.xyz",
    "in Arabic": "حاسوب المختبر",
    "of emoji": "🧪🔬 LAB 👩‍🔬",
}


def open_named(page, house, name):
    """The question about a computer with such a name, and a product with one of 60 characters."""
    vendor = long_product(house)
    page.goto(house.scan(vendor.machine(vendor.issue(seats=25), name)))
    sees(page, "confirm-activate")


def open_key_of_named(page, house, name):
    open_named(page, house, name)
    page.locator("#confirm").click()
    sees(page, "key")


def long_product(house: House) -> Vendor:
    """The vendor of a product whose name is as long as anybody would have it; each call has another."""
    short, code = house.short, f"long-{secrets.token_hex(4)}"
    with transaction() as session:
        products.add_product(
            session,
            code=code,
            name="Messdatenauswertungssoftware für Prüfstände und Labore – 12",
            key_style="short",
            features=["export"],
            machine_source="os",
            keyring=short.keyring,
            by=STAFF,
            now=short.clock.now,
        )
    return Vendor(short.app, short.keyring, short.clock, code)


STATES = {name: value for name, value in list(globals().items()) if name.startswith("open_")}
# What is pressed on the page of a key.
STATES |= {
    f"{style} key {press}": partial(open_key, style=style, press=press)
    for style, press in (
        ("signed", None),
        ("short", "#ways"),
        ("short", "#details"),
        ("short", "#step-through"),
    )
}
del STATES["open_named"], STATES["open_key_of_named"]
STATES |= {
    f"{what} {kind}": partial(state, name=name)
    for what, state in (("question", open_named), ("key", open_key_of_named))
    for kind, name in NAMES.items()
}
# After these a phone has no network, or meets a server that stays busy.
SPOILING = (open_lost_network, open_waiting_scan, open_busy_server)
# A phone that was here before opens the page that it keeps, which learns of the contact for the next time.
FOR_NEW_PHONES = (open_problem_with_whom_to_ask,)


def too_small(page: Page) -> list[str]:
    return page.evaluate(
        """least => [...document.querySelectorAll('button, select, input, textarea, a[href], label.btn')]
            .filter(element => element.checkVisibility() && !element.closest('.vh'))
            .filter(element => !document.querySelector('dialog') || element.closest('dialog'))
            .filter(element => {
                const { width, height } = element.getBoundingClientRect();
                return width < least || height < least;
            })
            .map(element => element.outerHTML.slice(0, 100))""",
        TARGET,
    )


def walk(phone: PhoneMaker, house: House, looked_at: Callable[[Page], list[str]], **options) -> None:
    """Go through every state with one phone, and say what was found wrong in each of them."""
    page, found = phone(**options), {}
    for name, state in STATES.items():
        if state in FOR_NEW_PHONES:
            page = phone(**options)
        state(page, house)
        found[name] = looked_at(page)
        if state in SPOILING:
            page = phone(**options)
        else:
            # A tab keeps what it is about, also when it is loaded anew.
            page.evaluate("sessionStorage.clear()")
            page.goto("about:blank")
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


# What a page is about, and what can be done, on a phone on its side with letters twice as large.
UNSEEN = """() => {
    const there = (all) => [...all].filter(one => one.checkVisibility());
    const top = document.querySelector('dialog') || document.body;
    const bars = there(top.querySelectorAll(':scope > .bar'));
    const end = Math.min(innerHeight, ...bars.map(bar => bar.getBoundingClientRect().top));
    const said = [...there(top.querySelectorAll('.outcome:not(:empty), h1, h2')), top].shift();
    const { top: from, bottom } = said.getBoundingClientRect();
    const buttons = there(bars.flatMap(bar => [...bar.querySelectorAll('.primary, .danger')]));
    return [
        ...(said !== top && (from < 0 || bottom > end + 1) ? [`unseen: ${said.outerHTML.slice(0, 80)}`] : []),
        ...buttons.filter(one => one.getBoundingClientRect().bottom > innerHeight + 1)
            .map(one => `out of reach: ${one.outerHTML.slice(0, 80)}`),
    ];
}"""


def unseen_on_its_side(page: Page) -> list[str]:
    before = page.viewport_size
    page.set_viewport_size({"width": 844, "height": 390})
    size = "size => { document.documentElement.style.fontSize = size; dispatchEvent(new Event('resize')); }"
    page.evaluate(size, "32px")
    page.evaluate("scrollTo(0, 0)")
    found = page.evaluate(UNSEEN)
    page.evaluate(size, "")
    page.set_viewport_size(before)
    return found


def test_axe_finds_nothing_in_light_and_targets_are_large(house, phone):
    def looked_at(page: Page) -> list[str]:
        return [*violations(page), *too_small(page), *zoomed(page), *unseen_on_its_side(page)]

    walk(phone, house, looked_at, color_scheme="light", reduced_motion="reduce", locale="en-GB")


TWICE_AS_LARGE = """addEventListener('DOMContentLoaded', () => {
    document.documentElement.style.fontSize = '32px';
});"""
CUT_OFF = """() => [...document.querySelectorAll('button, .k, select')]
    .filter(element => element.checkVisibility())
    .filter(element => {
        const { left, right } = element.getBoundingClientRect();
        return left < -1 || right > innerWidth + 1;
    }).map(element => element.outerHTML.slice(0, 80))"""
TOO_WIDE = """() => [document.documentElement, ...document.querySelectorAll('dialog')]
    .filter(element => element.scrollWidth > element.clientWidth)
    .map(element => `${element.tagName} is too wide`)"""


def test_axe_finds_nothing_in_dark_and_nothing_is_cut_off_with_text_twice_as_large(house, phone):
    def narrow(**options) -> Page:
        page = phone(viewport={"width": 320, "height": 640}, **options)
        page.add_init_script(TWICE_AS_LARGE)
        return page

    def looked_at(page: Page) -> list[str]:
        return [*page.evaluate(TOO_WIDE), *page.evaluate(CUT_OFF), *violations(page)]

    walk(narrow, house, looked_at, color_scheme="dark", reduced_motion="reduce", locale="de-DE")

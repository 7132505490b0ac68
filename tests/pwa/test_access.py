"""Everybody can use the page: axe on every state, keyboard only, large text, narrow screens, targets."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.resources import files

from playwright.sync_api import Page, expect

from keyferry.server.core import properties
from keyferry.server.db import transaction
from tests.browsing import House, PhoneMaker, activate, go_offline, key_on, sees
from tests.conftest import STAFF

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TARGET = 44
WHOM_TO_ASK = {
    "branding/supportEmail": "lizenzen.und.vertraege@messtechnik-und-automatisierung.example",
    "branding/supportPhone": "+49 (0) 30 1234567-890",
    "branding/supportUrl": "https://messtechnik-und-automatisierung.example/hilfe/lizenzen?sprache=de",
}


def open_key(page, house, style="short", press=None):
    vendor = getattr(house, style)
    activate(page, house.scan(vendor.machine(vendor.issue(seats=3, features=("export",)))))
    if press:
        page.locator(press).click()


def open_copied_key(page, house):
    open_key(page, house, press="#copy")
    expect(page.locator(".outcome").last).not_to_be_empty()


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
    expect(page.locator(".ways a")).to_have_count(len(WHOM_TO_ASK))


def open_lost_network(page, house):
    go_offline(page, house)
    page.goto(house.scan(house.short.machine(house.short.issue())))
    sees(page, "problem")


def open_waiting_scan(page, house):
    open_lost_network(page, house)
    page.locator("#leave").click()
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


STATES = {name: value for name, value in list(globals().items()) if name.startswith("open_")}
# What is pressed on the page of a key.
STATES |= {
    f"{style} key {press}": partial(open_key, style=style, press=press)
    for style, press in (
        ("signed", None),
        ("short", "#larger"),
        ("short", "#step-through"),
        ("signed", "#step-through"),
        ("short", "#file-as-qr"),
    )
}
# After these a phone has no network, or meets a server that stays busy.
SPOILING = (open_lost_network, open_waiting_scan, open_busy_server)
# A phone that was here before opens the page that it keeps, which learns of the contact for the next time.
FOR_NEW_PHONES = (open_problem_with_whom_to_ask,)


def violations(page: Page) -> list[str]:
    """What axe finds, in words made in the page: handing over all that it saw takes longer than looking."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    return page.evaluate(
        """async rules => {
            const found = await axe.run(document, { runOnly: rules, resultTypes: ['violations'] });
            return found.violations.flatMap(
                rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 120)}`));
        }""",
        RULES,
    )


def too_small(page: Page) -> list[str]:
    return page.evaluate(
        """least => [...document.querySelectorAll('button, select, input, textarea, a[href], label.button')]
            .filter(element => element.checkVisibility() && !element.closest('.visually-hidden'))
            .filter(element => !document.querySelector('dialog') || element.closest('dialog'))
            .filter(element => !element.classList.contains('visually-hidden'))
            .filter(element => {
                const { width, height } = element.getBoundingClientRect();
                return width < least || height < least;
            })
            .map(element => element.outerHTML.slice(0, 100))""",
        TARGET,
    )


# Of fields that take letters, also in closed dialogs; with text as small as somebody may have set it.
ZOOMED = """() => {
    const { style } = document.documentElement, set = style.fontSize;
    style.fontSize = '12px';
    const others = '[type=checkbox], [type=radio], [type=file], [type=color], [type=hidden], [hidden]';
    const small = [...document.querySelectorAll(`select, textarea, input:not(${others})`)]
        .filter(field => Number.parseFloat(getComputedStyle(field).fontSize) < 16)
        .map(field => `${innerWidth}: ${getComputedStyle(field).fontSize} ${field.outerHTML.slice(0, 100)}`);
    style.fontSize = set;
    return small;
}"""


def zoomed(page: Page) -> list[str]:
    """Fields with letters so small that an iPhone zooms into them, on phones of three widths."""
    before, found = page.viewport_size, []
    for width in (320, 375, 390):
        page.set_viewport_size({"width": width, "height": 640})
        found += page.evaluate(ZOOMED)
    page.set_viewport_size(before)
    return found


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


def test_axe_finds_nothing_in_light_and_targets_are_large(house, phone):
    def looked_at(page: Page) -> list[str]:
        return [*violations(page), *too_small(page), *zoomed(page)]

    walk(phone, house, looked_at, color_scheme="light", reduced_motion="reduce", locale="en-GB")


TWICE_AS_LARGE = """addEventListener('DOMContentLoaded', () => {
    document.documentElement.style.fontSize = '32px';
});"""
CUT_OFF = """() => [...document.querySelectorAll('button, .symbols, select')]
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
    for _ in range(8):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.id"))
    in_page = page.evaluate("[...document.querySelectorAll('main button')].map(button => button.id)")
    assert order == in_page[: len(order)]
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
    spelled = page.locator("#computer-key .symbols").first.get_attribute("aria-label")
    expect(page.get_by_role("dialog")).to_have_accessible_name(f"Group 1 of 6 : {spelled}")


def test_nothing_moves_for_those_who_want_it_still(house, phone):
    page = phone(reduced_motion="reduce")
    open_question(page, house)
    assert page.locator(".card").evaluate("card => card.getAnimations().length") == 0

"""Everybody can use the pages: axe on every state, in light and dark, narrow screens, large text, targets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from playwright.sync_api import Page, expect

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.core.licensing import licenses, release_links
from keyferry.server.db import transaction
from keyferry.server.services.guard import PER_LICENSE
from tests.access import TARGET, WHOM_TO_ASK, violations, zoomed
from tests.browsing import DESK, PHONE, House
from tests.conftest import Vendor
from tests.machines import Machine
from tests.self_help.conftest import Customer
from tests.self_help.test_by_typing import codes, mistyped

LONG_NAME = "Prüfstand-3-Halle-Nord-Messplatz-1234-AB"


@dataclass(frozen=True)
class Scene:
    """What a state needs: the customer, the vendors, and what switches a property."""

    customer: Customer
    house: House
    switch: Callable[[str, str], None]

    def machine(
        self, *, vendor: Vendor | None = None, name: str = "LAB-PC-07", active: bool = False
    ) -> Machine:
        vendor = vendor or self.house.short
        machine = vendor.machine(vendor.issue(seats=5, features=("export", "cam")), name)
        if active:
            vendor.activate(machine)
        return machine


def open_page(scene: Scene, address: str) -> None:
    scene.customer.open(address)


def open_empty_home(scene):
    for name in ("Activate", "Deactivate", "GetLicenseInformation", "EmailLicenseKeys"):
        scene.switch(f"customerSite/show{name}Link", "false")
    scene.customer.open()


def open_switched_off(scene):
    scene.switch("customerSite/showActivateLink", "false")
    scene.customer.open("activate")


def open_front(scene):
    scene.customer.page.goto(f"{scene.house.origin}/")


def open_front_with_whom_to_ask(scene):
    name_whom_to_ask(scene)
    open_front(scene)


def open_begun_activation(scene):
    open_license_facts(scene)
    scene.customer.press("Activate a computer")


def open_begun_deactivation(scene):
    name_whom_to_ask(scene)
    open_license_facts(scene)
    scene.customer.press("Deactivate a computer")


def open_typed(scene):
    """What a page says of codes while they are typed: right, mistyped, incomplete."""
    machine = scene.machine(active=True)
    scene.customer.open("deactivate")
    scene.customer.type(activation_key=machine.activation_key.text, code=machine.code.text[:-2])
    scene.customer.type(computer_id=mistyped(machine.computer_id.text))


def open_steps(scene):
    machine = scene.machine()
    scene.customer.open(f"step-by-step#{scene.house.short.activate(machine).computer_key}")


def open_name_required(scene):
    scene.switch("customerSite/activationPage_ComputerNameRequired", "true")
    scene.customer.open("activate")


def open_vendor(scene):
    """A long title and a logo."""
    scene.switch("customerSite/customerSiteTitle", "Gesellschaft für Messtechnik und Automatisierung mbH")
    scene.switch("customerSite/customerSiteLogo", f"{scene.house.origin}/pwa/icons/favicon.svg")
    scene.switch("customerSite/privacyPolicyUrl", "https://example.com/privacy")
    scene.customer.open()


def open_mistyped(scene):
    typed = codes(scene.machine())
    typed["activation_key"] = mistyped(typed["activation_key"])
    scene.customer.fill_in("activate", **typed, computer_name="LAB-PC-07")


def open_unreadable(scene):
    scene.customer.fill_in("activate", **codes(scene.machine()) | {"computer_id": "12345-67890"})


def open_no_seat(scene):
    vendor = scene.house.short
    key = vendor.issue()
    vendor.activate(vendor.machine(key))
    scene.customer.fill_in("activate", **codes(vendor.machine(key, "second")))


def link_of(scene, *names: str, waiting: Machine | None = None) -> str:
    """What follows /self-help/ in the link that releases one of several computers."""
    vendor = scene.house.short
    key = waiting.activation_key if waiting else vendor.issue(seats=9, customer="ada@example.com")
    for name in names:
        vendor.activate(vendor.machine(key, name))
    with transaction() as session:
        computer_id = waiting.computer_id.text if waiting else None
        secret = release_links.make(
            session, licenses.find(session, key), computer_id, "LAB-PC-08", now=vendor.clock.now
        )
    return f"release-link/{secret}"


def open_no_seat_with_a_link(scene):
    vendor = scene.house.short
    key = vendor.issue(customer="ada@example.com")
    vendor.activate(vendor.machine(key))
    scene.customer.fill_in("activate", **codes(vendor.machine(key, "second")))


def open_release(scene):
    scene.customer.open(link_of(scene, "LAB-PC-07", LONG_NAME, "測定室の計算機"))


def open_release_without_a_choice(scene):
    scene.customer.open(link_of(scene, "LAB-PC-07", LONG_NAME))
    scene.customer.page.locator("form").evaluate("form => { form.noValidate = true; }")
    scene.customer.press("Release the seat")


def open_release_for_the_same_computer(scene):
    vendor = scene.house.short
    key = vendor.issue(seats=2, customer="ada@example.com")
    scene.customer.open(link_of(scene, LONG_NAME, waiting=vendor.machine(key, LONG_NAME)))


def open_release_of_nothing(scene):
    scene.customer.open(link_of(scene))


def open_link_expired(scene):
    scene.customer.open(f"release-link/{'0' * 32}")


def name_whom_to_ask(scene):
    for name, text in WHOM_TO_ASK.items():
        scene.switch(name, text)


def open_no_seat_with_whom_to_ask(scene):
    name_whom_to_ask(scene)
    open_no_seat(scene)


def open_license_facts_with_whom_to_ask(scene):
    name_whom_to_ask(scene)
    scene.customer.fill_in("license", activation_key=scene.house.short.issue().text)


def open_nothing_with_whom_to_ask(scene):
    name_whom_to_ask(scene)
    scene.customer.open("nothing")


def open_expired_form(scene):
    scene.customer.open("activate")
    scene.customer.page.context.clear_cookies()
    scene.customer.type(**codes(scene.machine()))
    scene.customer.send("activate")


def open_key(scene):
    scene.customer.fill_in("activate", **codes(scene.machine()), computer_name="LAB-PC-07")


def open_key_with_everything(scene):
    """A signed key, a long name, the license file, the words for the telephone, and what copying said."""
    customer = scene.customer
    customer.open("activate")
    customer.type(**codes(scene.machine(vendor=scene.house.signed)), computer_name=LONG_NAME)
    customer.send("activate")
    customer.page.locator(".spelled summary").click()
    customer.page.get_by_role("button", name="Copy").click()
    expect(customer.page.get_by_role("button", name="Print")).to_be_visible()


def open_deactivate_without_code(scene):
    scene.switch("customerSite/showDeactivationVerificationCode", "false")
    scene.customer.open("deactivate")


def open_wrong_code(scene):
    machine = scene.machine(active=True)
    other = scene.house.short.machine(machine.activation_key)
    scene.customer.fill_in("deactivate", **codes(machine), code=other.code.text)


def open_too_many_attempts(scene):
    open_wrong_code(scene)
    code = scene.customer.page.get_by_label("Deactivation verification code").input_value()
    for _ in range(PER_LICENSE):
        scene.customer.type(code=code)
        scene.customer.send("deactivate")
    assert "Too many attempts" in scene.customer.words


def open_deactivated(scene):
    machine = scene.machine(name=LONG_NAME, active=True)
    scene.customer.fill_in("deactivate", **codes(machine), code=machine.code.text)


def open_deactivated_before(scene):
    machine = scene.machine(active=True)
    scene.house.short.release(machine)
    scene.customer.fill_in("deactivate", **codes(machine), code=machine.code.text)


def open_unknown_key(scene):
    scene.customer.fill_in("license", activation_key=ActivationKey.generate(b"k" * 12).text)


def open_license_facts(scene):
    scene.switch("customerSite/showComputersInLicenseInformation", "true")
    key = scene.house.short.issue(seats=9, features=("export", "cam"), days=365)
    for name in (LONG_NAME, "測定室の計算機", "حاسوب المختبر", "x" * 40, "คอมพิวเตอร์ในห้องปฏิบัติการ"):
        scene.house.short.activate(scene.house.short.machine(key, name))
    scene.customer.fill_in("license", activation_key=key.text)


def open_keys_asked(scene):
    email = "a.very.long.name.of.a.person@a-company-with-a-very-long-name.example"
    scene.customer.fill_in("keys", email=email)


PAGES = ("", "activate", "deactivate", "license", "keys", "release-link", "nothing")
STATES = {f"page {address}": partial(open_page, address=address) for address in PAGES}
STATES |= {
    name: value for name, value in list(globals().items()) if name.startswith("open_") and value != open_page
}


def too_small(page: Page) -> list[str]:
    """What is smaller than a finger; a check mark is pressed by its whole line."""
    return page.evaluate(
        """least => [...document.querySelectorAll('button, input, textarea, a[href], summary, .option')]
            .filter(element => element.checkVisibility() && !['checkbox', 'radio'].includes(element.type))
            .filter(element => !element.matches('.vh'))
            .filter(element => {
                const { width, height } = element.getBoundingClientRect();
                return width < least || height < least;
            })
            .map(element => element.outerHTML.slice(0, 100))""",
        TARGET,
    )


def cut_off(page: Page) -> list[str]:
    """What does not fit into the window, or into its own box."""
    return page.evaluate(
        """() => [document.documentElement, ...document.querySelectorAll('body *')]
            .filter(element => !element.matches('.vh, .vh *, .skip'))
            .filter(element => element.checkVisibility())
            .filter(element => {
                const { left, right } = element.getBoundingClientRect();
                const spills = element.scrollWidth > element.clientWidth + 1
                    && element.clientWidth > 0 && !element.matches('input, textarea');
                return left < -1 || right > innerWidth + 1 || spills;
            })
            .map(element => element.outerHTML.slice(0, 100))"""
    )


def unseen(page: Page) -> list[str]:
    """What a page begins with, and what it is for, where it is below a phone that lies on its side."""
    return page.evaluate(
        """() => [document.querySelector('h1:not([hidden] h1)'),
                   document.querySelector('main :is(.in, .choice, .big, .groups .k, .fix):not([hidden] *)')]
            .filter(element => element && element.checkVisibility())
            .filter(element => {
                const range = document.createRange();
                const words = document.createTreeWalker(element, NodeFilter.SHOW_TEXT,
                    text => text.data.trim() ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP).nextNode();
                // A field is seen by its upper edge; the letters in it are in its middle.
                if (words === null) return element.getBoundingClientRect().top > innerHeight;
                range.setStart(words, words.data.search(/\\S/));
                range.setEnd(words, words.data.search(/\\S/) + 1);
                return range.getBoundingClientRect().bottom > innerHeight;
            })
            .map(element => element.outerHTML.slice(0, 100))"""
    )


def faults(page: Page) -> Iterator[object]:
    """What is wrong on a page, on phone and desk, in light and dark, narrow and with large text."""
    # Both schemes have the same layout and both sizes the same colors: two looks see what four would.
    for scheme, size in (("light", PHONE), ("dark", DESK)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        yield from [*violations(page), *too_small(page), *cut_off(page)]
    yield from zoomed(page)
    for width, size in ((320, "100%"), (390, "200%"), (320, "200%"), (1280, "200%")):
        page.set_viewport_size({"width": width, "height": 640})
        page.evaluate("size => { document.documentElement.style.fontSize = size; }", size)
        yield from ((width, size, cut) for cut in cut_off(page))
    page.set_viewport_size({"width": 844, "height": 390})
    yield from (("on its side", wrong) for wrong in [*cut_off(page), *unseen(page)])


def test_axe_finds_nothing_and_nothing_is_cut_off_on_phone_and_desk_in_light_and_dark(
    customer, house, switch
):
    scene, found = Scene(customer(reduced_motion="reduce"), house, switch), {}
    for name, state in STATES.items():
        scene.customer.page.set_viewport_size(PHONE)
        state(scene)
        found[name] = list(faults(scene.customer.page))
        switch.back()
    assert {name: wrong for name, wrong in found.items() if wrong} == {}

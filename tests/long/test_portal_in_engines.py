"""The portal's main paths in Safari's engine and in Firefox, with a real pointer."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from demo.server_process import LOOPBACK
from keyferry.server.core.models import Role
from keyferry.server.db import transaction
from keyferry.server.faces.portal.staff import cookie as portal_cookie
from tests.faces.portal_visitor import PASSWORD, add_operator
from tests.long.driver import Driver
from tests.portal.conftest import names, sign_in

__all__ = ["names"]

# What the settings have in a menu of their own.
SETTINGS = ("operators", "properties")
LISTS = ("licenses", "computers", "customers", "products", "operators")


@pytest.fixture(scope="module")
def furnished(house) -> None:
    """Three rows in every list."""
    vendor = house.short
    for letter in "ABC":
        key = vendor.issue(seats=2, customer=f"{letter}@example.com")
        vendor.activate(vendor.machine(key, f"LAB-PC-{letter}"))


@pytest.fixture
def staff(person: Driver, house, names, furnished) -> Iterator[Driver]:
    """An administrator who is signed in, on the start page."""
    person.open(f"{house.origin}/portal/sign-in")
    token = sign_in(names[Role.ADMINISTRATOR], device=person.run("() => navigator.userAgent"))
    person.set_cookie(portal_cookie(), token, domain=LOOPBACK, path="/portal")
    person.open(f"{house.origin}/portal/")
    person.sees(".head .find")
    return person


def is_narrow(staff: Driver) -> bool:
    return bool(staff.run("() => matchMedia('(max-width: 719px)').matches"))


def open_side(staff: Driver) -> None:
    """Have the navigation in sight: on a narrow screen it is behind a button."""
    if is_narrow(staff):
        staff.press(".burger")


def go(staff: Driver, name: str) -> None:
    """Follow the navigation."""
    if name in SETTINGS:
        # The settings' own menu.
        go(staff, "branding")
        staff.press(f"main nav a[href='/portal/{name}']")
    else:
        open_side(staff)
        staff.press(f".side > a[href='/portal/{name}']")
    staff.at(f"/portal/{name}")


def open_license(staff: Driver, key: str) -> None:
    staff.type(".head .find input", key)
    found = "document.querySelector('[role=option][aria-selected=true]')?.textContent"
    staff.awaits(f"(key) => {found}?.includes(key)", key)
    staff.keys("Enter")
    staff.has_heading(key)


def test_somebody_signs_in_and_out(person, house):
    name = f"ada {uuid4().hex}"
    with transaction() as session:
        add_operator(session, name, Role.MANAGER, house.short.clock.now)
    person.open(f"{house.origin}/portal/")
    person.type("#name", name)
    person.type("#password", PASSWORD)
    person.press("main button.btn.primary")
    person.sees(".head .find")
    open_side(person)
    person.press(".me summary")
    person.press(".me button", "Sign out")
    person.at("/portal/sign-in")
    person.open(f"{house.origin}/portal/licenses")
    person.at("/portal/sign-in")


def test_every_list_is_reached_from_every_other(staff):
    for name in (*LISTS, "audit", "properties", ""):
        go(staff, name)


def test_a_row_leads_where_its_link_does(staff):
    for name in LISTS:
        for row in (":first-child", ":last-child"):
            go(staff, name)
            link = staff.run("(row) => document.querySelector(`.list tbody tr${row} a`).pathname", row)
            # Beside its link, in its last cell.
            staff.press(f".list tbody tr{row} td", last=True)
            staff.at(link)


def test_the_link_of_a_row_still_works_itself(staff):
    go(staff, "licenses")
    link = staff.run("() => document.querySelector('.list tbody tr:first-child a').pathname")
    staff.press(".list tbody tr:first-child a")
    staff.at(link)


def test_a_row_is_ticked_without_leaving_the_list(staff):
    go(staff, "licenses")
    if is_narrow(staff):
        # There, rows have boxes once somebody says that they select.
        staff.press("button[data-selects]")
    for row in (":first-child", ":last-child"):
        staff.press(f".list tbody tr{row} input[type=checkbox]")
        staff.sees(f".list tbody tr{row} input:checked")
    staff.at("/portal/licenses")
    staff.press("button[value=suspend]", "Put on hold…")
    staff.sees("h1", "Put 2 licenses on hold?")


def test_marking_text_in_a_row_does_not_follow_it(staff):
    go(staff, "computers")
    x, y = staff.place_of(".list tbody tr:last-child .c-end time")
    staff.drag((x - 30, y), (x + 30, y))
    assert staff.run("() => String(getSelection())") != ""
    staff.at("/portal/computers")


def test_one_license_is_issued(staff):
    go(staff, "licenses")
    staff.press("a.btn", "Issue licenses")
    staff.type("#email", "first@example.com")
    staff.press("button", "Preview")
    staff.sees("dialog[open]#preview h2", "Issue 1 license?")
    staff.press("dialog[open] .btn.primary")
    staff.sees("#keys a")


def test_a_computer_is_activated_and_released(staff, wizard):
    wizard.begin()
    open_license(staff, wizard.key.text)
    staff.press("button", "Activate a computer")
    staff.sees("dialog[open]#activate")
    staff.type("#activate-computer_id", wizard.shown["computer_id"])
    staff.press("dialog[open] .btn.primary")
    staff.sees("dialog[open]#key")
    wizard.take(staff.key)
    assert wizard.is_active
    staff.press("dialog[open] button", "Done")
    staff.awaits("() => document.querySelector('dialog[open]') === null")

    wizard.give_up()
    staff.press(".page-top summary")
    staff.press(".page-top .menu button", "Deactivate a computer…")
    staff.sees("dialog[open]#release")
    staff.type("#release-computer_id", wizard.shown["computer_id"])
    staff.type("#release-code", wizard.shown["code"])
    staff.press("dialog[open] .btn.primary")
    staff.awaits("() => document.querySelector('dialog[open]') === null")
    staff.sees("main > .note")
    assert wizard.seats_used == 0


def test_the_palette_opens_by_its_keys_and_leads_on(staff):
    staff.chord("Control", "k")
    staff.sees("dialog[open]#palette")
    staff.keys(*"comp", "Enter")
    staff.at("/portal/computers")


def test_menus_close_as_people_expect_and_give_the_focus_back(staff):
    go(staff, "audit")
    focused = "document.activeElement"
    staff.press(".filters summary", "What")
    staff.sees(".filters .menu a", "Email")
    staff.keys("Escape")
    staff.awaits(
        f"() => {focused}.matches('summary') && document.querySelector('.filters details[open]') === null"
    )
    staff.press(".filters summary", "What")
    staff.press(".filters .menu a", "Email")
    staff.sees(".chip.on")
    open_side(staff)
    staff.press(".me summary")
    staff.sees(".me .menu a", "Your account")
    staff.press(".house .cut")
    staff.awaits("() => document.querySelector('details[open]') === null")


def test_what_the_head_opens_closes_by_escape(staff):
    for name in ("scan", "help"):
        open_side(staff)
        staff.press(f"{'.side' if is_narrow(staff) else '.head'} [data-opens={name}]")
        staff.sees(f"dialog[open]#{name}")
        staff.keys("Escape")
        staff.awaits("() => document.querySelector('dialog[open]') === null")
        # What opened it, or on a narrow screen what opens the menu that it stood in.
        staff.awaits("() => document.activeElement.matches('[data-opens], [data-opens-menu]')")

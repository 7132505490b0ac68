"""Customers at the Self Help pages, in real Chromium on a real server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, expect

from keyferry.server.core import properties
from keyferry.server.db import transaction
from tests.browsing import House
from tests.conftest import STAFF, Vendor

BUTTONS = {
    "activate": "Get the computer key",
    "deactivate": "Deactivate",
    "license": "Look up",
    "keys": "Email me my keys",
}
LABELS = {
    "activation_key": "Activation key",
    "computer_id": "Computer ID",
    "computer_name": "Computer name",
    "code": "Deactivation verification code",
    "email": "Email",
}


@dataclass(frozen=True)
class Customer:
    """A person with a browser, at the Self Help pages of one house."""

    page: Page
    origin: str

    def open(self, address: str = "") -> None:
        self.page.goto(f"{self.origin}/self-help/{address}")

    def choose(self, name: str) -> None:
        """Follow a link of the start page; its name goes on with what it is for."""
        self.page.get_by_role("link", name=re.compile(f"^{name}")).click()

    def type(self, **fields: str) -> None:
        for name, text in fields.items():
            self.page.get_by_label(LABELS[name]).fill(text)

    def send(self, form: str) -> None:
        self.press(BUTTONS[form])

    def press(self, name: str) -> None:
        """Press the first button of this name that leads to another page, or to this one anew."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=re.compile(f"^{name}")).first.click()

    def fill_in(self, form: str, **fields: str) -> None:
        self.open(form)
        self.type(**fields)
        self.send(form)

    def reads(self, heading: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)

    @property
    def words(self) -> str:
        return self.page.locator("main").inner_text()

    @property
    def key(self) -> str:
        """The key on the page, group by group, as a person reads it."""
        shown = self.page.locator("#computer-key .k").all_inner_texts()
        return "-".join(re.sub(r"\s", "", text) for text in shown)


CustomerMaker = Callable[..., Customer]


@pytest.fixture
def customer(browser: Browser, house: House, pages: Callable[..., Page]) -> CustomerMaker:
    """Open browsers."""

    def fresh(**options) -> Customer:
        return Customer(pages(browser, **options), house.origin)

    return fresh


@dataclass(frozen=True)
class Switch:
    """Sets server properties, and knows which of them to set back."""

    vendor: Vendor
    switched: list[str] = field(default_factory=list)

    def __call__(self, name: str, value: str) -> None:
        self.switched.append(name)
        self._put(name, value)

    def back(self) -> None:
        while self.switched:
            name = self.switched.pop()
            self._put(name, str(properties.PROPERTIES[name].default))

    def _put(self, name: str, value: str) -> None:
        with transaction() as session:
            properties.put(session, name, value, by=STAFF, now=self.vendor.clock.now)


@pytest.fixture
def switch(house: House) -> Iterator[Switch]:
    """Set server properties, which go back to their defaults afterwards."""
    switch = Switch(house.short)
    yield switch
    switch.back()

"""Addresses as scanners leave them, in a real browser: each opens the page, and is taken out of sight."""

from __future__ import annotations

import pytest

from tests.browsing import House, PhoneMaker, go_offline, sees

# One that the page reads and one that the server does; the long tests have more.
ODD = ["//A#{token}", "/a%2523{token}"]


@pytest.fixture(scope="module")
def token(house) -> str:
    return house.short.machine(house.short.issue()).activation_token


@pytest.mark.parametrize("odd", ODD)
def test_the_page_asks_its_question_and_the_token_leaves_the_address(house, phone, token, odd):
    asks_and_takes_it_out_of_sight(house, phone, token, odd)


def asks_and_takes_it_out_of_sight(house: House, phone: PhoneMaker, token: str, odd: str) -> None:
    page = phone(service_workers="block")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    opened = page.goto(house.origin + odd.format(token=token.lower()))
    sees(page, "confirm-activate")
    # Once: what is asked while the page is on its way is what the page asks.
    assert [url for url in asked if "/phone/" in url] == [f"{house.origin}/phone/v1/requests"]
    assert page.url == f"{house.origin}/a"
    assert opened.headers["referrer-policy"] == "no-referrer"
    if "23{token}" in odd.partition("?")[0]:
        assert opened.headers["cache-control"] == "no-store"
    assert {url for url in asked if not url.startswith((house.origin, "data:", "blob:"))} == set()
    page.reload()
    sees(page, "confirm-activate")


def test_without_network_they_open_too_and_the_scan_is_kept(house, phone, token):
    page = phone()
    go_offline(page, house)
    for odd in ("/A%23{token}", "//A/#{token}", "/A/%2523{token}"):
        page.goto(house.origin + odd.format(token=token))
        sees(page, "problem")
        assert page.locator("[data-problem=offline]").count() == 1
        assert page.url == f"{house.origin}/a"


def test_self_help_takes_codes_out_of_an_address_that_begins_with_two_slashes(house, phone):
    faults: list[str] = []
    page = phone()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{house.origin}//self-help/activate?is_avkey=1ABCD")
    assert page.locator("#activation_key").input_value() == "1ABCD"
    assert page.url == f"{house.origin}//self-help/activate"
    assert faults == []

"""Given keys are kept on the phone, shown without network, and removed when asked."""

from playwright.sync_api import expect

from tests.browsing import activate, go_offline, key_on, sees


def fetch(page, address):
    """Fetch a key, and be done with it."""
    page.goto("about:blank")
    key = activate(page, address)
    page.locator("#finish").click()
    sees(page, "welcome")
    return key


def test_earlier_keys_are_shown_without_network(house, phone):
    page = phone()
    keys = [
        fetch(page, house.scan(house.short.machine(house.short.issue(), name)))
        for name in ("FIRST", "SECOND")
    ]
    go_offline(page, house)
    page.goto(f"{house.origin}/a")
    page.locator("#history").click()
    sees(page, "history")
    expect(page.locator(".kept > li b")).to_have_text(["SECOND", "FIRST"])
    expect(page.locator("main")).to_contain_text("Whoever can unlock this phone")
    page.locator("#open-1").click()
    assert key_on(page) == keys[0]
    page.locator("#finish").click()
    sees(page, "history")


def test_a_desk_says_this_computer_where_a_phone_says_this_phone(house, phone):
    page = phone(has_touch=False)
    fetch(page, house.scan(house.short.machine(house.short.issue())))
    page.locator("#history").click()
    expect(page.locator("main")).to_contain_text("On this computer only.")
    expect(page.locator("main")).not_to_contain_text("phone")


def test_the_key_of_a_deactivated_computer_is_removed(house, phone):
    machine = house.short.machine(house.short.issue())
    page = phone()
    activate(page, house.scan(machine))
    page.goto("about:blank")
    page.goto(house.scan(machine, releasing=True))
    page.locator("#confirm").click()
    sees(page, "released")
    page.locator("#finish").click()
    sees(page, "welcome")
    expect(page.locator("#history")).to_have_count(0)

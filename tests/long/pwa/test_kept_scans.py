"""A scan that waits outlives its tab."""

from playwright.sync_api import expect

from tests.browsing import go_offline, sees


def test_a_kept_scan_outlives_the_tab_and_can_be_taken_up_or_removed(house, phone):
    page = phone()
    go_offline(page, house)
    context = page.context
    for name in ("one", "two"):
        page.goto("about:blank")
        page.goto(house.scan(house.short.machine(house.short.issue(), name)))
        expect(page.locator("#scan-kept")).to_be_visible()
    page.close()
    context.set_offline(False)
    later = context.new_page()
    later.goto(f"{house.origin}/a")
    expect(later.locator("#resume-1")).to_be_visible()
    later.locator("#drop-1").click()
    expect(later.locator("#resume-1")).to_have_count(0)
    later.locator("#resume-0").click()
    sees(later, "confirm-activate")
    expect(later.locator("h1")).to_contain_text("two")

"""Importing a file in the browser: its pages can be used by everybody, and its script goes on by itself."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.portal.test_appearance import check
from tests.portal.test_licenses import MANAGER, press

ROWS = 300


def choose(page: Page, house, text: str) -> None:
    page.goto(f"{house.origin}/portal/import")
    file = {"name": "old system.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.get_by_label("CSV file").set_input_files(file)
    press(page, "Preview")


def test_a_file_is_imported_while_its_page_shows_how_far_it_is(desk, house):
    page, product = desk(MANAGER), house.short.product_code
    choose(page, house, "nothing,known\n1,2\n")
    expect(page.locator("#file-fault")).to_contain_text("The first line must name the columns")
    check(page)
    good = "".join(f"customer{number}@example.com;{product};5\n" for number in range(ROWS))
    choose(page, house, f"Email;Product;Seats\n{good}nobody;{product};1\neve@example.com;{product};many\n")
    expect(page.get_by_role("heading", name=f"Import {ROWS} rows?")).to_be_visible()
    expect(page.get_by_role("heading", name="2 rows with errors")).to_be_visible()
    check(page)
    press(page, f"Import {ROWS} rows")
    expect(page.get_by_role("heading", name=f"{ROWS} rows imported")).to_be_visible(timeout=120_000)
    check(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV with reasons").click()
    rows = download.value.path().read_text("utf-8-sig").splitlines()
    assert [row.split(",")[1] for row in rows] == ["error_code", "malformed_email", "malformed_seats"]

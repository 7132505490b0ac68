"""Recovery codes let in without the phone."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.portal.test_account import add, page, set_up, sign_in, sign_out

__all__ = ["page"]


def test_recovery_codes_are_copied_saved_and_let_in_without_the_phone(page, house, tmp_path: Path):
    add(house, "hedy")
    sign_in(page, house, "hedy")
    set_up(page, house)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()").split("\n")
    assert len(copied) == 10
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Save as a file").click()
    assert download.value.suggested_filename == "recovery-codes.txt"
    download.value.save_as(tmp_path / "saved.txt")
    assert (tmp_path / "saved.txt").read_text().split()[-10:] == copied
    sign_out(page, house)
    sign_in(page, house, "hedy")
    page.get_by_label("Code").fill(copied[3].lower())
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{house.origin}/portal/")
    page.goto(f"{house.origin}/portal/account")
    expect(page.get_by_text("9 of 10 left")).to_be_visible()

"""Back, and signing in again, at the portal: no page of the browser's own, and nothing typed is lost."""

from __future__ import annotations

from playwright.sync_api import expect
from sqlalchemy import update

from keyferry.server.core.models import OperatorSession, Role
from keyferry.server.db import transaction
from keyferry.server.parts import utc_now
from tests.portal.conftest import PASSWORD

NOTES = "By fax, the 3rd line is smudged.\nAsk for Ms Söderström."


def test_what_was_typed_is_there_after_signing_in_again_and_back_is_a_page_of_ours(house, desk, names):
    page = desk(Role.ADMINISTRATOR)
    page.goto(f"{house.origin}/portal/licenses/new")
    page.get_by_label("Seats").fill("7")
    page.get_by_label("Notes").fill(NOTES)
    with transaction() as session:
        session.execute(update(OperatorSession).values(ended_at=utc_now()))
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("what you typed is here again")).to_be_visible()
    page.get_by_label("Name").fill(names[Role.ADMINISTRATOR])
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Nothing has been done yet")).to_be_visible()
    expect(page.get_by_label("Seats")).to_have_value("7")
    expect(page.get_by_label("Notes")).to_have_value(NOTES)
    page.get_by_role("button", name="Preview").click()
    # What is asked before it is done is an answer, too.
    expect(page.get_by_text("Nothing has been done yet")).to_have_count(0)
    # The script makes it modal; before that, Escape closes nothing.
    page.locator("dialog:modal").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Customers").click()
    expect(page.get_by_role("heading", name="Customers", exact=True)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("link", name="Customers")).to_be_visible()
    assert page.url.startswith(f"{house.origin}/portal/licenses")

"""Who typed codes of a seat that is taken has a link mailed."""

from playwright.sync_api import expect
from sqlalchemy import select

from keyferry.server.core.models import OutboxMail
from keyferry.server.db import reading
from tests.browsing import sees


def test_who_typed_codes_of_a_seat_that_is_taken_has_a_link_mailed(house, phone):
    """From the phone page to the key: the mail lies in the outbox, and its link is a page of Self Help."""
    license = house.short.issue(customer="ada@example.com")
    house.short.activate(house.short.machine(license, "TYPED"))
    anew = house.short.machine(license, "TYPED")
    page = phone()
    page.goto(f"{house.origin}/a")
    page.locator("#type").click()
    page.locator("#activationKey").fill(license.text)
    page.locator("#computerId").fill(anew.computer_id.text)
    page.locator("#ask").click()
    sees(page, "problem")
    expect(page.locator("h1")).to_have_text("This computer already has a seat")
    page.locator("#mail-link").click()
    sees(page, "link-sent")
    expect(page.locator("h1")).to_have_text("Check your email")
    with reading() as session:
        row = session.scalars(select(OutboxMail).order_by(OutboxMail.id.desc())).first()
        assert (row.template, row.recipient) == ("release_link", "ada@example.com")

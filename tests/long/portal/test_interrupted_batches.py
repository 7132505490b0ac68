"""A batch of licenses that was interrupted, in the browser."""

from playwright.sync_api import expect

from keyferry.server.core.licensing import batches
from keyferry.server.core.licensing.batches import Wanted
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.models import Role
from keyferry.server.services import issuing
from tests.conftest import STAFF

MANAGER = Role.MANAGER


def test_a_batch_that_was_interrupted_goes_on_by_itself_while_its_page_is_open(desk, house):
    page = desk(MANAGER)
    wanted = Wanted(house.short.product_code, 1, Terms(), count=900)
    batch = issuing.begin(wanted, batches.new_form(), by=STAFF)
    page.goto(f"{house.origin}/portal/licenses/issued/{batch.number}")
    expect(page.get_by_role("heading", name="900 licenses issued")).to_be_visible(timeout=30_000)
    expect(page.locator("#keys a.k")).to_have_count(900, timeout=30_000)

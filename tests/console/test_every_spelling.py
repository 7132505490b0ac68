"""What the console itself compares, it compares as the server does: in whatever form an accent was typed."""

from __future__ import annotations

from unicodedata import normalize

import pytest

from keyferry.server.core.customers import records
from keyferry.server.core.licensing import products
from keyferry.server.core.models import Customer
from keyferry.server.db import reading, transaction
from tests.conftest import STAFF
from tests.console.person import at_the_console

FORMS = ("NFC", "NFD")


@pytest.mark.parametrize(("stored", "typed"), [FORMS, FORMS[::-1]])
async def test_a_product_is_found_and_a_customer_deleted_in_every_spelling(
    vendor, administrator, stored, typed
):
    now = vendor.clock.now
    name, email = normalize(stored, "Ünal Gärtner"), "ada@example.com"
    vendor.issue(customer=email)
    with transaction() as session:
        more = {"features": (), "key_style": "short", "machine_source": "os", "keyring": vendor.keyring}
        products.add_product(session, code="garden", name=name, by=STAFF, now=now, **more)
        customer = records.with_id(session, 1)
        records.edit(session, customer, email=email, name=name, notes="", by=STAFF, now=now)
    async with at_the_console(administrator) as person:
        await person.press("4")
        await person.search(normalize(typed, "ünal"))
        assert "garden" in person.sees
        assert "demo-cad" not in person.sees
        await person.press("escape", "3", "delete")
        await person.type(normalize(typed, "ünal gärtner"))
        await person.do("ok")
    with reading() as session:
        assert session.get(Customer, 1) is None

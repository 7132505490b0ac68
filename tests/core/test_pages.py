from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from keyferry.server.core.customers import listing
from keyferry.server.core.licensing import licenses, listings
from keyferry.server.core.licensing.listings import Wanted
from keyferry.server.core.models import Customer
from keyferry.server.core.pages import as_in_a_code, holds_code, holds_exactly
from keyferry.server.db import reading, transaction
from tests.conftest import NOON

MANY = 1234


@pytest.fixture
def many(vendor) -> None:
    """More customers than a list reads at once."""
    rows = [
        {"email": f"buyer-{number:04}@example.com", "created_at": vendor.clock.now} for number in range(MANY)
    ]
    with transaction() as session:
        session.execute(insert(Customer), rows)


@pytest.mark.parametrize("search", ["", "BUYER"])
def test_long_lists_are_counted_and_turned_page_by_page_to_their_end(many, search):
    seen: list[str] = []
    with reading() as session:
        for number in range(1, 26):
            page = listing.customers(session, listing.Wanted(search), now=NOON, number=number)
            assert (page.total, page.number, page.last) == (MANY, number, 25)
            seen += [one.customer.email for one in page.rows]
        assert listing.customers(session, listing.Wanted(search), now=NOON, number=99).number == 25
    assert seen == [f"buyer-{number:04}@example.com" for number in range(MANY)]


def test_one_or_two_letters_are_looked_for_at_the_beginnings(vendor):
    vendor.issue(customer="ada@example.com")
    with reading() as session:

        def found(text: str) -> bool:
            return session.scalar(select(holds_exactly(Customer.email, text)))

        assert [found(text) for text in ("a", "ad", "da", "c", "com", "ada")] == [
            *(True, True, False),
            *(False, True, True),
        ]


def test_one_character_of_chinese_is_looked_for_anywhere(vendor):
    vendor.issue(customer="office@長谷川.example.jp")
    with reading() as session:
        assert session.scalar(select(holds_exactly(Customer.email, "谷")))


def test_a_part_of_a_code_is_found_across_its_dashes_and_nothing_else_is(vendor):
    key = vendor.issue()
    text = key.text.replace("-", "")
    with reading() as session:
        column = licenses.find(session, key).__class__.activation_key

        def found(code: str) -> bool:
            return session.scalar(select(holds_code(column, code)))

        assert all(found(text[start : start + 7]) for start in range(19))
        assert found(text[:2])
        # The same symbols in their order, but not next to each other.
        assert not found(text[0:3] + text[8:13]) or text[0:3] + text[8:13] in text


def test_a_search_that_holds_nothing_visible_is_none(vendor):
    vendor.issue()
    with reading() as session:
        assert listings.licenses(session, Wanted(" \t\0"), now=vendor.clock.now).total == 1
    assert as_in_a_code("ü") == ""

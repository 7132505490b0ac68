"""More addresses as scanners leave them, in a real browser."""

import pytest

from tests.pwa.test_odd_addresses import asks_and_takes_it_out_of_sight, token

__all__ = ["token"]

ODD = [
    "/A%23{token}",
    "/A/#{token}",
    "/A/%23{token}%20",
    "//A%23{token}",
    "/A?utm_source=mail#{token}%E2%80%8B",
]


@pytest.mark.parametrize("odd", ODD)
def test_the_page_asks_its_question_and_the_token_leaves_the_address(house, phone, token, odd):
    asks_and_takes_it_out_of_sight(house, phone, token, odd)

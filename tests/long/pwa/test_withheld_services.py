"""All services of a phone fail in other manners than in the gate, and the key is shown all the same."""

import pytest

from tests.pwa.test_services import get_a_key_without_services


@pytest.mark.parametrize("manner", ["getter throws", "throws null", "never answers"])
def test_no_service_stands_between_an_answer_and_the_person_however_it_fails(house, phone, manner):
    get_a_key_without_services(house, phone, manner)

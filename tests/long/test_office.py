"""Limits that stop whoever guesses do not stop an office."""

from tests.faces.test_attacks import ask, office

__all__ = ["ask"]


def test_two_hundred_people_behind_one_address_type_in_an_hour_with_typos(ask, vendor):
    office(ask, vendor, 200)

"""Everybody can use the pages: axe on one of them; every state, theme and size is in the long tests."""

from tests.access import violations, zoomed
from tests.self_help.test_by_typing import codes


def test_axe_finds_nothing_on_the_page_of_a_key(customer, house):
    somebody = customer(color_scheme="light", reduced_motion="reduce")
    machine = house.short.machine(house.short.issue(seats=5, features=("export", "cam")))
    somebody.fill_in("activate", **codes(machine), computer_name=machine.name)
    assert somebody.key
    assert [*violations(somebody.page), *zoomed(somebody.page)] == []

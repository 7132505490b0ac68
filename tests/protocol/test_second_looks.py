import pytest

from keyferry.protocol.codes import Kind, recognized
from keyferry.protocol.computer_key import Style
from keyferry.protocol.doubt import Doubts, doubts
from tests.wizard.parts import Clock, Machine, Vendor


@pytest.fixture
def machine(tmp_path):
    return Machine(Vendor(style=Style.SIGNED), tmp_path / "state", tmp_path / "anchors", Clock())


@pytest.fixture
def signed(machine):
    return machine.vendor.computer_key(machine.control().begin(machine.vendor.activation_key())).split("-")


def wrong(group: str) -> str:
    return group[:2] + ("A" if group[2] != "A" else "B") + group[3:]


def test_a_whole_key_leaves_no_doubt(signed):
    assert doubts(signed, Style.SIGNED) == Doubts()
    assert doubts([group.lower() for group in signed], Style.SIGNED) == Doubts()


def test_a_group_that_is_short_or_unreadable_is_named_in_either_style(signed):
    groups = [signed[0], signed[1][:4], "AB?CD", "", *signed[4:6]]
    assert doubts(groups, Style.SHORT) == Doubts(groups=(2, 3, 4))
    assert doubts([*groups, *signed[6:]], Style.SIGNED).groups == (2, 3, 4)


def test_the_row_of_a_signed_key_that_does_not_add_up_is_named(signed):
    signed[7], signed[20] = wrong(signed[7]), wrong(signed[20])
    found = doubts(signed, Style.SIGNED)
    assert found == Doubts(rows=(2, 4))
    assert found.all_groups == (*range(7, 13), *range(19, 25))


def test_a_row_is_not_doubted_for_a_group_that_explains_it(signed):
    signed[7] = "?" + signed[7][1:]
    assert doubts(signed, Style.SIGNED) == Doubts(groups=(8,))


def test_no_place_is_guessed_in_a_short_key(signed):
    assert doubts([wrong(group) for group in signed[:6]], Style.SHORT).all_groups == ()


def test_a_code_is_recognized_by_its_kind(machine):
    begun = machine.control().begin(machine.vendor.activation_key())
    assert recognized(begun.activation_key.text.lower()) is Kind.ACTIVATION_KEY
    assert recognized(begun.computer_id.text) is Kind.COMPUTER_ID
    assert recognized(begun.computer_id.text[:-1]) is None
    assert recognized("A" * 999) is None

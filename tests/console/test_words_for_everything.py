"""The console has words for every kind of what it shows: a new one must not end it."""

from types import SimpleNamespace

import pytest

from keyferry.server.core.licensing.computers import Situation
from keyferry.server.core.models import Ending
from keyferry.server.core.properties import PROPERTIES
from keyferry.server.faces.console import wording
from keyferry.server.faces.console.screens.edit_property import hint_of
from keyferry.server.faces.console.widgets.property_list import GROUPS
from keyferry.server.words.wording import STATES


@pytest.mark.parametrize("situation", list(Situation))
def test_every_situation_of_a_computer_is_said_in_a_sentence(situation):
    view = SimpleNamespace(computer=SimpleNamespace(expires=None), situation=situation.value)
    assert wording.situation(view).endswith(".")


def test_every_way_in_which_a_seat_ends_is_said():
    assert {*wording.RECORDED} == {how.value for how in Ending} - {"superseded"}
    assert {*STATES} == {None, *(how.value for how in Ending)}


def test_every_property_belongs_to_a_group_and_says_what_may_be_typed():
    assert {name.partition("/")[0] for name in PROPERTIES} <= GROUPS.keys()
    for declared in PROPERTIES.values():
        assert hint_of(declared) or declared.type == "text", declared.name

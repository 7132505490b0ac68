"""The campaigns of `tests/continuity` at length; two clones for years; and each cure taken out again."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings

from tests.continuity.campaigns import CAMPAIGNS, HISTORIES, run
from tests.continuity.clones import overlap
from tests.continuity.worlds import LEASE

MANY = settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_it_holds_in_hundreds_of_histories(name, world_of):
    @MANY
    @given(history=HISTORIES[name])
    def holds(history):
        run(name, world_of, history)

    holds()


@pytest.mark.parametrize("seed", range(6))
def test_of_two_clones_on_a_lease_one_stops_and_staff_are_told_by_the_first(seed, world_of):
    with world_of() as world:
        seen = overlap(world, Random(seed), days=500)
    assert seen.longest <= 3 * LEASE
    assert seen.told_on is not None
    assert seen.told_on <= LEASE
    assert seen.stopped_on is not None

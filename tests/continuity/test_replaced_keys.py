"""A computer whose activation key the vendor replaces: it uses no count, and no proof is untrue."""

from __future__ import annotations

import pytest

from keyferry.protocol.openings import Level

from .evidence import copy_that_runs, look, own_counts
from .people import FOLDER, get_active, give_back
from .worlds import World


def asked(world: World) -> None:
    """Scan a request for the key of today; its computer key is not typed."""
    token = world.begin(world.computers[0], FOLDER, world.keys[0])
    assert token is not None
    assert world.deliver(token).key


@pytest.mark.parametrize("renewals", [1, 2, 3])
def test_a_key_that_is_replaced_while_renewals_wait_uses_no_count(world_of, renewals):
    with world_of() as world:
        get_active(world, world.keys[0])
        for number in range(renewals):
            world.pass_days(20)
            world.begin(world.computers[0], FOLDER, world.keys[0], new=number > 0)
            asked(world)
        world.replace_key(0)
        get_active(world, world.keys[0])
        assert (own_counts(world), world.vendor.seats_used(world.keys[0])) == (0, 1)
        give_back(world)
        assert [one.ended for one in look(world.keys[0]).seats] == ["proven"]


def test_who_gives_up_the_new_key_while_the_license_of_the_former_one_runs_proves_nothing(world_of):
    with world_of(lease=False) as world:
        get_active(world, world.keys[0])
        world.replace_key(0)
        asked(world)
        [paper] = world.deactivate(world.computers[0], FOLDER, world.keys[0])
        assert paper.level is Level.CLAIM
        assert world.report(paper) == "released"
        assert world.computers[0].is_active(FOLDER)
        assert copy_that_runs(world) is None
        assert [one.ended for one in look(world.keys[0]).seats] == ["claimed"]


@pytest.mark.parametrize("is_typed", [False, True], ids=["it waits", "it is in use"])
def test_whose_key_is_replaced_hands_in_the_codes_of_the_former_one_and_uses_no_count(world_of, is_typed):
    with world_of() as world:
        computer = world.computers[0]
        if is_typed:
            get_active(world, world.keys[0])
        else:
            asked(world)
        world.replace_key(0)
        [paper] = world.deactivate(computer, FOLDER, world.former_keys[0])
        assert world.report(paper) == "released"
        get_active(world, world.keys[0])
        assert (own_counts(world), world.vendor.seats_used(world.keys[0])) == (0, 1)


def test_once_the_former_license_was_given_up_first_the_new_key_proves_it(world_of):
    with world_of(lease=False) as world:
        get_active(world, world.keys[0])
        world.replace_key(0)
        asked(world)
        world.deactivate(world.computers[0], FOLDER, world.former_keys[0])
        [paper] = world.deactivate(world.computers[0], FOLDER, world.keys[0])
        assert (paper.level, world.report(paper)) == (Level.PROOF, "released")
        assert copy_that_runs(world) is None

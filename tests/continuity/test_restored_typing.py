"""A computer whose codes are typed, set back to before the computer ID that was typed last."""

from __future__ import annotations

import pytest

from .evidence import look, own_counts
from .histories import Step, take
from .people import FOLDER, get_active, give_back, give_up
from .worlds import World

BEGIN, DEACTIVATE, TYPE_ID = ("begin", 0, 0, 0), ("deactivate", 0, 0, 0), ("type_id", 0, 0, 0)
NEW_REQUEST, COMPLETE, REPORT = ("new_request", 0, 0, 0), ("complete", 0, 0, 0), ("report", 0, 0, 0)
BACK_UP = ("back_up", 0, 0, 0)
FOLDER_ALONE, WHOLE_DISK = ("restore_once_a_year", 0, 0, 0), ("restore_once_a_year", 0, 1, 0)

# In each, the seat is held in the end by a computer ID whose secret only the lost state had.
LOST = {
    "given up, and a new one typed": [BEGIN, DEACTIVATE, BACK_UP, TYPE_ID, FOLDER_ALONE],
    "the same, and the whole disk restored": [BEGIN, DEACTIVATE, BACK_UP, TYPE_ID, WHOLE_DISK],
    "asked anew, and typed": [BEGIN, BACK_UP, NEW_REQUEST, TYPE_ID, WHOLE_DISK],
    "released, and typed again": [
        *(BEGIN, TYPE_ID, COMPLETE, BACK_UP, DEACTIVATE, REPORT, TYPE_ID, FOLDER_ALONE)
    ],
}


def happened(world: World, history: list[Step]) -> None:
    for step in history:
        take(world, step)


@pytest.mark.parametrize("history", LOST.values(), ids=list(LOST))
def test_who_lost_the_typed_id_gets_out_by_one_scan_and_types_on(world_of, history):
    with world_of() as world:
        key, computer = world.keys[0], world.computers[0]
        happened(world, history)
        live = look(key).live_on(computer.fingerprint)
        assert live is not None
        assert not computer.knows(FOLDER, live)
        # Nothing that the wizard has left opens that ID, so its codes free nothing.
        assert "released" not in give_up(world, key)
        assert world.type_at_self_help(computer, FOLDER, key).refused == "replacement_needs_vendor"
        assert own_counts(world) == 0
        get_active(world, key, types=True)
        assert (own_counts(world), world.vendor.seats_used(key)) == (1, 1)
        for _ in range(2):
            world.pass_days(40)
            renewed = world.type_at_self_help(computer, FOLDER, key).key
            assert renewed is not None
            assert world.complete(computer, FOLDER, renewed)
        give_back(world)
        assert world.vendor.seats_used(key) == 0


def test_who_still_has_the_typed_id_gets_out_by_typing_its_code(world_of):
    with world_of() as world:
        key, computer = world.keys[0], world.computers[0]
        # The computer key is lost, and a new request is typed beside the one that is live.
        happened(world, [BEGIN, TYPE_ID, BACK_UP, NEW_REQUEST, FOLDER_ALONE, NEW_REQUEST])
        assert world.type_at_self_help(computer, FOLDER, key).refused == "replacement_needs_vendor"
        assert "released" in give_up(world, key)
        get_active(world, key, types=True)
        assert (own_counts(world), world.vendor.seats_used(key)) == (0, 1)

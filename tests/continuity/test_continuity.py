"""What nobody can do, and nobody can lose, in whatever order it happens: some histories of each kind.

Many more are in `tests/long/continuity`. The rules were tried on a model without code first; here the real
wizard meets the real server.
"""

from __future__ import annotations

from hypothesis import given, settings

from .campaigns import HISTORIES, run
from .evidence import look, own_counts
from .people import get_active, give_back, hand_in

FEW = settings(max_examples=12, deadline=None)


def campaign(name):
    @FEW
    @given(history=HISTORIES[name])
    def test(world_of, history):
        run(name, world_of, history)

    return test


test_a_stranger_takes_no_seat_uncounted = campaign("strangers")
test_no_copy_runs_beside_its_anchor_after_a_proof = campaign("copies")
test_an_honest_person_ends_with_an_active_computer_and_uses_no_count = campaign("scanning")


def test_a_computer_goes_on_with_a_replaced_activation_key_and_uses_no_count(world_of):
    with world_of() as world:
        get_active(world, world.keys[0])
        world.replace_key(0)
        world.pass_days(1)
        get_active(world, world.keys[0])
        assert (own_counts(world), world.vendor.seats_used(world.keys[0])) == (0, 1)
        [seat] = look(world.keys[0]).seats
        # What the wizard gave up for the new key frees nothing; deactivating the new one does, as proven.
        assert "released" not in hand_in(world)
        give_back(world)
        assert [one.ended for one in look(world.keys[0]).seats] == ["proven"]
        assert seat.live is not None

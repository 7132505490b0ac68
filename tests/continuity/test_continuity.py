"""What nobody can do, and nobody can lose, in whatever order it happens: some histories of each kind.

Many more are in `tests/long/continuity`. The rules were tried on a model without code first; here the real
wizard meets the real server.
"""

from __future__ import annotations

from hypothesis import given, settings

from .campaigns import HISTORIES, run

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

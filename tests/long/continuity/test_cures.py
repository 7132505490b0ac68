"""Each rule is needed: where its cure is taken out, some history shows what it cures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from keyferry.protocol.openings import Level
from keyferry.server.core.licensing import continuity, former_ids
from keyferry.server.core.licensing.continuity import Outcome
from keyferry.wizard import transitions
from keyferry.wizard.anchor import Anchored, FileAnchor
from keyferry.wizard.grants import Line
from keyferry.wizard.latest_time import OwnTime
from keyferry.wizard.memory import Memory
from keyferry.wizard.state import State
from tests.continuity.campaigns import CAMPAIGNS, run
from tests.continuity.histories import history_of

HISTORIES = 3000

Patch = pytest.MonkeyPatch


def every_request_has_a_line_of_its_own(patch: Patch) -> None:
    genuine = transitions.with_request

    def with_request(state: Any, asked: Any, anchored: Any, new_secret: Any) -> Any:
        after, grant = genuine(state, asked, anchored, new_secret)
        alone = replace(grant, line=Line.begun_with(grant.secret, anchored.number if anchored else None))
        kept = tuple(alone if each == grant else each for each in after.kept)
        return replace(after, kept=kept), alone

    patch.setattr(transitions, "with_request", with_request)


def any_anchor_vouches_for_a_line(patch: Patch) -> None:
    patch.setattr(Anchored, "level_of", lambda *_: Level.PROOF)
    patch.setattr(Anchored, "level_later", lambda *_: Level.PROOF)


def a_request_carries_more_than_the_code_that_may_be_shown(patch: Patch) -> None:
    patch.setattr(transitions, "level_to_show", lambda *_: Level.PROOF)


def the_code_is_shown_before_the_anchor_knows(patch: Patch) -> None:
    patch.setattr(Memory, "confirm_given_up", lambda _, found, *__: found)


def only_one_opening_is_carried(patch: Patch) -> None:
    patch.setattr(transitions, "MOST_OPENINGS", 1)


def a_new_request_drops_those_before_it(patch: Patch) -> None:
    genuine = transitions.with_request

    def with_request(*asked: Any) -> Any:
        after, grant = genuine(*asked)
        return replace(after, kept=(grant,)), grant

    patch.setattr(transitions, "with_request", with_request)


def nobody_has_to_prove_anything(patch: Patch) -> None:
    genuine = continuity.outcome_of

    def outcome_of(past: Any) -> Outcome:
        found = genuine(past)
        return Outcome.CONTINUED if found is Outcome.REPLACEMENT else found

    patch.setattr(continuity, "outcome_of", outcome_of)


def openings_of_requests_that_never_arrived_are_forgotten(patch: Patch) -> None:
    patch.setattr(former_ids, "keep", lambda *_: None)


def the_code_of_any_former_id_frees_the_seat(patch: Patch) -> None:
    genuine = former_ids.displace

    def displace(*asked: Any, **facts: Any) -> None:
        genuine(*asked, **{**facts, "frees": True})

    patch.setattr(former_ids, "displace", displace)
    patch.setattr(former_ids, "set_freeing", lambda *_: None)


def an_account_that_cannot_write_the_state_remembers_no_time(patch: Patch) -> None:
    patch.setattr(OwnTime, "write", lambda *_: None)


def a_seal_below_the_newest_epoch_is_taken(patch: Patch) -> None:
    genuine = FileAnchor.write
    patch.setattr(State, "newest_epoch", 0)
    patch.setattr(FileAnchor, "write", lambda anchor, given_up, _: genuine(anchor, given_up, 0))


TAKEN_OUT: list[tuple[Callable[[Patch], None], str]] = [
    (every_request_has_a_line_of_its_own, "copies without a lease"),
    (any_anchor_vouches_for_a_line, "copies without a lease"),
    (a_request_carries_more_than_the_code_that_may_be_shown, "copies without a lease"),
    (the_code_is_shown_before_the_anchor_knows, "copies"),
    (the_code_of_any_former_id_frees_the_seat, "copies without a lease"),
    (nobody_has_to_prove_anything, "strangers"),
    (only_one_opening_is_carried, "scanning"),
    (a_new_request_drops_those_before_it, "scanning with updates"),
    (openings_of_requests_that_never_arrived_are_forgotten, "scanning"),
    (an_account_that_cannot_write_the_state_remembers_no_time, "leases"),
    (a_seal_below_the_newest_epoch_is_taken, "leases"),
]


@pytest.mark.parametrize(("take_out", "name"), TAKEN_OUT, ids=[one.__name__ for one, _ in TAKEN_OUT])
def test_a_history_shows_what_a_cure_is_for(take_out, name, world_of, monkeypatch):
    random, campaign = Random(name), CAMPAIGNS[name]
    take_out(monkeypatch)
    for _ in range(HISTORIES):
        try:
            run(name, world_of, history_of(campaign.weights, random, most=campaign.most))
        except AssertionError:
            return
    pytest.fail(f"none of {HISTORIES} histories shows it")

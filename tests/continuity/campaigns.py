"""The campaigns: which histories happen, in which world, and what must hold in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from .evidence import copy_that_runs, lease_that_revived, look, own_counts, uncounted_takeover
from .histories import Step, histories, take
from .people import get_active, give_back
from .worlds import World

WorldOf = Callable[..., AbstractContextManager[World]]

HONEST = {
    "begin": 5,
    "new_request": 1,
    "start_over": 2,
    "deliver": 8,
    "complete": 6,
    "complete_in_a_power_cut": 1,
    "activate": 3,
    "deactivate": 4,
    "deactivate_in_a_power_cut": 1,
    "show_codes": 1,
    "report": 3,
    "report_by_scan": 1,
    "pass_days": 3,
}
TYPING = {name: weight for name, weight in HONEST.items() if name != "deliver"} | {
    "type_id": 8,
    "activate": 0,
}
RESTORES = {"back_up": 2, "restore_once_a_year": 2, "pass_a_year": 1}
COPIES = {
    "activate": 8,
    "begin": 3,
    "start_over": 1,
    "new_request": 1,
    "deliver": 5,
    "complete": 5,
    "complete_in_a_power_cut": 2,
    "deactivate": 5,
    "deactivate_in_a_power_cut": 1,
    "show_codes": 2,
    "report": 5,
    "report_by_scan": 1,
    "copy_folder": 5,
    "copy_to_twin": 3,
    "pass_days": 2,
    "back_up": 1,
    "restore_folder": 2,
    "anchor_stops_or_goes_on": 2,
    "begin_elsewhere": 2,
    "update": 1,
    "type_id": 1,
}
LEASES = {
    "activate": 6,
    "begin": 1,
    "deliver": 1,
    "complete": 2,
    "pass_days": 5,
    "set_back": 5,
    "correct_clock": 2,
    "states_stop_or_go_on": 3,
    "update_after_a_leak": 2,
    "reseal": 3,
}
STRANGERS = {
    "activate": 6,
    "begin": 2,
    "deliver": 3,
    "complete": 3,
    "deactivate": 2,
    "report": 2,
    "stranger_asks": 5,
    "stranger_goes_on": 3,
    "stranger_frees": 4,
    "pass_days": 2,
    "type_id": 2,
    "update": 1,
}


@dataclass(frozen=True)
class Campaign:
    """Histories of one kind, and what must hold: after each step, and at the end."""

    weights: Mapping[str, int]
    world: Mapping[str, Any] = field(default_factory=dict)
    most: int = 14
    check: Callable[[World, list[Step]], None] = lambda _, __: None


def nothing_is_taken_uncounted(world: World, history: list[Step]) -> None:
    """Take the steps; no stranger gets a seat that somebody else had without being counted."""
    for step in history:
        before = [look(key) for key in world.keys]
        take(world, step)
        for earlier, key in zip(before, world.keys, strict=True):
            assert uncounted_takeover(world, earlier, look(key)) is None


def proofs_are_true(world: World, history: list[Step]) -> None:
    """Take the steps; what was proven to be given up runs nowhere beside its anchor."""
    for step in history:
        take(world, step)
        assert copy_that_runs(world) is None


def leases_end(world: World, history: list[Step]) -> None:
    """Take the steps, and start the application after each; no lease runs again after it has ended."""
    for step in history:
        take(world, step)
        assert lease_that_revived(world) is None


def _ends_well(*, types: bool = False, counts: bool = False) -> Callable[[World, list[Step]], None]:
    def check(world: World, history: list[Step]) -> None:
        for step in history:
            take(world, step)
        if not counts:
            assert own_counts(world) == 0
        key = world.keys[0]
        get_active(world, key, types=types)
        for _ in range(2):
            world.pass_days(40)
            get_active(world, key, types=types)
        assert world.vendor.seats_used(key) == 1
        give_back(world)
        assert world.vendor.seats_used(key) == 0

    return check


CAMPAIGNS = {
    "strangers": Campaign(STRANGERS, check=nothing_is_taken_uncounted),
    "strangers without a lease": Campaign(STRANGERS, {"lease": False}, check=nothing_is_taken_uncounted),
    "copies": Campaign(COPIES, most=16, check=proofs_are_true),
    "copies without a lease": Campaign(COPIES, {"lease": False}, most=16, check=proofs_are_true),
    "copies of two licenses": Campaign(COPIES, {"keys": 2}, most=16, check=proofs_are_true),
    "leases": Campaign(LEASES, check=leases_end),
    "scanning": Campaign(HONEST, check=_ends_well()),
    "scanning without a lease": Campaign(HONEST, {"lease": False}, check=_ends_well()),
    "scanning with updates": Campaign(HONEST | {"update": 2}, check=_ends_well()),
    "scanning two licenses": Campaign(HONEST, {"keys": 2}, check=_ends_well()),
    "scanning and typing": Campaign(HONEST | {"type_id": 3, "update": 1}, check=_ends_well(counts=True)),
    "scanning after changes": Campaign(
        HONEST | {"new_identifier": 1, "lose_anchor": 1, "update": 1}, check=_ends_well(counts=True)
    ),
    "scanning with replaced keys": Campaign(HONEST | {"replace_key": 2}, check=_ends_well(counts=True)),
    "copies with replaced keys": Campaign(
        COPIES | {"replace_key": 2}, {"lease": False}, most=16, check=proofs_are_true
    ),
    "strangers with replaced keys": Campaign(
        STRANGERS | {"replace_key": 2}, check=nothing_is_taken_uncounted
    ),
    "scanning with wrong clocks": Campaign(
        HONEST | {"set_clock_wrong": 2, "correct_clock": 1}, check=_ends_well()
    ),
    "copies with wrong clocks": Campaign(
        COPIES | {"set_clock_wrong": 2, "correct_clock": 1}, most=16, check=proofs_are_true
    ),
    "scanning with restores": Campaign(HONEST | RESTORES, check=_ends_well(counts=True)),
    "typing": Campaign(TYPING, check=_ends_well(types=True, counts=True)),
    "typing two licenses": Campaign(TYPING, {"keys": 2}, check=_ends_well(types=True, counts=True)),
    "typing with restores": Campaign(TYPING | RESTORES, check=_ends_well(types=True, counts=True)),
}
HISTORIES = {name: histories(one.weights, most=one.most) for name, one in CAMPAIGNS.items()}


def run(name: str, world_of: WorldOf, history: list[Step]) -> None:
    """Let a history of a campaign happen in a new world, and check it."""
    campaign = CAMPAIGNS[name]
    with world_of(**campaign.world) as world:
        campaign.check(world, history)

"""Two computers with one disk, who both scan for new keys for years: how long both of them run."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from keyferry.protocol.activation_key import ActivationKey

from .computers import Computer
from .evidence import own_counts
from .histories import take
from .people import FOLDER
from .worlds import LEASE, World

_NEW_REQUEST = {"computer_id_superseded", "computer_id_released"}


@dataclass(frozen=True)
class Overlap:
    """Days: the longest that both ran; from the beginning, when one first stopped, when staff were told."""

    longest: int
    stopped_on: int | None
    told_on: int | None


def overlap(world: World, random: Random, *, days: int) -> Overlap:
    """Clone the first computer, and let both renew as their owners please."""
    key, first = world.keys[0], world.computers[0]
    take(world, ("activate", 0, 0, 0))
    pair = (first, first.clone("clone"))
    habit, due = random.randrange(3), [random.randrange(LEASE) for _ in pair]
    longest = together = 0
    stopped = told = None
    for day in range(days):
        for number in random.sample((0, 1), 2):
            if day >= due[number]:
                refused = _renew(world, pair[number], key)
                due[number] = day + _next(random, habit)
                if told is None and (refused or own_counts(world)):
                    told = day
        both = all(one.is_active(FOLDER) for one in pair)
        together = together + 1 if both else 0
        longest = max(longest, together)
        stopped = day if stopped is None and not both else stopped
        world.pass_days(1)
    return Overlap(longest, stopped, told)


def _renew(world: World, computer: Computer, key: ActivationKey) -> bool:
    """Scan and type; tell whether the vendor has to be asked."""
    new = False
    for _ in range(3):
        token = world.begin(computer, FOLDER, key, start_over=new, new=new)
        if token is None:
            return False
        answer = world.deliver(token)
        if answer.key is None and answer.refused not in _NEW_REQUEST:
            return answer.refused == "replacement_needs_vendor"
        if answer.key is not None and world.complete(computer, FOLDER, answer.key):
            return False
        new = True
    return False


def _next(random: Random, habit: int) -> int:
    """Return after how many days somebody scans again: in time, whenever, or by turns."""
    if habit == 0:
        return LEASE - 1
    if habit == 1:
        return random.randrange(1, LEASE)
    return random.choice((1, LEASE // 2, LEASE - 1, LEASE))

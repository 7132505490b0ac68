"""Who has to go: whoever takes too long, and who is one too many."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from typing import Protocol, TypeVar

from keyferry.server.command_line.web_server.connection import Stage
from keyferry.server.command_line.web_server.limits import Limits


class Waiting(Protocol):
    """What counts of a connection that the server waits for; times are those of a monotonic clock."""

    stage: Stage
    since: float
    deadline: float

    @property
    def peer(self) -> str:
        """Whoever counts as one."""

    @property
    def held(self) -> int:
        """Bytes in memory."""


_W = TypeVar("_W", bound=Waiting)


def overdue(waiting: Collection[_W], limits: Limits, now: float) -> list[_W]:
    """Return whose time is up, and the oldest of each address that has too many requests unfinished."""
    late = [one for one in waiting if one.deadline <= now]
    if limits.unfinished_per_address is None:
        return late
    requests: defaultdict[str, list[_W]] = defaultdict(list)
    for one in waiting:
        if one.stage is Stage.REQUEST and one.deadline > now:
            requests[one.peer].append(one)
    for of_one in requests.values():
        too_many = max(0, len(of_one) - limits.unfinished_per_address)
        oldest = sorted(of_one, key=lambda one: one.since)[:too_many]
        late += [one for one in oldest if one.since + limits.grace_seconds <= now]
    return late


def next_to_go(waiting: Collection[_W]) -> _W:
    """Return whom to end for a place: somebody with nothing under way, or the oldest of the largest crowd."""
    idle = [one for one in waiting if one.stage is Stage.NOTHING]
    if idle:
        return min(idle, key=lambda one: one.since)
    crowds = Counter(one.peer for one in waiting)
    return min(waiting, key=lambda one: (-crowds[one.peer], one.since))


def next_to_forget(waiting: Collection[_W]) -> _W:
    """Return whom to end for memory: the oldest of the address that takes most."""
    taken: Counter[str] = Counter()
    for one in waiting:
        taken[one.peer] += one.held
    holding = [one for one in waiting if one.held] or list(waiting)
    return min(holding, key=lambda one: (-taken[one.peer], one.since))

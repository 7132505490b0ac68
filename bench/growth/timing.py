"""How long a subject takes: the median and the slowest of a hundred."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle

_RUNS = 60
_LONGEST_SECONDS = 6.0
_FEWEST_RUNS = 5


@dataclass(frozen=True)
class Timed:
    """A subject on an engine with so many licenses; `p99` is the slowest of less than 100 answers.

    `cpu` is milliseconds of this process, which includes SQLite and not PostgreSQL.
    """

    engine: str
    licenses: int
    group: str
    subject: str
    runs: int
    cpu: float
    p50: float
    p99: float


def times(asked: Sequence[Callable[[], object]]) -> list[float]:
    """Ask in turn, and return milliseconds; the first answer of all does not count."""
    asked[0]()
    taken: list[float] = []
    began = time.perf_counter()
    for one in cycle(asked):
        before = time.perf_counter()
        one()
        after = time.perf_counter()
        taken.append((after - before) * 1000)
        if len(taken) >= _RUNS or (after - began > _LONGEST_SECONDS and len(taken) >= _FEWEST_RUNS):
            break
    return sorted(taken)


def timed(
    engine: str, licenses: int, group: str, subject: str, asked: Sequence[Callable[[], object]]
) -> Timed:
    """Time one subject."""
    before = time.process_time()
    taken = times(asked)
    # One more was asked.
    cpu = (time.process_time() - before) * 1000 / (len(taken) + 1)
    p50, p99 = (taken[min(len(taken) - 1, int(part * len(taken)))] for part in (0.5, 0.99))
    return Timed(engine, licenses, group, subject, len(taken), cpu, p50, p99)

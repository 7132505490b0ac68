import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from statistics import median

SECONDS_PER_CASE = 0.8
FEWEST_RUNS = 5


@dataclass(frozen=True)
class Measured:
    """How long one case takes: the median of several runs, in seconds."""

    name: str
    seconds: float


def measure(name: str, cases: Sequence[Callable[[], object]]) -> Measured:
    """Run the cases in turn, after one run of each that does not count, and take the median of all."""
    for case in cases:
        case()
    runs: list[float] = []
    begun = time.perf_counter()
    for case in cycle(cases):
        before = time.perf_counter()
        case()
        after = time.perf_counter()
        runs.append(after - before)
        if len(runs) >= max(FEWEST_RUNS, len(cases)) and after - begun >= SECONDS_PER_CASE:
            return Measured(name, median(runs))
    raise ValueError("there is nothing to measure")

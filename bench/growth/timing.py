"""How long a subject takes, by the clock and in CPU: the median and the slowest of some dozens."""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from sqlalchemy import Connection, text

_RUNS = 120
_LONGEST_SECONDS = 6.0
_FEWEST_RUNS = 5
_TICKS = os.sysconf("SC_CLK_TCK")
# In what /proc says of a process, after its name: its parent, its own CPU, that of children that have ended.
_PARENT, _OWN, _OF_ENDED = 1, slice(11, 13), slice(13, 15)


@dataclass(frozen=True)
class Timed:
    """A subject on an engine with so many licenses; `p99` is the slowest of less than 100 answers.

    `cpu` is milliseconds of this process and of all of PostgreSQL's: on a busy machine it says more.
    """

    engine: str
    licenses: int
    group: str
    subject: str
    runs: int
    cpu: float
    p50: float
    p99: float


def backend_cpu(connection: Connection) -> Callable[[], float]:
    """Return a clock of the CPU that works for a connection: this process, or one of PostgreSQL."""
    process = _backend(connection)
    return time.process_time if process is None else lambda: _seconds(_fields(process), _OWN)


def whole_cpu(connection: Connection) -> Callable[[], float]:
    """Return a clock of the CPU of this process and, on PostgreSQL, of all the server's."""
    process = _backend(connection)
    if process is None:
        return time.process_time
    server = _fields(process)[_PARENT]

    def cpu() -> float:
        found = [_fields(int(one.name)) for one in Path("/proc").glob("[0-9]*")]
        living = sum(_seconds(one, _OWN) for one in found if one and one[_PARENT] == server)
        first = _fields(int(server))
        return time.process_time() + living + _seconds(first, _OWN) + _seconds(first, _OF_ENDED)

    return cpu


def _backend(connection: Connection) -> int | None:
    if connection.dialect.name == "sqlite":
        return None
    process: int = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    return process


def _fields(process: int) -> list[str]:
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return []


def _seconds(fields: list[str], which: slice) -> float:
    return sum(map(int, fields[which])) / _TICKS


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
    engine: str,
    licenses: int,
    group: str,
    subject: str,
    asked: Sequence[Callable[[], object]],
    cpu: Callable[[], float],
) -> Timed:
    """Time one subject, by a clock of CPU, too."""
    before = cpu()
    taken = times(asked)
    # One more was asked.
    spent = (cpu() - before) * 1000 / (len(taken) + 1)
    p50, p99 = (taken[min(len(taken) - 1, int(part * len(taken)))] for part in (0.5, 0.99))
    return Timed(engine, licenses, group, subject, len(taken), spent, p50, p99)

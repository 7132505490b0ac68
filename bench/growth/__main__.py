"""Load databases of several sizes on both engines, and time what staff and customers wait for.

python -m bench.growth [SQLite|PostgreSQL] [number of licenses ...]
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask

from bench.growth.hot_path import compared
from bench.growth.index_costs import costs
from bench.growth.loading import loaded
from bench.growth.subjects import subjects
from bench.growth.timing import Timed, timed, whole_cpu
from bench.servers.processes import postgresql
from keyferry.server.command_line.web_server.lasting import spare_what_lasts
from keyferry.server.db import db

SIZES = (1_000, 100_000, 1_000_000)
ENGINES = ("SQLite", "PostgreSQL")
TARGET = Path("build/growth.json")
_LONGEST_MS = 100


@contextmanager
def _apps(folder: Path, engine: str, sizes: Sequence[int]) -> Iterator[dict[int, Flask]]:
    """Open an application with a loaded database of each size."""
    with ExitStack() as stack:
        names = {size: f"licenses{size}" for size in sizes}
        server = None
        if engine == "PostgreSQL":
            server = stack.enter_context(postgresql(folder, databases=tuple(names.values())))
        yield {
            size: stack.enter_context(loaded(folder / name, size, server and f"{server}/{name}"))
            for size, name in names.items()
        }


def longest(size: int, group: str) -> int | None:
    """Return how many milliseconds a subject may take, None where that is not said."""
    if size == max(SIZES) and group == "search: middle":
        return 10 * _LONGEST_MS
    return _LONGEST_MS


def _lists(engine: str, size: int, app: Flask) -> Iterator[Timed]:
    print(f"\n{engine}, {size:,} licenses{'CPU ms':>41}{'p50 ms':>10}{'p99 ms':>10}", flush=True)
    with app.app_context():
        with db.engine.connect() as connection:
            cpu = whole_cpu(connection)
        for group, subject, asked in subjects(app):
            row = timed(engine, size, group, subject, asked, cpu)
            most = longest(size, group)
            mark = f"  over {most}" if most is not None and row.p99 > most else ""
            figures = f"{row.cpu:9.1f}{row.p50:10.1f}{row.p99:10.1f}"
            print(f"  {group + ', ' + subject:52}{figures}{mark}", flush=True)
            yield row


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and write the figures as JSON."""
    engines = [one for one in ENGINES if one in arguments] or ENGINES
    sizes = [int(one) for one in arguments if one.isdecimal()] or SIZES
    rows: list[Timed] = []
    results: dict[str, object] = {"processors": os.cpu_count()}
    for engine in engines:
        with (
            TemporaryDirectory(prefix="keyferry-growth-") as folder,
            _apps(Path(folder), engine, sizes) as apps,
        ):
            for size, app in apps.items():
                # As a worker does, of which each has only one.
                spare_what_lasts()
                rows += _lists(engine, size, app)
            pairs = compared(apps[min(sizes)], apps[max(sizes)], Path(folder))
            print(f"\n{engine}, activations at servers on both: ", end="")
            print(f"{1000 / pairs.small.clock:.0f} and {1000 / pairs.large.clock:.0f} a second", end="")
            print(f" ({pairs.ratio:.2f} times as fast), by CPU {pairs.cpu_ratio:.2f} times as fast")
            results[f"{engine}: activation"] = asdict(pairs)
            results[f"{engine}: indexes"] = costs(apps[max(sizes)])
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps({**results, "lists": [asdict(row) for row in rows]}, indent=2) + "\n")
    print(f"\nThe figures are in {TARGET}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

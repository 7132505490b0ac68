"""The cases that are measured, in the order of the table, and their figures as ratios to the floor's."""

import json
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.servers.instance import Instance
from bench.servers.load import CONNECTIONS, Answers, drive, post
from bench.servers.processes import Server, floor, keyferry, postgresql

REQUESTS, FEW = 2000, 160
_WARM_UP, _MANY = 40, 64
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
DURABILITY = {
    "SQLite": "WAL, synchronous=FULL: a commit is on the disk before its answer",
    "PostgreSQL": "as initdb leaves it: fsync and synchronous_commit on",
}


@dataclass(frozen=True)
class Row:
    """One case on one engine; `cpu` is milliseconds of the server's own processes for an answer."""

    engine: str
    case: str
    per_second: float
    p50: float
    p99: float
    longest: float
    cpu: float
    refused: int
    against: str
    """The case of the floor that this one is measured by."""


def measured(folder: Path) -> Iterator[Row]:
    """Measure everything on both engines, one server after the other."""
    yield from _engine(folder / "sqlite", "SQLite", f"sqlite:///{folder}/floor.db?timeout=15", None)
    with postgresql(folder) as address:
        yield from _engine(folder / "pg", "PostgreSQL", f"{address}/floor", f"{address}/keyferry")


def _engine(folder: Path, engine: str, floor_database: str, database: str | None) -> Iterator[Row]:
    folder.mkdir()
    rows = [post("/limit", _token(), "application/json") for _ in range(REQUESTS)]
    with floor(floor_database, folder / "floor.log") as server:
        yield _row(engine, "limit", server, rows, "limit")
        for case in ("first", "repeat"):
            bodies = [post(f"/{case}", _token(), "application/json") for _ in range(REQUESTS)]
            yield _row(engine, f"floor: {case}", server, bodies, case)
    instance = Instance(folder / "home", database)
    with keyferry(instance.environment, folder / "keyferry.log") as server:
        yield from _keyferry(engine, instance, server)


def _keyferry(engine: str, instance: Instance, server: Server) -> Iterator[Row]:
    keys = instance.issue(REQUESTS)
    yield _row(engine, "preview", server, instance.activations(keys, "requests"), "repeat")
    firsts = instance.activations(keys)
    yield _row(engine, "first", server, firsts, "first")
    yield _row(engine, "repeat", server, firsts, "repeat")
    crowd = instance.activations(instance.issue(REQUESTS))
    yield _row(engine, f"first, {_MANY} connections", server, crowd, "first", connections=_MANY)
    few = instance.issue(FEW)
    taken, given_back = instance.releases(few)
    drive(server.port, taken)
    yield _row(engine, "release", server, given_back, "first")
    typed = instance.typed(instance.issue(REQUESTS // 2), *_form(server.port))
    yield _row(engine, "Self Help activation", server, typed, "first")
    yield _row(engine, "portal search", server, instance.searches(keys[: REQUESTS // 4]), "repeat")


def _row(
    engine: str,
    case: str,
    server: Server,
    requests: Sequence[bytes],
    against: str,
    *,
    connections: int = CONNECTIONS,
) -> Row:
    drive(server.port, requests[:_WARM_UP])
    before = server.cpu_seconds
    done: Answers = drive(server.port, requests[_WARM_UP:], connections=connections)
    cpu = (server.cpu_seconds - before) / len(done.statuses) * 1000
    return Row(engine, case, done.per_second, done.p50, done.p99, done.longest, cpu, done.refused, against)


def _token() -> bytes:
    return json.dumps({"token": secrets.token_hex(30)}).encode()


def _form(port: int) -> tuple[str, str]:
    """Open the form of Self Help, and return its field and its cookie."""
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/self-help/activate")
    answer = connection.getresponse()
    cookies = "; ".join(one.partition(";")[0] for one in answer.headers.get_all("Set-Cookie", []))
    found = _CSRF.search(answer.read().decode())
    connection.close()
    if found is None:
        raise LookupError("the form has no field against foreign pages")
    return found[1], cookies


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a table; ratios are to the floor of the same engine."""
    heads = ("/s", "÷ floor", "CPU ms", "÷ floor", "p50 ms", "p99 ms", "p99/p50", "max ms")
    lines = [" " * 24 + "".join(f"{head:>9}" for head in heads)]
    known = {(row.engine, row.case): row for row in rows}
    for engine, durability in DURABILITY.items():
        lines.append(f"{engine}, {durability}")
        lines += [_line(row, known) for row in rows if row.engine == engine]
    return "\n".join(lines)


def _line(row: Row, known: dict[tuple[str, str], Row]) -> str:
    least = known[row.engine, "limit" if row.against == "limit" else f"floor: {row.against}"]
    refused = f"  {row.refused} refused" if row.refused else ""
    return (
        f"  {row.case:22}{row.per_second:9.0f}{row.per_second / least.per_second:9.2f}{row.cpu:9.2f}"
        f"{row.cpu / least.cpu:9.2f}{row.p50:9.1f}{row.p99:9.1f}{row.p99 / row.p50:9.1f}{row.longest:9.0f}"
        f"{refused}"
    )


def servers(target: Path) -> None:
    """Measure, print the table, and write the figures as JSON."""
    with TemporaryDirectory(prefix="keyferry-bench-") as folder:
        rows = list(measured(Path(folder)))
    print(f"\nServers under load: {CONNECTIONS} connections, 2 processes each")
    print(table(rows))
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
    print(f"\nThe figures are in {target}.")

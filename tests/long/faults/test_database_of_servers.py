"""Real servers whose database is full, may only be read, or goes away and comes back.

Customers are asked to come again, nothing is lost or doubled, and nobody restarts the server.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import psycopg
import pytest

from bench.servers.instance import Instance
from bench.servers.processes import keyferry
from demo.server_process import SCRIPTS, free_port
from tests.long.faults.customers import activated
from tests.postgresql_server import account
from tests.wizard.accounts import needs_root

MACHINES, FILLING = 10, 400


class Story:
    """Customers before, during and after a trouble of a server's database."""

    def __init__(self, instance: Instance, port: int) -> None:
        self.instance, self.port = instance, port
        self.early, self.meanwhile, self.late = (self.machines(MACHINES) for _ in range(3))
        self.keys = self.all_activated(self.early)

    def machines(self, count: int) -> list[bytes]:
        """Return what machines ask for, each with a license of its own."""
        requests = self.instance.activations(self.instance.issue(count))
        return [one.partition(b"\r\n\r\n")[2] for one in requests]

    def all_activated(self, bodies: list[bytes]) -> list[str | None]:
        keys = [activated(self.port, body) for body in bodies]
        assert None not in keys
        return keys

    def asked_to_come_again(self) -> None:
        """A phone is told to come again, in whichever process, and its page still opens."""
        for body in self.meanwhile:
            assert self.answer("POST", "/phone/v1/activations", body) == (503, "5")
        assert self.answer("GET", "/a") == (200, None)
        assert self.answer("GET", "/healthz") == (200, None)

    def ends_well(self) -> None:
        assert self.all_activated(self.early) == self.keys
        self.all_activated(self.meanwhile + self.late)
        count = len(self.early) + 2 * MACHINES
        assert self.instance.seats() == (count, count)

    def answer(self, method: str, path: str, body: bytes | None = None) -> tuple[int, str | None]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.headers["Retry-After"]
        finally:
            connection.close()


@contextmanager
def story_of(instance: Instance, log: Path) -> Iterator[Story]:
    with keyferry(instance.environment, log) as server:
        yield Story(instance, server.port)


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of 24 MB that the account of PostgreSQL can enter, too."""
    place = Path(tempfile.mkdtemp(prefix="keyferry-"))
    place.chmod(0o755)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)
        place.rmdir()


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Leave no free page while the block runs."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:

        def fill() -> None:
            while True:
                file.write(bytes(4096))

        with pytest.raises(OSError, match="No space left"):
            fill()
    yield
    ballast.unlink()


def full_disk(instance: Instance, disk: Path, log: Path) -> None:
    """Tell the story of a server whose disk gets full and has room again."""
    with story_of(instance, log) as story:
        more = story.machines(FILLING)
        with filled(disk):
            until_refused(story, more)
            story.asked_to_come_again()
        story.ends_well()
    assert "was answered with 503: database_full" in log.read_text()


def until_refused(story: Story, more: list[bytes]) -> None:
    """Activate until the database has room for nobody; whoever was answered has the seat.

    PostgreSQL may refuse one who needs another page of an index, and have room for the next.
    """
    in_a_row = 0
    for body in more:
        key = activated(story.port, body)
        if key is None:
            in_a_row += 1
            if in_a_row == MACHINES:
                return
            continue
        in_a_row = 0
        story.early.append(body)
        story.keys.append(key)


@needs_root
def test_a_full_disk_of_sqlite(small_disk: Path, tmp_path: Path):
    full_disk(Instance(small_disk / "home", None), small_disk, tmp_path / "log")


@contextmanager
def read_only(folder: Path, place: Path) -> Iterator[Path]:
    """Have a folder at another place, too, where nothing can be written, whoever tries."""
    place.mkdir()
    subprocess.run(["mount", "--bind", folder, place], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", place], check=True)
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


@needs_root
def test_a_disk_of_sqlite_that_can_only_be_read(on_sqlite: Instance, tmp_path: Path):
    home, log = Path(on_sqlite.environment["KEYFERRY_HOME"]), tmp_path / "log"
    with story_of(on_sqlite, log) as story:
        pass
    with read_only(home, tmp_path / "read-only") as place:
        environment = {**on_sqlite.environment, "KEYFERRY_HOME": str(place)}
        with closing(sqlite3.connect(home / "keyferry.db")) as other:
            # What another program has open, SQLite can read there.
            other.execute("SELECT count(*) FROM license").fetchone()
            with keyferry(environment, log) as server:
                story.port = server.port
                story.asked_to_come_again()
            assert "was answered with 503: database_read_only" in log.read_text()
        for command in (
            ["serve", "--bind", f"127.0.0.1:{free_port()}"],
            ["backup", str(tmp_path / "backup")],
        ):
            refused = subprocess.run(
                [str(SCRIPTS / "keyferry"), *command, "--json"],
                env=environment,
                capture_output=True,
                check=False,
                timeout=60,
            )
            said = json.loads(refused.stdout)
            assert (refused.returncode, said["code"]) == (1, "database_read_only")
            # The way out.
            assert "whether its disk is read-only" in said["message"]
    assert not (tmp_path / "backup").exists()
    with keyferry(on_sqlite.environment, log) as server:
        story.port = server.port
        story.ends_well()


@pytest.mark.parametrize("what", ["home", "home/keyferry.db"])
def test_a_database_of_sqlite_that_is_moved_away_and_back(on_sqlite: Instance, tmp_path: Path, what: str):
    with story_of(on_sqlite, tmp_path / "log") as story:
        away = (tmp_path / what).rename(tmp_path / "away")
        story.asked_to_come_again()
        assert not (tmp_path / what).exists()
        away.rename(tmp_path / what)
        story.ends_well()
    assert "was answered with 503: database_unreachable" in (tmp_path / "log").read_text()


def test_a_postgresql_that_stops_and_starts(on_postgresql: Instance, postgresql_server, tmp_path: Path):
    with story_of(on_postgresql, tmp_path / "log") as story:
        postgresql_server.stop()
        try:
            story.asked_to_come_again()
        finally:
            postgresql_server.start()
        story.ends_well()
    assert "was answered with 503: database_unreachable" in (tmp_path / "log").read_text()


def test_a_postgresql_that_may_only_be_read(on_postgresql: Instance, tmp_path: Path):
    url = on_postgresql.environment["KEYFERRY_DATABASE_URL"].replace("+psycopg", "")

    def only_read(value: str) -> None:
        with psycopg.connect(url, autocommit=True) as outside:
            outside.execute("SET default_transaction_read_only = off")
            name = outside.info.dbname
            outside.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = {value}")
            outside.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    with story_of(on_postgresql, tmp_path / "log") as story:
        only_read("on")
        story.asked_to_come_again()
        only_read("off")
        story.ends_well()
    assert "was answered with 503: database_read_only" in (tmp_path / "log").read_text()


@contextmanager
def database_on(disk: Path, postgresql: str) -> Iterator[str]:
    """Return the address of a database whose files lie on a disk, and leave none there."""
    os.chown(disk, account(), -1)
    with psycopg.connect(postgresql, autocommit=True) as outside:
        outside.execute(f"CREATE TABLESPACE small LOCATION '{disk}'")
        outside.execute("CREATE DATABASE small TABLESPACE small")
    try:
        yield postgresql.replace("/postgres?", "/small?").replace("postgresql://", "postgresql+psycopg://")
    finally:
        with psycopg.connect(postgresql, autocommit=True) as outside:
            outside.execute("DROP DATABASE small WITH (FORCE)")
            outside.execute("DROP TABLESPACE small")


@needs_root
def test_a_full_disk_of_postgresql(postgresql: str, small_disk: Path, tmp_path: Path):
    with database_on(small_disk, postgresql) as address:
        full_disk(Instance(tmp_path / "home", address), small_disk, tmp_path / "log")

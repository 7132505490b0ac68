"""A hundred thousand licenses are issued while customers activate, and the server is killed in between."""

from __future__ import annotations

import json
import logging
import os
import pty
import re
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from pathlib import Path
from threading import Event
from urllib.parse import urlencode

from sqlalchemy import create_engine, text

from bench.servers.instance import SEATS, Instance
from bench.servers.processes import Server, keyferry
from demo.server_process import SCRIPTS
from tests.faces.visitor import Reader
from tests.long.faults.customers import PATIENCE, Customers, activated
from tests.long.faults.test_killed import kill_all
from tests.workbooks import table_of

WANTED, KILLED_AT = 100_000, (20_000, 60_000)
LICENSES_OF_CUSTOMERS = 8_000
# A customer comes every so often: as many as this would be a busy day of a large vendor.
PAUSE_SECONDS = 0.02
FORM, LICENSES = "application/x-www-form-urlencoded", "/portal/licenses"
# Half a second is a customer who notices nothing; the rest is for a machine that does other things, too.
MOST_SECONDS = 2.0


@dataclass
class Staff:
    """A browser that is signed in to the portal; what is under way when the server dies is None."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, accept: str = "text/html", **form: str) -> tuple[int, str] | None:
        headers = {"Accept": accept, "Content-Type": FORM}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, urlencode(form) if form else None, headers)
            answer = connection.getresponse()
            # Of a workbook, its bytes.
            is_workbook = "spreadsheet" in answer.headers.get_content_type()
            said = answer.read().decode("latin-1" if is_workbook else "utf-8-sig")
        except (OSError, HTTPException):
            return None
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: one.value for name, one in SimpleCookie(line).items()}
        return answer.status, answer.getheader("Location") or said


def form_to_issue(staff: Staff) -> dict[str, str]:
    """Fill in the form, and return what its preview sends."""
    said = staff.ask("GET", f"{LICENSES}/new")
    assert said is not None
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', said[1])
    assert csrf is not None
    asked = {"product": "bench", "count": str(WANTED), "seats": "1", "term": "never"}
    said = staff.ask("POST", f"{LICENSES}/preview", csrf_token=csrf[1], **asked)
    assert said is not None
    [form] = [form for form in Reader(said[1]).forms if form.action == f"{LICENSES}/issue"]
    return {name: str(value) for name, value in form.values.items()}


def requests(instance: Instance, ended: Event) -> Iterator[bytes]:
    """Return machines that ask for their first key, until it has ended."""
    keys = instance.issue(LICENSES_OF_CUSTOMERS)
    for first in range(0, LICENSES_OF_CUSTOMERS * SEATS, 100):
        some = [keys[(first + place) % LICENSES_OF_CUSTOMERS] for place in range(100)]
        for body in instance.activations(some):
            if ended.wait(PAUSE_SECONDS):
                return
            yield body.partition(b"\r\n\r\n")[2]


def counted(instance: Instance) -> dict[str, int]:
    """Return what the database holds of the batch."""
    questions = {
        "batches": "SELECT count(*) FROM batch WHERE wanted = 100000 AND done = wanted",
        "licenses": "SELECT count(*) FROM license WHERE batch_id IS NOT NULL",
        "keys": "SELECT count(DISTINCT activation_key) FROM license WHERE batch_id IS NOT NULL",
        "events": "SELECT count(DISTINCT license_id) FROM audit_event WHERE event = 'license_issued' "
        "AND license_id IN (SELECT id FROM license WHERE batch_id IS NOT NULL)",
    }
    home = instance.environment["KEYFERRY_HOME"]
    engine = create_engine(instance.environment.get("KEYFERRY_DATABASE_URL", f"sqlite:///{home}/keyferry.db"))
    try:
        with engine.connect() as connection:
            return {name: connection.scalar(text(question)) or 0 for name, question in questions.items()}
    finally:
        engine.dispose()


ALL = {"batches": 1, "licenses": WANTED, "keys": WANTED, "events": WANTED}


@dataclass
class Issuing:
    """A form that somebody sends until all that it asked for is there."""

    staff: Staff
    form: dict[str, str]
    page: str | None = None
    done: int = 0

    def ask(self) -> bool:
        """Ask once, as the script of the page does; returns whether there was an answer."""
        if self.page is None:
            # As a person does who sees none: the same form again.
            said = self.staff.ask("POST", f"{LICENSES}/issue", **self.form)
        else:
            said = self.staff.ask(
                "POST", f"{self.page}/go-on", "application/json", csrf_token=self.form["csrf_token"]
            )
        if said is None:
            self.page = None
            return False
        assert said[0] in (200, 302)
        if said[0] == 302:
            self.page = said[1]
        else:
            self.done = json.loads(said[1])["done"]
        return True

    def until(self, done: int) -> None:
        while self.done < done:
            self.ask()

    def until_unanswered(self) -> None:
        while self.ask():
            pass


def killed_in_the_middle(server: Server, issuing: Issuing, instance: Instance) -> None:
    """Kill the server while it issues."""
    before = counted(instance)["licenses"]
    with ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(issuing.until_unanswered)
        while counted(instance)["licenses"] == before:
            assert not under_way.done()
        kill_all(server)
        under_way.result(PATIENCE)


def test_activations_go_on_and_the_count_is_right_whenever_the_server_dies(instance, tmp_path: Path):
    ended = Event()
    with ExitStack() as running:
        server = running.enter_context(keyferry(instance.environment, tmp_path / "log"))
        name, _, token = instance.signed_in().partition("=")
        staff, customers = (
            Staff(server.port, {name: token}),
            Customers(server.port, requests(instance, ended)),
        )
        issuing = Issuing(staff, form_to_issue(staff))
        with customers.at_work(), ExitStack() as day:
            day.callback(ended.set)
            customers.await_keys(100)
            for kill in KILLED_AT:
                issuing.until(kill)
                with customers.sent_away():
                    killed_in_the_middle(server, issuing, instance)
                    again = keyferry(instance.environment, tmp_path / "log", server.port)
                    server = running.enter_context(again)
                customers.await_keys(len(customers.keys) + 100)
            issuing.until(WANTED)
        assert None not in [activated(server.port, body) for body in customers.unanswered]
        assert counted(instance) == ALL
        told = staff.ask("POST", f"{issuing.page}/export", csrf_token=issuing.form["csrf_token"])
        assert told is not None
        rows = table_of(told[1].encode("latin-1"))
        assert len({row["activation_key"] for row in rows}) == WANTED
    assert instance.seats() == (len(customers.keys) + len(customers.unanswered),) * 2
    assert_nobody_waited(customers.seconds)


def assert_nobody_waited(seconds: list[float]) -> None:
    slowest = sorted(seconds)
    p50, p99 = (1000 * slowest[int(part * len(slowest))] for part in (0.5, 0.99))
    told = f"{len(seconds)} activations, p50 {p50:.0f} ms, p99 {p99:.0f} ms, longest {slowest[-1]:.2f} s"
    # Shown by `pytest --log-cli-level=info`.
    logging.getLogger(__name__).info(told)
    assert p99 < 1000 * MOST_SECONDS, told


def test_a_command_that_is_interrupted_goes_on_by_its_name(on_sqlite, tmp_path: Path):
    # Where tests run in the background, a shell has them ignore Ctrl-C.
    command = ["env", "--default-signal=INT", str(SCRIPTS / "keyferry"), "license", "issue", "bench"]
    command += ["--seats", "1"]
    command += ["--count", str(WANTED), "--batch", "spring-2027"]
    for number, ending in ((10_000, signal.SIGINT), (20_000, signal.SIGKILL)):
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            command,
            env=on_sqlite.environment,
            stdout=subprocess.DEVNULL,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        shown = told_until(ours, number)
        process.send_signal(ending)
        rest = told_until(ours, None)
        assert process.wait(PATIENCE) == {signal.SIGINT: 130}.get(ending, -ending)
        assert "Batch spring-2027" in shown
        assert ("--batch spring-2027" in rest) is (ending == signal.SIGINT)
        os.close(ours)
    assert 20_000 < counted(on_sqlite)["licenses"] < WANTED
    done = subprocess.run([*command, "--json"], env=on_sqlite.environment, capture_output=True, check=True)
    assert done.stderr == b""
    assert len({one["activation_key"] for one in json.loads(done.stdout)["licenses"]}) == WANTED
    assert counted(on_sqlite) == ALL


def told_until(terminal: int, number: int | None) -> str:
    """Read what a command shows on a terminal until it has issued so many, or to its end."""
    shown = ""
    while True:
        try:
            shown += os.read(terminal, 4096).decode()
        except OSError:
            # Whoever had the terminal has ended.
            return shown
        issued = re.findall(rf"(\d+)/{WANTED}", shown)
        if number is not None and issued and int(issued[-1]) >= number:
            return shown

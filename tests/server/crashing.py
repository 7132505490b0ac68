"""Operations that die at a chosen point, and what the database must look like afterwards.

Each runs in a process of its own. At a point (before a statement, before a commit, or after one) it kills
itself, the server process of its connection, or the whole database server, without a warning.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

from sqlalchemy import delete, event, select, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.config import ConfigError
from keyferry.server.core.audit import By
from keyferry.server.core.customers.contacts import find_or_add_customer
from keyferry.server.core.errors import Busy
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing.batches import Wanted
from keyferry.server.core.licensing.deactivation import Code
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.mail import delivery
from keyferry.server.core.models import (
    Activation,
    Attempt,
    AuditEvent,
    Batch,
    FormerActivationKey,
    License,
    OutboxMail,
    ReleaseLink,
    Role,
)
from keyferry.server.db import db, reading, transaction
from keyferry.server.services import changes, issuing, operations, release_links
from keyferry.server.services.requests import Typed
from tests.conftest import Vendor
from tests.machines import Machine
from tests.postgresql_server import PostgresqlServer
from tests.server.watching import watch_statements

ADA = "ada@example.com"
PHONE, STAFF = By(Channel.PHONE, address="192.0.2.7"), By(Channel.PORTAL, "ada", role=Role.ADMINISTRATOR)
PATIENCE = 30

World = dict[str, Any]
Operation = Callable[[], object]


@dataclass
class Subject:
    """A license of its own for each try, with what its operation needs; `form` is for one not issued yet."""

    key: ActivationKey | None = None
    machines: list[Machine] = field(default_factory=list)
    secret: str = ""
    form: str = ""


@dataclass(frozen=True)
class Story:
    """What is there before, and the operation; `repeats` where a second one changes nothing more."""

    prepare: Callable[[Vendor, int], Subject]
    run: Callable[[Subject], object]
    repeats: bool = True


def typed(machine: Machine) -> Typed:
    return Typed(machine.activation_key.text, machine.computer_id.text, machine.name)


def fresh(vendor: Vendor, number: int) -> Subject:
    key = vendor.issue(seats=1)
    return Subject(key, [vendor.machine(key, f"PC-{number}")])


def activated(vendor: Vendor, number: int) -> Subject:
    key = vendor.issue(seats=1, customer=ADA)
    machine = vendor.machine(key, f"PC-{number}")
    vendor.activate(machine)
    return Subject(key, [machine])


def set_up_anew(vendor: Vendor, number: int) -> Subject:
    subject = activated(vendor, number)
    assert subject.key is not None
    return Subject(subject.key, [vendor.machine(subject.key, f"PC-{number}")])


def with_link(vendor: Vendor, number: int) -> Subject:
    subject = activated(vendor, number)
    assert subject.key is not None
    subject.machines.append(vendor.machine(subject.key, f"NEW-{number}"))
    release_links.ask(typed(subject.machines[1]), by=PHONE, address_of=_keeping_secret(subject))
    return subject


def _keeping_secret(subject: Subject) -> Callable[[str], str]:
    def address_of(secret: str) -> str:
        subject.secret = secret
        return f"https://keys.example.com/r/{secret}"

    return address_of


def key_by_scan_and_mail(subject: Subject) -> str:
    [machine] = subject.machines
    return operations.activate(machine.scanned, by=PHONE, email=ADA, mails_key=True).done.computer_key


def key_by_typing(subject: Subject) -> str:
    return operations.activate(typed(subject.machines[0]), by=PHONE).done.computer_key


def key_for_a_reason(subject: Subject) -> str:
    return operations.activate(typed(subject.machines[0]), by=STAFF, reason="set up again").done.computer_key


def released(subject: Subject) -> None:
    operations.release(typed(subject.machines[0]), Code(subject.machines[0].code), by=PHONE)


def released_by_force(subject: Subject) -> None:
    operations.force_release(typed(subject.machines[0]), "it died", by=STAFF)


def link_asked_for(subject: Subject) -> None:
    release_links.ask(typed(subject.machines[0]), by=PHONE, address_of=lambda secret: f"https://x/{secret}")


def key_by_link(subject: Subject) -> str:
    done = release_links.use(subject.secret, subject.machines[0].computer_id.text, by=PHONE)
    return done.computer_key  # type: ignore[union-attr]


def issued(subject: Subject) -> None:
    issuing.begin(Wanted("demo-cad", 2, Terms(), customer=ADA, count=3), subject.form, by=STAFF)


def key_replaced(subject: Subject) -> None:
    assert subject.key is not None
    changes.replace_key(subject.key, by=STAFF, show=lambda *_: None)


STORIES = {
    "activation with an email": Story(fresh, key_by_scan_and_mail, repeats=False),
    "activation by typing": Story(fresh, key_by_typing, repeats=False),
    "replacement": Story(set_up_anew, key_for_a_reason, repeats=False),
    "release": Story(activated, released),
    "release by force": Story(activated, released_by_force),
    "request for a link": Story(activated, link_asked_for, repeats=False),
    "release by a link": Story(with_link, key_by_link, repeats=False),
    "issuing": Story(lambda _, number: Subject(form=f"form-{number:017}"), issued),
    "replacement of an activation key": Story(activated, key_replaced, repeats=False),
}


def world(subject: Subject) -> World:
    """Return all that an operation may have changed about a license, apart from numbers and times."""
    places = {one.computer_id.text: str(place) for place, one in enumerate(subject.machines)}
    with reading() as session:
        batch = session.scalar(select(Batch).where(Batch.mark == subject.form))
        found = session.scalars(select(License).where(_of(subject, batch))).all()
        ids = [one.id for one in found]
        rows = session.scalars(select(Activation).where(Activation.license_id.in_(ids))).all()
        assert [one.seats_used for one in found] == [
            sum(row.license_id == one.id and row.ended_at is None for row in rows) for one in found
        ]
        audited = select(AuditEvent.event, AuditEvent.code).where(AuditEvent.license_id.in_(ids))
        posted = select(OutboxMail.template, OutboxMail.recipient).where(
            OutboxMail.license_id.in_(ids) | OutboxMail.activation_id.in_([row.id for row in rows])
        )
        links = session.scalars(select(ReleaseLink).where(ReleaseLink.license_id.in_(ids))).all()
        former = select(FormerActivationKey.id).where(FormerActivationKey.license_id.in_(ids))
        return {
            "licenses": [(one.seats, one.seats_used, one.customer_id is not None) for one in found],
            # Each by its place: computer IDs differ from try to try.
            "computers": sorted((places.get(row.computer_id, "former"), row.ended_how or "") for row in rows),
            "events": Counter(map(tuple, session.execute(audited))),
            "mails": Counter(map(tuple, session.execute(posted))),
            "links": Counter(one.valid_until > one.license.created_at for one in links),
            "former keys": len(session.scalars(former).all()),
            "batch": batch is not None,
        }


def _of(subject: Subject, batch: Batch | None) -> Any:
    if subject.key is None:
        return License.batch_id == (batch.id if batch else -1)
    former = select(FormerActivationKey.license_id).where(
        FormerActivationKey.activation_key == subject.key.text
    )
    return (License.activation_key == subject.key.text) | License.id.in_(former)


def prepare_mail(vendor: Vendor) -> None:
    """Mail may be promised, and everybody knows Ada already."""
    with transaction() as session:
        delivery.looked(session, vendor.clock.now)
        find_or_add_customer(session, ADA, now=vendor.clock.now)


@dataclass
class Crash:
    """Counts the points of an operation, and kills at one of them; then what is killed is not asked again."""

    at: int | None = None
    victim: Callable[[int], None] = lambda _: os.kill(os.getpid(), signal.SIGKILL)
    points: list[str] = field(default_factory=list)
    backend: int = 0
    commits: bool = False

    def passes(self, what: str) -> None:
        self.points.append(what)
        if len(self.points) - 1 == self.at:
            self.victim(self.backend)

    def watch(self) -> None:
        def statement(driver: Any, _: str) -> None:
            self.backend = driver.info.backend_pid
            self.passes("statement")

        watch_statements(db.engine, statement)

        @event.listens_for(db.engine, "commit")
        def commit(connection: Any) -> None:
            self.passes("before commit")
            self.commits = True

        @event.listens_for(db.engine, "checkin")
        def committed(driver: Any, record: Any) -> None:
            if self.commits:
                self.commits = False
                self.passes("after commit")


def tried(operation: Operation, crash: Crash) -> tuple[list[str], object] | None:
    """Run an operation in a process of its own; None where it died or was refused, else points and answer."""
    ours, theirs = get_context("fork").Pipe(duplex=False)
    process = get_context("fork").Process(target=_run, args=(operation, crash, theirs))
    process.start()
    theirs.close()
    try:
        return ours.recv()  # type: ignore[no-any-return]
    except EOFError:
        return None
    finally:
        process.join(PATIENCE)
        ours.close()


def _run(operation: Operation, crash: Crash, pipe: Any) -> None:
    # The connections of before belong to the other process.
    db.engine.dispose(close=False)
    crash.watch()
    with suppress(SQLAlchemyError, ConfigError, Busy):
        answer = operation()
        pipe.send((crash.points, answer))
    pipe.close()
    os._exit(0)


def await_database() -> None:
    """Wait until the database takes connections again."""
    deadline = time.monotonic() + PATIENCE
    while True:
        db.engine.dispose()
        try:
            with db.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
                return
        except OperationalError:
            assert time.monotonic() < deadline


@dataclass(frozen=True)
class Undisturbed:
    """An operation that nothing has disturbed: its points, what it answered, and what it left."""

    points: list[str]
    answer: object
    after: World


def undisturbed(story: Story, vendor: Vendor) -> Undisturbed:
    """Run an operation to its end."""
    subject = story.prepare(vendor, 0)
    before = world(subject)
    done = tried(lambda: story.run(subject), Crash())
    assert done is not None
    after = world(subject)
    assert before != after
    return Undisturbed(*done, after)


def outcome_of(
    story: Story, vendor: Vendor, known: Undisturbed, crash: Crash, revive: Callable[[], None] = lambda: None
) -> str:
    """Crash once: the operation is there whole or not at all, and whole where it was acknowledged.

    Then the same is asked again: it goes through, and the key is the same. Returns "done" or "not done".
    """
    assert crash.at is not None
    with transaction() as session:
        # Who is killed while an attempt is counted stays counted, and here all come from one address.
        session.execute(delete(Attempt))
    subject = story.prepare(vendor, crash.at + 1)
    before = world(subject)
    acknowledged = tried(lambda: story.run(subject), crash)
    revive()
    now = world(subject)
    assert now in (before, known.after), (now, before, known.after)
    assert acknowledged is None or now == known.after
    if now == before or story.repeats:
        story.run(subject)
        assert world(subject) == known.after
    if isinstance(known.answer, str) and not subject.secret:
        key = story.run(subject)
        assert acknowledged is None or acknowledged[1] == key
        assert story.run(subject) == key
    return "done" if now == known.after else "not done"


def kills_backend(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def assert_all_or_nothing(outcomes: list[str]) -> None:
    """At first nothing has happened, from some point on all has."""
    assert outcomes == sorted(outcomes, reverse=True)
    assert (outcomes[0], outcomes[-1]) == ("not done", "done")


def killed_process(story: Story, vendor: Vendor, points: slice) -> None:
    """Kill the process of ours at some points of an operation."""
    known = undisturbed(story, vendor)
    at = range(len(known.points))[points]
    assert_all_or_nothing([outcome_of(story, vendor, known, Crash(place)) for place in at])


def killed_backend(story: Story, vendor: Vendor, points: slice) -> None:
    """Kill the server process of the connection at some points; PostgreSQL then ends all others, too."""
    known = undisturbed(story, vendor)
    at = range(len(known.points))[points]
    crashes = [Crash(place, kills_backend) for place in at]
    assert_all_or_nothing([outcome_of(story, vendor, known, crash, await_database) for crash in crashes])


def killed_server(story: Story, vendor: Vendor, points: slice, server: PostgresqlServer) -> None:
    """Kill the whole database server at some points, and start it again."""

    def kill(_: int) -> None:
        assert server.process is not None
        os.kill(server.process.pid, signal.SIGKILL)

    def revive() -> None:
        server.start_after_a_crash()
        await_database()

    known = undisturbed(story, vendor)
    at = range(len(known.points))[points]
    outcomes = [outcome_of(story, vendor, known, Crash(place, kill), revive) for place in at]
    # The connection's own process may outlive the server for a moment, and then still commits.
    assert outcomes[-1] == "done"

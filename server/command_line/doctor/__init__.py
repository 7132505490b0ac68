"""`keyferry doctor`: what is wrong with an instance and its settings, and how to fix it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime

import click
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from keyferry.protocol.sentences import CodedError
from keyferry.server.base_app import create_database_app
from keyferry.server.command_line.answers import Answer, AnsweringCommand
from keyferry.server.command_line.doctor import address, certificate, clock, email, storage
from keyferry.server.command_line.doctor.findings import Finding, Status, ok, refused
from keyferry.server.config import ConfigError, Settings, load_settings
from keyferry.server.db import db, reading, require_migrated
from keyferry.server.parts import utc_now


@click.command(
    cls=AnsweringCommand,
    epilog="""\b
Exit codes: 0 nothing is wrong, though there may be warnings; 1 something is wrong.
""",
)
def doctor() -> Answer:
    """Find out what is wrong with this instance, and how to fix it. Changes nothing.

    Run it with the environment and the account of `keyferry serve`.
    """
    found = _all_findings(utc_now())
    is_wrong = any(one.status is Status.PROBLEM for one in found)
    return Answer({"checks": [one.data for one in found]}, _text(found), exit_code=int(is_wrong))


def _all_findings(now: datetime) -> list[Finding]:
    try:
        settings = load_settings()
    except ConfigError as error:
        # Without settings there is nothing else to look at.
        return [refused("settings", error)]
    found = [
        ok("settings", f"The settings are well-formed. The instance folder is {settings.home}."),
        *_seen("public_url", address.reach, settings),
        *_seen("https", address.encryption, settings),
        *_seen("certificate", certificate.valid, settings, now),
        *_seen("qr_code", address.qr_code, settings),
    ]
    with _opened(settings, found) as session:
        found += _of_the_instance(settings, session, now)
    return found


def _of_the_instance(settings: Settings, session: Session | None, now: datetime) -> Iterator[Finding]:
    if session:
        yield from _seen("database_writable", storage.writable)
    yield from _seen("disk", storage.disk, settings)
    yield from _seen("master_key", storage.master_key, settings, session)
    yield from _seen("master_key_file", storage.master_key_file, settings)
    if session:
        yield from _seen("older_master_keys", storage.older_master_keys, settings, session)
        yield from _seen("clock", clock.not_set_back, session, now)
    yield from _seen("clock_synchronized", clock.synchronized)
    yield from _seen("email", email.configured, settings, session, now)
    if session:
        yield from _seen("outbox", email.on_time, session, now)
        yield from _seen("addresses", storage.addresses_forgotten, session, now)


@contextmanager
def _opened(settings: Settings, found: list[Finding]) -> Iterator[Session | None]:
    """Open the database to read it, or yield None; `found` gets whether it can be used."""
    with ExitStack() as stack:
        session = None
        try:
            stack.enter_context(create_database_app(settings).app_context())
            stack.callback(lambda: db.engine.dispose())
            require_migrated(settings)
            session = stack.enter_context(reading())
        except (CodedError, SQLAlchemyError) as error:
            found.append(refused("database", error))
        else:
            found.append(ok("database", "The database is there and up to date."))
        yield session


def _seen(check: str, look: Callable[..., Finding | None], *arguments: object) -> list[Finding]:
    try:
        finding = look(*arguments)
    except Exception as error:  # noqa: BLE001 - what ends one check must not cost all others
        finding = refused(check, error)
    return [] if finding is None else [finding]


def _text(found: list[Finding]) -> str:
    counts = Counter(one.status for one in found)
    counted = [
        f"{counts[status]} {status}{'s' if counts[status] > 1 else ''}"
        for status in (Status.PROBLEM, Status.WARNING)
        if counts[status]
    ]
    summary = f"Found {' and '.join(counted)}." if counted else "Nothing is wrong."
    return "\n".join([*(one.text for one in found), "", summary])

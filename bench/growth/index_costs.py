"""What each index costs an activation, in CPU of the database: its statements with the index, and without.

Everything happens in a transaction that is rolled back, the dropping of the index too.
"""

from __future__ import annotations

from random import Random
from statistics import median

from flask import Flask
from sqlalchemy import text

from bench.growth.timing import backend_cpu
from keyferry.server.db import db

ROUNDS, ACTIVATIONS = 5, 1500
INDEXES = (
    *("ix_license_product", "ix_license_customer", "ix_license_seats", "ix_license_last_day"),
    *("ix_license_suspended", "ix_license_suspended_last_day", "ix_activation_computer_name"),
    *("ix_activation_ended", "ix_audit_event_at"),
)
_STATEMENTS = (
    "UPDATE license SET seats_used = seats_used + 1, first_activated_on = coalesce(first_activated_on, "
    "CAST('2026-11-29' AS {date})) WHERE id = :license AND seats_used < seats",
    "INSERT INTO activation (license_id, epoch, fingerprint, commitment, computer_id, computer_name, "
    "folded_computer_name, issued_on, features, channel, activated_at, refreshed_at, unproven_before) "
    "VALUES (:license, 2, :machine, 1, :code, :name, :name, "
    "'2026-11-29', 0, 'phone', '2026-11-29 12:00:00.000000', '2026-11-29 12:00:00.000000', {no})",
    "INSERT INTO audit_event (at, event, channel, product_number, license_id, activation_key_ending) "
    "VALUES ('2026-11-29 12:00:00.000000', 'activated_new_seat', 'phone', 1, :license, 'ABCDE')",
)


def costs(app: Flask) -> dict[str, dict[str, float]]:
    """Print and return, for each index, the microseconds of an activation with it and without it."""
    found = {}
    with app.app_context():
        for name in INDEXES:
            with_it, without = [], []
            for number in range(ROUNDS):
                with_it.append(_activated(None, number))
                without.append(_activated(f"DROP INDEX {name}", number))
            difference = median(first - second for first, second in zip(with_it, without, strict=True))
            found[name] = {"with": median(with_it), "difference": difference}
            print(f"  {name:32}{difference:8.1f} of {median(with_it):6.1f} µs", flush=True)
    return found


def _activated(before: str | None, seed: int) -> float:
    """Return the microseconds of CPU of an activation's statements, after one that changes an index."""
    random = Random(seed)
    is_sqlite = db.engine.dialect.name == "sqlite"
    words = {"date": "TEXT", "no": "0"} if is_sqlite else {"date": "date", "no": "false"}
    statements = [text(one.format(**words)) for one in _STATEMENTS]
    with db.engine.connect() as connection:
        if is_sqlite:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        last = connection.execute(text("SELECT max(id) FROM license")).scalar_one()
        if before is not None:
            connection.execute(text(before))
        cpu = backend_cpu(connection)
        began = cpu()
        for _ in range(ACTIVATIONS):
            machine = random.getrandbits(40)
            name = f"{random.choice(('LAB', 'WS', 'CNC'))}-{machine % 100_000:05}"
            code = f"2{machine:028}"
            values = {"license": random.randint(1, last), "machine": machine, "name": name, "code": code}
            for statement in statements:
                connection.execute(statement, values)
        taken = cpu() - began
        connection.rollback()
    return taken / ACTIVATIONS * 1_000_000

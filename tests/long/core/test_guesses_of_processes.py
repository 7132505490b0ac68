"""Guesses at a code are counted by several processes at once."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

import pytest
from sqlalchemy import select

from keyferry.protocol.errors import WrongDeactivationCode
from keyferry.server import create_app
from keyferry.server.config import Settings
from keyferry.server.core.audit import By
from keyferry.server.core.errors import CoreError
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing.deactivation import Code
from keyferry.server.core.models import (
    AuditRepeat,
)
from keyferry.server.db import db, reading
from keyferry.server.services import guard, operations
from keyferry.server.services.requests import Typed
from tests.server.test_operations import machine, typed, wrong

pytestmark = pytest.mark.usefixtures("mail_works")
__all__ = ["machine"]
PROCESSES, TRIES = 4, 20


def guess_in_a_process(settings: Settings, codes: Typed, code: Code, process: int) -> list[str]:
    """Guess from an address of its own; runs in a process of its own."""
    app, answers = create_app(settings), []
    by = By(Channel.SELF_HELP, address=f"198.51.100.{process}")
    with app.app_context():
        for _ in range(TRIES):
            try:
                operations.release(codes, code, by=by)
            except (CoreError, WrongDeactivationCode) as refused:
                answers.append(refused.code)
        db.engine.dispose()
    return answers


def test_processes_together_let_exactly_so_many_guesses_through(vendor, settings, machine):
    vendor.activate(machine)
    fork_server = multiprocessing.get_context("forkserver")
    fork_server.set_forkserver_preload(["keyferry.server"])
    with ProcessPoolExecutor(PROCESSES, mp_context=fork_server) as pool:
        guessed = [
            pool.submit(guess_in_a_process, settings, typed(machine), wrong(machine), number)
            for number in range(PROCESSES)
        ]
        answers = Counter(answer for one in guessed for answer in one.result())
    assert answers == {
        "wrong_deactivation_code": guard.PER_LICENSE,
        "too_many_attempts": PROCESSES * TRIES - guard.PER_LICENSE,
    }
    with reading() as session:
        counts = {row.event["address"]: row.count for row in session.scalars(select(AuditRepeat))}
    assert (len(counts), sum(counts.values())) == (PROCESSES, guard.PER_LICENSE)

"""Passwords are checked one after the other, and whoever waits for that comes to an end."""

from __future__ import annotations

import threading
from unittest.mock import Mock

import pytest

from keyferry.server.core.errors import Busy
from keyferry.server.core.staff import passwords
from keyferry.server.core.turns import Turns

PASSWORD = "correct horse battery"


def test_who_waits_too_long_for_a_turn_may_come_again(monkeypatch):
    turns = Turns(1, wait_seconds=0.01)
    monkeypatch.setattr(passwords, "TURNS", turns)
    with turns.turn():
        for check in (lambda: passwords.fits(PASSWORD, None), lambda: passwords.hashed(PASSWORD)):
            with pytest.raises(Busy) as refused:
                check()
            assert (refused.value.code, refused.value.retry_after.seconds) == ("server_busy", 5)
    assert not passwords.fits(PASSWORD, None)


def test_a_turn_that_fails_is_given_back():
    turns = Turns(1, wait_seconds=0)

    def fail() -> None:
        with turns.turn():
            raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            fail()


def test_a_machine_without_memory_for_one_more_check_is_busy(monkeypatch):
    monkeypatch.setattr(passwords, "Argon2id", Mock(side_effect=MemoryError))
    with pytest.raises(Busy):
        passwords.fits(PASSWORD, None)


def test_work_in_turns_is_done_by_no_more_than_may():
    turns, at_work, most = Turns(2, wait_seconds=30), [], []

    def work() -> None:
        with turns.turn():
            at_work.append(1)
            most.append(len(at_work))
            at_work.pop()

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 16
    assert max(most) <= 2

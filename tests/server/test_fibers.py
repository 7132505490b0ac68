"""Fibers: requests that share a thread, which goes on with others while one of them waits."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial

import pytest

from keyferry.server.command_line.web_server.fibers import Fibers
from keyferry.server.db.tickets import Ticket, new_ticket

PATIENCE = 20


class Requests:
    """The fibers of this thread, and what they have done."""

    def __init__(self) -> None:
        self.woken = threading.Event()
        self.fibers = Fibers(self.woken.set)
        self.did: list[str] = []
        self.tickets: dict[str, Ticket] = {}

    def start(self, name: str, timeout: float = PATIENCE) -> None:
        self.fibers.start(partial(self._wait, name, timeout), partial(self.did.append, f"{name} is over"))

    def _wait(self, name: str, timeout: float) -> None:
        self.tickets[name] = new_ticket()
        self.did.append(f"{name} waits")
        said = "goes on" if self.tickets[name].acquire(timeout=timeout) else "gives up"
        self.did.append(f"{name} {said}")


@pytest.fixture
def requests() -> Requests:
    return Requests()


def test_one_goes_on_while_another_waits(requests):
    requests.start("a")
    requests.start("b")
    assert requests.fibers.waiting == 2
    requests.tickets["b"].release()
    requests.fibers.finish_round()
    assert requests.did == ["a waits", "b waits", "b goes on", "b is over"]
    assert requests.fibers.waiting == 1


def test_another_thread_that_releases_a_ticket_wakes_the_thread_of_the_fibers(requests):
    requests.start("a")
    threading.Thread(target=requests.tickets["a"].release).start()
    assert requests.woken.wait(PATIENCE)
    requests.fibers.finish_round()
    assert requests.did == ["a waits", "a goes on", "a is over"]


def test_who_waits_too_long_gives_up(requests):
    requests.start("a", timeout=0)
    requests.start("b")
    requests.fibers.give_up_overdue()
    assert requests.did == ["a waits", "b waits", "a gives up", "a is over"]


def test_a_ticket_that_is_released_before_is_not_waited_for(requests):
    def release_first() -> None:
        ticket = new_ticket()
        ticket.release()
        requests.did.append(f"released: {ticket.acquire(timeout=PATIENCE)}")
        # It was released once, and that has been taken.
        requests.did.append(f"released again: {ticket.acquire(timeout=0)}")

    requests.fibers.start(release_first)
    requests.fibers.go_on()
    requests.fibers.give_up_overdue()
    assert requests.did == ["released: True", "released again: False"]


def test_what_is_to_come_soon_comes_once_everybody_waits(requests):
    def later() -> None:
        requests.did.append("later")

    def ask(name: str, then: Callable[[], None]) -> None:
        requests.fibers.soon(then)
        requests.did.append(name)

    requests.fibers.start(partial(ask, "a", later))
    requests.fibers.start(partial(ask, "b", lambda: None))
    requests.fibers.finish_round()
    assert requests.did == ["a", "b", "later"]


def test_what_fails_for_several_is_logged_and_the_others_go_on(requests, caplog):
    requests.fibers.soon(partial(int, "no number"))
    requests.start("a")
    requests.fibers.soon(requests.tickets["a"].release)
    with caplog.at_level(logging.ERROR):
        requests.fibers.finish_round()
    assert requests.did[-1] == "a is over"
    [logged] = caplog.records
    assert "main thread" in logged.message


def test_what_fails_after_it_waited_is_logged_and_the_others_go_on(requests, caplog):
    def fail_at_last() -> None:
        new_ticket().acquire(timeout=0)
        raise ZeroDivisionError

    requests.fibers.start(fail_at_last, partial(requests.did.append, "failing is over"))
    requests.fibers.soon(fail_at_last)
    requests.fibers.finish_round()
    requests.start("a")
    with caplog.at_level(logging.ERROR):
        requests.fibers.give_up_overdue()
        requests.tickets["a"].release()
        requests.fibers.finish_round()
    assert requests.did[-3:] == ["failing is over", "a goes on", "a is over"]
    assert [one.exc_info[0] for one in caplog.records] == [ZeroDivisionError] * 2

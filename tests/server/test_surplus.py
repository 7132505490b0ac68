"""Who has to go, of those that the server waits for."""

from __future__ import annotations

from dataclasses import dataclass

from keyferry.server.command_line.web_server.connection import Stage
from keyferry.server.command_line.web_server.limits import Limits
from keyferry.server.command_line.web_server.surplus import next_to_forget, next_to_go, overdue

NOW = 1000.0
LIMITS = Limits(unfinished_per_address=2, grace_seconds=1)


@dataclass(frozen=True)
class One:
    """A connection, as far as it counts here."""

    peer: str = "192.0.2.1"
    age: float = 0
    left: float = 5
    stage: Stage = Stage.REQUEST
    held: int = 0

    @property
    def since(self) -> float:
        return NOW - self.age

    @property
    def deadline(self) -> float:
        return NOW + self.left


def test_whose_time_is_up_goes_whatever_it_was_for():
    late = [One(left=-1, stage=stage) for stage in Stage]
    assert overdue([One(), *late], LIMITS, NOW) == late


def test_of_too_many_requests_of_an_address_the_oldest_go():
    mine = [One(age=age) for age in (2, 5, 3, 4)]
    others = [One("192.0.2.2", age=9), One("192.0.2.2", age=9)]
    assert overdue([*mine, *others], LIMITS, NOW) == [mine[1], mine[3]]


def test_whoever_came_just_now_is_never_one_too_many():
    assert overdue([One(age=0.9) for _ in range(200)], LIMITS, NOW) == []


def test_answers_that_are_read_and_open_connections_are_no_requests():
    assert overdue([One(age=9, stage=Stage.ANSWER), One(age=9, stage=Stage.NOTHING)] * 9, LIMITS, NOW) == []


def test_a_trusted_proxy_may_have_any_number():
    assert overdue([One(age=9)] * 900, Limits.behind(1), NOW) == []
    assert len(overdue([One(age=9)] * 900, Limits.behind(0), NOW)) == 900 - 32


def test_for_a_place_goes_who_has_nothing_under_way_else_the_oldest_of_the_largest_crowd():
    lone = One("192.0.2.2", age=99)
    crowd = [One(age=3), One(age=4)]
    idle = [One(stage=Stage.NOTHING, age=age) for age in (1, 2)]
    assert next_to_go([lone, *crowd, *idle]) is idle[1]
    assert next_to_go([lone, *crowd]) is crowd[1]
    assert next_to_go([lone]) is lone


def test_for_memory_goes_the_oldest_of_whoever_takes_most():
    large = [One("192.0.2.2", age=1, held=10), One("192.0.2.2", age=2, held=10), One("192.0.2.2", age=3)]
    assert next_to_forget([One(age=9, held=15), *large]) is large[1]

from __future__ import annotations

from datetime import date

from keyferry.server.core.errors import NotFound
from keyferry.server.core.licensing import computers, license_changes, licenses
from keyferry.server.core.licensing.computers import Computer, Situation, State, Wanted
from keyferry.server.core.licensing.deactivation import Claimed, Forced
from keyferry.server.core.models import Activation
from keyferry.server.db import reading
from tests.refusals import refused


def found(search: str = "", state: State | None = None) -> list[str | None]:
    with reading() as session:
        page = computers.computers(session, Wanted(search, state))
        assert page.total == len(page.rows)
        return [one.computer_name for one in page.rows]


def described(vendor, number: int) -> Computer:
    with reading() as session:
        computer = computers.described(session, computers.with_id(session, number), vendor.clock.now)
        _ = [other.license.activation_key for other in computer.others]
        return computer


def situation(vendor, number: int = 1) -> Situation:
    return described(vendor, number).situation


def test_a_computer_is_found_by_any_part_of_its_name_or_its_id(vendor):
    key = vendor.issue(seats=3)
    machine = vendor.machine(key, "LAB-PC-07")
    for one in (machine, vendor.machine(key, "Messplatz 3"), vendor.machine(key, "測定室")):
        vendor.activate(one)
    assert found("lab-pc") == ["LAB-PC-07"]
    assert found("測定") == ["測定室"]
    computer_id = machine.computer_id.text
    for part in (computer_id, computer_id.lower(), computer_id[3:14], computer_id[3:14].replace("-", " ")):
        assert found(part) == ["LAB-PC-07"]
    assert found("%") == []
    assert found("\0") == ["測定室", "Messplatz 3", "LAB-PC-07"]


def test_computers_are_filtered_by_how_they_stand(vendor):
    key = vendor.issue(seats=3)
    for name in ("A", "B"):
        vendor.activate(vendor.machine(key, name))
    released = vendor.machine(key, "C")
    vendor.activate(released)
    vendor.release(released)
    vendor.activate(vendor.machine(key, "A"))
    assert found(state=State.ACTIVE) == ["A", "B"]
    assert found(state=State.RELEASED) == ["C"]
    assert found(state=State.SUPERSEDED) == ["A"]
    assert found() == ["A", "C", "B", "A"]


def test_a_superseded_computer_id_names_the_one_that_took_its_seat_and_the_newest(vendor):
    key = vendor.issue()
    for _ in range(3):
        vendor.activate(vendor.machine(key))
    first = described(vendor, 1)
    assert first.situation is Situation.SUPERSEDED
    assert first.successor.id == 2
    assert first.newest.id == 3
    assert [one.id for one in first.others] == [3, 2]
    last = described(vendor, 3)
    assert (last.situation, last.successor, last.newest) == (Situation.RUNS, None, None)


def test_a_released_computer_shows_how_on_which_channel_and_what_came_after(vendor):
    key = vendor.issue()
    machine = vendor.machine(key)
    vendor.activate(machine)
    vendor.release(machine, Forced("the disk died"))
    computer = described(vendor, 1)
    assert (computer.situation, computer.ended_channel, computer.newest) == (
        Situation.RELEASED,
        "command_line",
        None,
    )
    vendor.activate(vendor.machine(key))
    assert described(vendor, 1).newest.id == 2


def test_the_same_computer_is_followed_over_the_licenses_of_a_product(vendor):
    first, second = vendor.issue(), vendor.issue(seats=2)
    machine = vendor.machine(first, "LAB-PC-07")
    vendor.activate(machine)
    vendor.release(machine, Claimed())
    vendor.activate(vendor.machine(second, "LAB-PC-07"))
    vendor.activate(vendor.machine(second, "OTHER"))
    computer = described(vendor, 2)
    assert [(one.id, one.license.activation_key) for one in computer.others] == [(1, first.text)]
    # Another license's activation took nothing over.
    assert described(vendor, 1).newest is None


def test_what_a_caller_has_to_know_first_is_shown_for_a_live_computer(vendor):
    key = vendor.issue(lease_days=10)
    vendor.activate(vendor.machine(key))
    assert situation(vendor) is Situation.RUNS
    vendor.clock.pass_days(12)
    assert situation(vendor) is Situation.KEY_ENDED
    vendor.rotate(retire_old=True)
    assert situation(vendor) is Situation.RETIRED
    vendor.change(key, licenses.suspend)
    assert situation(vendor) is Situation.SUSPENDED


def test_a_license_that_has_expired_comes_before_its_key(vendor):
    vendor.activate(vendor.machine(vendor.issue(expires=date(2026, 12, 1))))
    vendor.clock.pass_days(20)
    assert situation(vendor) is Situation.EXPIRED


def test_a_computer_of_a_replaced_activation_key_is_known_and_keeps_the_key_that_it_was_made_with(vendor):
    first = vendor.issue(seats=2)
    vendor.activate(vendor.machine(first, "A"))
    vendor.clock.pass_days(1)
    vendor.change(first, license_changes.replace_key)
    with reading() as session:
        activation = session.get(Activation, 1)
        second = activation.license.activation_key
        assert computers.situation_of(activation, vendor.clock.now) is Situation.FORMER_KEY
        assert computers.activation_key_of(session, activation) == first.text != second
    vendor.clock.pass_days(1)
    vendor.activate(vendor.machine(type(first).from_text(second), "B"))
    vendor.clock.pass_days(1)
    vendor.change(type(first).from_text(second), license_changes.replace_key)
    with reading() as session:
        keys = [computers.activation_key_of(session, session.get(Activation, number)) for number in (1, 2)]
    assert keys == [first.text, second]


def test_a_computer_that_is_not_there_is_refused(app):
    with reading() as session, refused("unknown_computer", NotFound):
        computers.with_id(session, 7)

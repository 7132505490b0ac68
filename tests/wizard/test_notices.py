"""What is told while the application runs: a key that ends soon, and a clock that decides about nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from keyferry.wizard.errors import KeyNotAccepted
from keyferry.wizard.notices import NoticeCode
from keyferry.wizard.results import LicenseState

from .parts import TODAY


def told(machine) -> list[NoticeCode]:
    status = machine.control().status()
    assert status.state is LicenseState.ACTIVE
    return [notice.code for notice in status.notices]


@pytest.mark.parametrize(
    ("lasts", "before"), [(365, 14), (60, 14), (30, 7), (7, 1), (1, 0)], ids=lambda days: f"{days} days"
)
def test_the_end_of_a_key_is_told_14_days_before_and_at_most_a_quarter_of_its_time(machine, lasts, before):
    ends = TODAY + timedelta(lasts)
    machine.activate(expires=ends)
    machine.clock.advance(days=lasts - before)
    assert told(machine) == [NoticeCode.KEY_ENDS_SOON]
    (notice,) = machine.control().status().notices
    assert notice.ends == ends
    assert "scan for a new one before then" in notice.message
    machine.clock.advance(days=-1)
    assert told(machine) == []


def test_a_key_that_has_ended_is_no_longer_about_to(machine):
    machine.activate()
    machine.clock.advance(days=40)
    assert machine.control().status().notices == ()


def test_a_key_that_ends_soon_is_told_when_it_is_typed(machine):
    completed = machine.activate(issued=TODAY - timedelta(50), expires=TODAY + timedelta(10))
    assert [notice.code for notice in completed.notices] == [NoticeCode.KEY_ENDS_SOON]
    assert machine.activate().notices == ()


@pytest.mark.parametrize("days", [27000, -20500], ids=["in 2099", "in 1970"])
def test_a_start_at_a_wrong_time_does_not_stop_a_license_without_an_end(machine, days):
    machine.activate(expires=None)
    assert told(machine) == []
    machine.clock.advance(days=days)
    machine.control().status()
    assert machine.control().status().state is LicenseState.ACTIVE
    machine.clock.advance(days=-days)
    assert machine.control().status().state is LicenseState.ACTIVE


def test_a_clock_before_the_license_or_before_an_earlier_start_is_told(machine):
    machine.activate(expires=None)
    machine.clock.advance(days=400)
    assert told(machine) == []
    machine.clock.advance(days=-10)
    assert told(machine) == [NoticeCode.CLOCK_LOOKS_WRONG]
    (notice,) = machine.control().status().notices
    assert "clock says March 27, 2027, 09:30 UTC, but it has already shown April 6, 2027" in notice.message
    machine.clock.advance(days=-20500)
    (notice,) = machine.control().status().notices
    assert "but the license was issued on March 2, 2026" in notice.message


def test_a_key_without_an_end_is_accepted_whatever_the_clock_says(machine, vendor):
    machine.clock.advance(days=-20500)
    completed = machine.activate(expires=None)
    assert [notice.code for notice in completed.notices] == [NoticeCode.CLOCK_LOOKS_WRONG]
    machine.clock.advance(days=41000)
    assert told(machine) == []
    machine.clock.advance(days=-20500)
    renewal = machine.control().begin(completed.activation_key)
    machine.control().complete(vendor.computer_key(renewal, issued=TODAY + timedelta(1), expires=None))
    assert told(machine) == [NoticeCode.CLOCK_LOOKS_WRONG]


def test_a_license_without_an_end_remembers_the_time_for_keys_that_end(machine, vendor):
    leased = machine.activate()
    machine.activate(expires=None)
    late = vendor.computer_key(machine.control().begin(leased.activation_key))
    machine.clock.advance(days=40)
    assert told(machine) == []
    machine.clock.advance(days=-20)
    with pytest.raises(KeyNotAccepted) as refused:
        machine.control().complete(late)
    assert refused.value.code == "clock_moved_back"


def test_an_issue_day_that_has_not_come_is_replaced_by_an_earlier_one(machine, vendor):
    completed = machine.activate(issued=TODAY + timedelta(1), expires=TODAY + timedelta(60))
    begun = machine.control().begin(completed.activation_key)
    machine.control().complete(vendor.computer_key(begun))
    assert machine.control().status().claims.issued == TODAY


def test_an_older_key_is_not_taken_because_the_clock_was_set_back(machine, vendor):
    completed = machine.activate(expires=None, features=0b11)
    older = str(completed.computer_key)
    machine.clock.advance(days=90)
    begun = machine.control().begin(completed.activation_key)
    newer = vendor.computer_key(begun, issued=TODAY + timedelta(90), expires=None, features=0b01)
    machine.control().complete(newer)
    machine.clock.advance(days=-60)
    with pytest.raises(KeyNotAccepted) as refused:
        machine.control().complete(older)
    assert refused.value.code == "older_license"


def test_the_end_of_a_lease_is_told_on_the_command_line(run, run_json, key, issue):
    asked = run_json("request", key.text)[1]
    code, answer = run_json("activate", issue(asked, **ends_in(days=3)))
    assert (code, [one["code"] for one in answer["warnings"]]) == (0, ["key_ends_soon"])
    code, answer = run_json("status")
    assert (code, answer["status"], [one["code"] for one in answer["warnings"]]) == (
        0,
        "valid",
        ["key_ends_soon"],
    )
    assert "scan for a new one" in answer["warnings"][0]["message"]
    code, out, err = run("status")
    assert code == 0
    assert err.startswith("Warning: This computer's key ends on ")
    assert "This computer's key is valid until " in out


def ends_in(*, days: int) -> dict[str, object]:
    """The claims of a key of 60 days that ends so many days from now."""
    ends = datetime.now(UTC).date() + timedelta(days)
    return {"issued": ends - timedelta(60), "expires": ends}

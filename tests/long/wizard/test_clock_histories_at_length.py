"""The histories of clocks, many more of them; and they find the stretch without its cure."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from keyferry.wizard import judgment
from tests.wizard.test_clock_histories import ClockHistories

MANY = settings(
    max_examples=500,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_no_history_stretches_a_lease():
    run_state_machine_as_test(ClockHistories, settings=MANY)


def test_a_renewal_that_sets_the_time_back_is_found(monkeypatch):
    monkeypatch.setattr(judgment, "seen_once_complete", lambda grant, claims, latest_seen, now: now)
    with pytest.raises(AssertionError, match="days_run"):
        run_state_machine_as_test(ClockHistories, settings=MANY)

"""Long random histories of one machine on a lease, whose clock people set as they like.

The wizard knows only the clock that it is shown; the history knows the true day, on which the vendor issues.
"""

import shutil
import tempfile
from datetime import UTC, datetime, time, timedelta
from itertools import count
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.errors import ProtocolError
from keyferry.wizard import this_machine
from keyferry.wizard.errors import NotActivated, WizardError
from keyferry.wizard.results import LicenseState

from .conftest import SECRETS
from .parts import TODAY, Clock, Machine
from .test_histories import COMMITMENT, KEYS

LEASE = 60
STEP = 12
"""Clocks are set by whole steps, which are beyond the 26 hours that the wizard tolerates."""
YEARS_AHEAD = 300 * STEP


def moment(day: int) -> datetime:
    return datetime.combine(TODAY, time(9, 30), UTC) + timedelta(day)


class ClockHistories(RuleBasedStateMachine):
    """Scans, keys typed whenever and in any order, deactivations, and clocks set back and ahead."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp())
        secrets = count()
        self.machine = Machine(
            SECRETS,
            self.home / "state",
            self.home / "anchors",
            Clock(moment(0)),
            random_bytes=lambda size: next(secrets).to_bytes(size, "big"),
        )
        self.genuine, this_machine.commitment = this_machine.commitment, COMMITMENT
        self.day = self.clock_day = self.days_run = 0
        self.live: dict[ActivationKey, tuple[str, int]] = {}
        """The computer ID of each license that the vendor knows, and the day of its newest key."""
        self.ended: set[str] = set()
        self.keys: list[tuple[str, int]] = []
        self.refusals: set[str] = set()

    def teardown(self) -> None:
        this_machine.commitment = self.genuine
        assert self.refusals <= {
            "clock_moved_back",
            "license_expired",
            "not_yet_valid",
            "older_license",
            "computer_key_refused",
            "not_activated",
        }
        shutil.rmtree(self.home)

    def set_clock(self, day: int) -> None:
        self.clock_day, self.machine.clock.moment = day, moment(day)

    def runs(self) -> bool:
        return self.machine.control().status().state is LicenseState.ACTIVE

    def issued(self, key: ActivationKey, computer_id: str) -> int | None:
        """Return the issue day of the key that the vendor gives: the same until half a lease is over."""
        if computer_id in self.ended:
            return None
        known, day = self.live.get(key, (computer_id, self.day))
        if known != computer_id:
            self.ended.add(known)
        elif 2 * (day + LEASE - self.day) > LEASE:
            return day
        return self.day

    @rule(key=st.sampled_from(KEYS), new_request=st.booleans())
    def scan(self, key, new_request):
        begun = self.machine.control().begin(key, new_request=new_request)
        assert not begun.outdated
        day = self.issued(key, begun.computer_id.text)
        if day is not None:
            self.live[key] = begun.computer_id.text, day
            issued = TODAY + timedelta(day)
            typed = SECRETS.computer_key(begun, issued=issued, expires=issued + timedelta(LEASE))
            self.keys.append((typed, day))

    @precondition(lambda self: self.keys)
    @rule(data=st.data(), with_its_day=st.booleans())
    def type_a_key(self, data, with_its_day):
        typed, day = data.draw(st.sampled_from(self.keys))
        if with_its_day:
            self.set_clock(day)
        try:
            self.machine.control().complete(typed)
        except (WizardError, ProtocolError) as error:
            self.refusals.add(error.code)

    @rule(steps=st.integers(1, 6))
    def use(self, steps):
        for _ in range(steps):
            ran = self.runs()
            self.day += STEP
            self.set_clock(self.clock_day + STEP)
            if ran and self.runs():
                self.days_run += STEP

    @rule(ahead=st.sampled_from([0, 0, 2 * STEP, YEARS_AHEAD]))
    def set_the_clock(self, ahead):
        self.set_clock(self.day + ahead)

    @rule()
    def give_up(self):
        try:
            self.ended.add(self.machine.control().deactivate().computer_id.text)
        except NotActivated:
            return
        self.live = {key: known for key, known in self.live.items() if known[0] not in self.ended}

    @invariant()
    def nothing_runs_longer_than_what_was_issued(self):
        assert self.days_run <= len({day + more for _, day in self.keys for more in range(LEASE)})


TestClockHistories = ClockHistories.TestCase
TestClockHistories.settings = settings(max_examples=20, stateful_step_count=20, deadline=None)

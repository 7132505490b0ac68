"""Long random histories of one machine, its backups included: what must hold whatever people do."""

import shutil
import tempfile
from functools import cache
from itertools import count
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.errors import ProtocolError
from keyferry.wizard import this_machine
from keyferry.wizard.errors import StateDamaged, WizardError
from keyferry.wizard.results import Begun, LicenseState

from .conftest import SECRETS
from .parts import Clock, Machine

KEYS = [ActivationKey.generate(bytes([number] * 12)) for number in range(2)]
# The same secrets in each history: with a cache of all of them, scrypt runs some dozen times in all.
COMMITMENT = cache(this_machine.commitment)


class Histories(RuleBasedStateMachine):
    """Requests, keys, deactivations, backups and restored backups in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp())
        secrets = count()
        self.machine = Machine(
            SECRETS,
            self.home / "state",
            self.home / "anchors",
            Clock(),
            random_bytes=lambda size: next(secrets).to_bytes(size, "big"),
        )
        self.genuine, this_machine.commitment = this_machine.commitment, COMMITMENT
        self.license = self.pending = None
        self.restored = False
        self.given_up: set[str] = set()
        self.backups: list[bytes] = []
        self.asked: list[Begun] = []
        self.refusals: set[str] = set()

    def teardown(self) -> None:
        this_machine.commitment = self.genuine
        assert self.refusals <= {"state_damaged", "computer_key_refused", "not_activated"}
        shutil.rmtree(self.home)

    @property
    def control(self):
        return self.machine.control()

    @rule(key=st.sampled_from(KEYS))
    def ask(self, key):
        try:
            begun = self.control.begin(key)
        except StateDamaged:
            assert self.restored
            begun = self.control.begin(key, start_over=True)
            self.license, self.restored = None, False
        assert begun.computer_id.text not in self.given_up
        self.asked.append(begun)
        if not begun.renewal:
            self.pending = begun

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def type_any_key_that_was_ever_issued(self, data):
        asked = data.draw(st.sampled_from(self.asked))
        serves = [begun.computer_id for begun in (self.license, self.pending) if begun]
        try:
            self.control.complete(SECRETS.computer_key(asked))
        except (WizardError, ProtocolError) as error:
            self.refusals.add(error.code)
            assert self.restored or asked.computer_id not in serves
        else:
            assert asked.computer_id.text not in self.given_up
            assert self.restored or asked.computer_id in serves
            if self.pending and asked.computer_id == self.pending.computer_id:
                self.license, self.pending = self.pending, None

    @rule()
    def give_up(self):
        if self.restored or not (self.license or self.pending):
            return
        released = self.control.deactivate()
        expected = self.license or self.pending
        assert released.computer_id == expected.computer_id
        if self.license:
            self.license = None
        else:
            self.pending = None
        self.given_up.add(released.computer_id.text)
        assert self.control.show_code() == released

    @rule()
    def back_up(self):
        if self.machine.state_file.exists():
            self.backups.append(self.machine.state_file.read_bytes())

    @precondition(lambda self: self.backups)
    @rule(data=st.data())
    def restore(self, data):
        self.machine.state_file.write_bytes(data.draw(st.sampled_from(self.backups)))
        self.restored = True

    @invariant()
    def what_was_given_up_never_runs_again(self):
        status = self.control.status()
        if status.state is LicenseState.ACTIVE:
            assert status.computer_id.text not in self.given_up

    @invariant()
    def nobody_loses_a_license_or_gets_one(self):
        if not self.restored:
            status = self.control.status()
            expected = self.license.computer_id if self.license else None
            assert status.computer_id == expected
            assert (status.state is LicenseState.ACTIVE) == (self.license is not None)


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)

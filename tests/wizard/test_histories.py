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
from keyferry.wizard.errors import WizardError
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
        self.license: str | None = None
        self.waiting: dict[str, list[str]] = {}
        """The computer IDs that were scanned for and wait, of each activation key, the oldest first."""
        self.restored = False
        self.given_up: set[str] = set()
        self.backups: list[bytes] = []
        self.asked: dict[str, Begun] = {}
        self.refusals: set[str] = set()

    def teardown(self) -> None:
        this_machine.commitment = self.genuine
        assert self.refusals <= {"computer_key_refused", "not_activated"}
        shutil.rmtree(self.home)

    @property
    def control(self):
        return self.machine.control()

    @rule(key=st.sampled_from(KEYS), new_request=st.booleans())
    def ask(self, key, new_request):
        begun = self.control.begin(key, new_request=new_request)
        asked = begun.scanned_id.text
        assert asked not in self.given_up
        assert begun.computer_id.text in (asked, self.license)
        waiting = self.waiting.setdefault(key.text, [])
        if not self.restored and waiting and not new_request:
            assert asked == waiting[-1]
        if asked not in waiting:
            waiting.append(asked)
        assert self.restored or len(waiting) <= 4
        self.asked[asked] = begun

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def type_any_key_that_was_ever_issued(self, data):
        asked = data.draw(st.sampled_from(sorted(self.asked)))
        begun = self.asked[asked]
        waiting = self.waiting.get(begun.activation_key.text, [])
        try:
            self.control.complete(SECRETS.scanned_key(begun))
        except (WizardError, ProtocolError) as error:
            self.refusals.add(error.code)
            assert self.restored or asked not in (self.license, *waiting)
        else:
            assert asked not in self.given_up
            assert self.restored or asked in (self.license, *waiting)
            if asked in waiting:
                former = self.asked.get(self.license or "")
                if former and former.activation_key != begun.activation_key:
                    gone = self.waiting.pop(former.activation_key.text, [])
                    self.given_up |= {former.scanned_id.text, *gone}
                del waiting[: waiting.index(asked) + 1]
            self.license = asked

    @rule(key=st.sampled_from(KEYS))
    def give_up(self, key):
        held = {begun.scanned_id.text for begun in self.control.requests() if begun.activation_key == key}
        status = self.control.status()
        if status.activation_key == key:
            held.add(status.computer_id.text)
        if not held:
            return
        released = self.control.deactivate(key)
        listed = [code.computer_id.text for code in released.codes]
        assert held <= set(listed)
        if status.activation_key == key:
            assert listed[0] == status.computer_id.text
            self.license = None
        assert self.control.show_code(key) == released
        self.waiting.pop(key.text, None)
        self.given_up |= set(listed)

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
            found = status.computer_id.text if status.computer_id else None
            assert found == self.license
            assert (status.state is LicenseState.ACTIVE) == (self.license is not None)


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)

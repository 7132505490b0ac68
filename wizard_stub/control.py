"""The activation control: what an application embeds to be activated on a machine that has no network.

    control = ActivationControl(profile, folder)
    if control.status().state is LicenseState.ACTIVE: …
    begun = control.begin(activation_key)       # show begun.url as a QR code
    control.complete(computer_key)              # what the phone showed, as it was typed
    released = control.deactivate()             # show released.code and released.url

It prints nothing, opens no network, and raises `WizardError` or `ProtocolError`: both have a stable `code`
and a sentence that says what to do.

The order of the durable steps is the heart of it. The state is always written before the anchor, and every
later call lets the anchor catch up with the state first; so a crash between the two does not cost a license.
The anchor never goes on before the state is on the disk: otherwise a power cut would leave an older state
beside a newer anchor. A deactivation verification code is shown only when both are on the disk, so it is
never shown while a copy could still run.

Replacing the state is the point of no return. What fails before it has changed nothing; what fails after it
is reported as done (`NotSynced`). So the anchor is written once before it, to find what cannot be written.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.claims import Claims
from keyferry.protocol.computer_name import clean_computer_name
from keyferry.protocol.deactivation import SECRET_BYTES
from keyferry.protocol.keys import machine_fingerprint
from keyferry.protocol.license_text import text_of
from keyferry.protocol.profile import WizardProfile
from keyferry.wizard import judgment, transitions
from keyferry.wizard.anchor import Anchor, FileAnchor, default_anchor, shared_anchor_folder
from keyferry.wizard.clock import is_outdated, moved_back, utc_now, worth_remembering
from keyferry.wizard.errors import (
    KeyNotAccepted,
    LicenseInUse,
    NotActivated,
    StateDamaged,
    StateNewer,
    StorageUnavailable,
    WizardError,
    WrongMachine,
)
from keyferry.wizard.guarantees import Lacking, in_order
from keyferry.wizard.machine import identifier_for
from keyferry.wizard.notices import notices
from keyferry.wizard.reading import Reading, settled, take
from keyferry.wizard.results import Begun, Completed, LicenseState, Released, Status
from keyferry.wizard.state import Grant, State
from keyferry.wizard.state_folder import StateFolder
from keyferry.wizard.storage import done_all_the_same
from keyferry.wizard.this_machine import Proof, ThisMachine


class ActivationControl:
    """One product's license in one folder of one machine; `shared` says whether its accounts share that."""

    def __init__(
        self,
        profile: WizardProfile,
        folder: Path,
        *,
        machine_identifier: str | None = None,
        anchor: Anchor | None = None,
        anchor_folder: Path | None = None,
        now: Callable[[], datetime] = utc_now,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        """Take a profile and a folder; raises MachineUnknown, StorageUnavailable or ValueError.

        `machine_identifier` must be given if the profile's machine source is `host`. `anchor` may be
        anything that keeps a number that only grows; `anchor_folder` only moves the default, a file: the
        folder `<name>.anchor` beside a state folder that accounts share, or the system's. `now` returns
        aware UTC.
        """
        identifier = identifier_for(profile.machine_source, machine_identifier)
        self._profile = profile
        self._machine = ThisMachine(profile, machine_fingerprint(profile.fingerprint_key, identifier))
        self._folder = StateFolder(folder, profile, self._machine.fingerprint)
        beside = shared_anchor_folder(folder)
        self.shared = beside is not None
        if anchor is None:
            anchor = default_anchor(
                anchor_folder or beside,
                product_number=profile.product_number,
                fingerprint=self._machine.fingerprint,
            )
        self._anchor = anchor
        self._now = now
        self._random_bytes = random_bytes

    def begin(
        self,
        activation_key: ActivationKey | str,
        computer_name: str | None = None,
        *,
        start_over: bool = False,
        new_request: bool = False,
    ) -> Begun:
        """Ask for a computer key; durable before it returns, and the same computer ID while it is pending.

        A license in use stays in use until the new key is complete. `start_over` sets a damaged state
        aside, or drops what is pending; a newer version's state stays. `new_request` makes a new computer ID
        instead of one that the server no longer accepts. Raises MalformedCode, StorageUnavailable,
        StateDamaged, StateNewer or LicenseInUse.
        """
        if isinstance(activation_key, str):
            activation_key = ActivationKey.from_text(activation_key)
        name = clean_computer_name(computer_name)
        with self._folder.locked() as lacking:
            state, aside = self._state_to_begin_with(start_over=start_over)
            with self._folder.back_on_failure(aside):
                # Even if nothing changes: what cannot be written must show before the key is typed.
                anchored = self._rehearsed_anchor(state, lacking)
                state, grant = transitions.with_request(
                    state,
                    activation_key,
                    self._profile.current_epoch.number,
                    name,
                    partial(self._new_grant, state, activation_key, name, anchored + 1),
                    new_request=new_request,
                    now=self._now(),
                )
                lacking |= self._folder.write(state)
            with done_all_the_same(*judgment.REQUESTED, code="requested_not_synced"):
                lacking |= self._folder.sync()
        begun = self._begun(state, grant, set_aside=aside)
        return replace(begun, warnings=in_order(lacking))

    def pending(self) -> Begun | None:
        """Return what was begun and waits for its key, to be shown again; raises the errors of the state."""
        try:
            state = self._look(self._judged)
        except WrongMachine:
            # Nothing waits on this computer.
            return None
        return self._begun(state, state.pending) if state and state.pending else None

    def complete(self, text: str) -> Completed:
        """Take a typed computer key, or the text of a license file, and store the license durably.

        What is refused changes nothing. Raises MalformedCode, ComputerKeyRefused, LicenseFileRefused or
        NewerVersion, KeyNotAccepted, NotActivated if nothing was begun, and the errors of the state.
        """
        return self._complete(partial(self._machine.read_proof, text=text))

    def complete_from_file(self, content: str | bytes) -> Completed:
        """Take the text of a license file, or the bytes of one; raises as `complete` does."""
        text = text_of(content) if isinstance(content, bytes) else content
        return self._complete(partial(self._machine.read_file, text=text))

    def _complete(self, read: Callable[[Grant], Proof]) -> Completed:
        self._require_state(self._look(self._judged))
        with self._folder.locked() as lacking:
            state = self._require_state(self._read())
            grant, proof = transitions.proved(state, read)
            now = self._now()
            latest_seen = self._accept(state, grant, proof.claims, now)
            anchored = self._rehearsed_anchor(state, lacking)
            new = transitions.with_license(state, grant, proof, anchored=anchored)
            lacking |= self._folder.write(replace(new, latest_seen=latest_seen))
            with done_all_the_same(*judgment.ACTIVATED, code="activated_not_synced"):
                lacking |= self._folder.sync()
            with done_all_the_same(*judgment.ANCHOR_LATER, code="activated_not_synced"):
                self._settled_anchor(new, lacking)
        return Completed(
            activation_key=grant.activation_key,
            computer_id=self._machine.computer_id(grant),
            computer_name=grant.computer_name,
            claims=proof.claims,
            features=self._profile.feature_names(proof.claims.features),
            corrections=proof.corrections,
            computer_key=proof.computer_key,
            replaced=transitions.replaced_key(state, grant),
            notices=notices(proof.claims, latest_seen, now),
            warnings=in_order(lacking),
        )

    def status(self) -> Status:
        """Verify the stored license again, against this machine and this moment; under 50 ms.

        It raises only StorageUnavailable: state or anchor cannot be read, or others change them all the time.
        """
        try:
            state = self._look(self._judged)
            if state is None:
                return judgment.without_license(pending=False)
            if state.license is None:
                return judgment.without_license(pending=state.pending is not None)
            if self._machine.is_retired(state.license.grant):
                pending = state.pending is not None
                return Status(LicenseState.RETIRED_EPOCH, judgment.RETIRED_EPOCH, pending=pending)
            proof = self._machine.stored_proof(state.license)
        except StateDamaged as error:
            return Status(LicenseState.DAMAGED, str(error), detail=error.detail)
        except (StateNewer, WrongMachine) as error:
            return Status(LicenseState(error.code), str(error))
        now = self._now()
        verdict, message, told = judgment.of_license(proof.claims, state.latest_seen, now)
        lacking: set[Lacking] = set()
        hindrance = None if verdict is LicenseState.CLOCK_MOVED_BACK else self._remember(state, now, lacking)
        return Status(
            state=verdict,
            message=message,
            activation_key=state.license.grant.activation_key,
            computer_id=self._machine.computer_id(state.license.grant),
            computer_name=state.license.grant.computer_name,
            claims=proof.claims,
            features=self._profile.feature_names(proof.claims.features),
            clock=now,
            not_remembered=str(hindrance) if hindrance else None,
            hindrance=hindrance,
            pending=state.pending is not None,
            notices=told,
            warnings=in_order(lacking),
        )

    def deactivate(self) -> Released:
        """Give up the license, or else what is pending; the code is returned only when that is durable.

        Raises NotActivated if there is neither, and the errors of the state.
        """
        self._require_state(self._look(self._judged))
        with self._folder.locked() as lacking:
            state = self._require_state(self._read())
            # Before anything is given up: an anchor that cannot be written would withhold the code later.
            self._rehearsed_anchor(state, lacking)
            grant, left = transitions.without_newest_grant(state)
            lacking |= self._folder.write(left)
            self._confirm_release(left, lacking)
        return replace(self._released(grant), warnings=in_order(lacking))

    def show_code(self, activation_key: ActivationKey | str | None = None) -> Released:
        """Return the newest code again, or the newest of one activation key, once the release is on the disk.

        Raises NotActivated, NotSynced, and the errors of the state.
        """
        if isinstance(activation_key, str):
            activation_key = ActivationKey.from_text(activation_key)
        state = self._look(self._judged_here)
        released = [
            grant
            for grant in (state.released if state else ())
            if activation_key in (None, grant.activation_key)
        ]
        if state is None or not released:
            which = "with this activation key " if activation_key else ""
            raise NotActivated(
                f"No license {which}was deactivated here, so there is no code to show.", code="not_released"
            )
        lacking: set[Lacking] = set()
        self._confirm_release(state, lacking)
        return replace(self._released(released[-1]), warnings=in_order(lacking))

    def _begun(self, state: State, grant: Grant, *, set_aside: Path | None = None) -> Begun:
        url, *shorter_urls = self._machine.activation_urls(grant)
        return Begun(
            activation_key=grant.activation_key,
            computer_id=self._machine.computer_id(grant),
            computer_name=grant.computer_name,
            url=url,
            shorter_urls=tuple(shorter_urls),
            renewal=grant is not state.pending,
            set_aside=set_aside,
            outdated=grant is state.pending and is_outdated(grant, state.latest_seen, self._now()),
            may_replace_account=state.license is None and not self.shared,
        )

    def _released(self, grant: Grant) -> Released:
        url, *shorter_urls = self._machine.deactivation_urls(grant)
        return Released(
            activation_key=grant.activation_key,
            computer_id=self._machine.computer_id(grant),
            computer_name=grant.computer_name,
            code=self._machine.code(grant),
            url=url,
            shorter_urls=tuple(shorter_urls),
        )

    def _read(self) -> State | None:
        """Return the state under the lock: what is found there, no other process is changing."""
        return self._judged(take(self._folder, self._anchor))

    def _look(self, judge: Callable[[Reading], State | None]) -> State | None:
        """Return the state beside other processes that may be changing it."""
        return settled(self._folder, self._anchor, judge)

    def _judged_here(self, reading: Reading) -> State | None:
        """Return the state if it is whole and this machine's."""
        state = self._folder.decode(reading.stored)
        if state is None and self._folder.holds_another_computers():
            raise WrongMachine(judgment.WRONG_MACHINE)
        if state is not None and state.fingerprint != self._machine.fingerprint:
            raise WrongMachine(judgment.WRONG_MACHINE)
        return state

    def _judged(self, reading: Reading) -> State | None:
        """Return the state if it is whole, this machine's and the newest."""
        state = self._judged_here(reading)
        if state is not None:
            judgment.require_newest(state, reading.anchored)
        return state

    @staticmethod
    def _require_state(state: State | None) -> State:
        if state is None or not state.held:
            raise NotActivated("Nothing was requested or activated here. Request a computer key first.")
        return state

    def _settled_anchor(self, state: State, lacking: set[Lacking]) -> int:
        """Let the anchor catch up with the state, which a crash may have prevented, and return it."""
        anchored = self._anchor.read()
        if anchored is None or anchored < state.generation:
            lacking |= self._folder.sync()
            lacking |= self._anchor.write(state.generation) or set()
            return state.generation
        return anchored

    def _rehearsed_anchor(self, state: State, lacking: set[Lacking]) -> int:
        """Return the anchor, written once more: so what stops the writer stops it before anything is done."""
        lacking |= self._folder.sync()
        lacking |= self._anchor.write(state.generation) or set()
        return self._anchor.read() or 0

    def _confirm_release(self, state: State, lacking: set[Lacking]) -> None:
        """Return once a release is on the disk, here and in the anchor; raises NotSynced."""
        with done_all_the_same(*judgment.GIVEN_UP, code="deactivated_not_synced"):
            lacking |= self._folder.sync()
            self._settled_anchor(state, lacking)
            if isinstance(self._anchor, FileAnchor):
                # A file may be replaced and yet not be on the disk: a call before this one may have failed.
                lacking |= self._anchor.sync()

    def _state_to_begin_with(self, *, start_over: bool) -> tuple[State, Path | None]:
        fresh = State(self._profile.product_number, self._machine.fingerprint)
        try:
            state = self._read()
        except WrongMachine:
            return fresh, self._folder.set_aside()
        except StateDamaged:
            if not start_over:
                raise
            return fresh, self._folder.set_aside()
        if state is None:
            return fresh, None
        if not start_over:
            return state, None
        if state.license is not None and state.pending is None:
            raise LicenseInUse(judgment.LICENSE_IN_USE)
        return replace(state, pending=None), None

    def _new_grant(self, state: State, key: ActivationKey, name: str | None, generation: int) -> Grant:
        epoch = self._profile.current_epoch.number
        secret = self._random_bytes(SECRET_BYTES)
        wrong = state.latest_seen if moved_back(self._now(), state.latest_seen) else None
        return Grant(key, epoch, secret, generation, name or state.computer_name, wrong)

    def _accept(self, state: State, grant: Grant, claims: Claims, now: datetime) -> datetime:
        """Return the latest time seen from now on; raises KeyNotAccepted."""
        if self._machine.is_retired(grant):
            raise KeyNotAccepted(judgment.RETIRED_EPOCH, code="retired_epoch")
        judgment.require_acceptable(claims, now)
        if state.license is not None and grant == state.license.grant:
            stored = self._machine.stored_proof(state.license)
            judgment.require_not_older(claims, stored.claims, state.latest_seen, now)
        return judgment.seen_once_complete(grant, claims, state.latest_seen, now)

    def _remember(self, state: State, now: datetime, lacking: set[Lacking]) -> WizardError | None:
        """Store the time if that is due, and let the anchor catch up; return why it cannot be done.

        A folder that has become read-only does not stop an application that is licensed. If a write
        would take away anyone's access, nothing is written.
        """
        try:
            self._settled_anchor(state, lacking)
            if worth_remembering(now, state.latest_seen):
                with self._folder.locked(patience=0) as unlocked:
                    # Another process may have completed or deactivated since: its state stays.
                    if self._folder.read() == state:
                        lacking |= unlocked
                        lacking |= self._folder.write(replace(state, latest_seen=now), strict=True)
                        lacking |= self._folder.sync()
        except (StorageUnavailable, StateDamaged, StateNewer) as error:
            return error
        return None

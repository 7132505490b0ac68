"""The activation control: what an application embeds to be activated on a machine that has no network.

    control = ActivationControl(profile, folder)
    if control.status().state is LicenseState.ACTIVE: …
    begun = control.begin(activation_key)       # show begun.url as a QR code
    control.complete(computer_key)              # what the phone showed, as it was typed
    released = control.deactivate()             # show released.codes and released.url

It prints nothing, opens no network, and raises `WizardError` or `ProtocolError`: both have a stable `code`
and a sentence that says what to do. In which order it writes is said in `memory`.
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
from keyferry.wizard import earlier, judgment, transitions
from keyferry.wizard.anchor import Anchor
from keyferry.wizard.clock import utc_now
from keyferry.wizard.errors import (
    KeyNotAccepted,
    LicenseInUse,
    NotActivated,
    StateDamaged,
    StateNewer,
    StorageUnavailable,
    WrongMachine,
)
from keyferry.wizard.grants import Grant
from keyferry.wizard.guarantees import Lacking, in_order
from keyferry.wizard.latest_time import LatestTime, own_time
from keyferry.wizard.machine import identifier_for
from keyferry.wizard.memory import Memory, Remembered
from keyferry.wizard.notices import notices
from keyferry.wizard.presenting import Presenter
from keyferry.wizard.results import Begun, Completed, LicenseState, Released, Status
from keyferry.wizard.state import State
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
        """Take a profile and a folder; raises MachineUnknown or ValueError.

        `machine_identifier` must be given if the profile's machine source is `host`. `anchor` may be anything
        that remembers lines, such as a CounterAnchor. `anchor_folder` only moves the default, a file, and
        counts when a state is made, which then keeps it: else the folder `<name>.anchor` beside a state
        folder that accounts share, or the system's. `now` returns aware UTC.
        """
        identifier = identifier_for(profile.machine_source, machine_identifier)
        self._profile = profile
        self._machine = ThisMachine(profile, machine_fingerprint(profile.fingerprint_key, identifier))
        self._memory = Memory(
            profile, self._machine.fingerprint, folder, anchor=anchor, anchor_folder=anchor_folder
        )
        own = own_time(product_number=profile.product_number, fingerprint=self._machine.fingerprint)
        self._time = LatestTime(self._memory, own)
        self._presenter = Presenter(self._machine, shared=self._memory.shared)
        self._now = now
        self._random_bytes = random_bytes

    @property
    def shared(self) -> bool:
        """Return whether the accounts of this machine share the folder."""
        return self._memory.shared

    def begin(
        self,
        activation_key: ActivationKey | str,
        computer_name: str | None = None,
        *,
        start_over: bool = False,
        new_request: bool = False,
    ) -> Begun:
        """Ask for a computer key; durable before it returns, and the same request until its key is typed.

        A license in use stays in use until the new key is complete, and what waits for another activation key
        waits on. `start_over` sets a damaged state aside, or takes a `new_request` back; a newer version's
        state stays. `new_request` makes a new computer ID instead of those that the server no longer accepts.
        Raises MalformedCode, StorageUnavailable, StateDamaged, StateNewer or LicenseInUse.
        """
        key = _read(activation_key)
        asked = transitions.Asked(
            key,
            self._profile.current_epoch.number,
            clean_computer_name(computer_name),
            new_request=new_request,
            now=self._now(),
        )
        with self._memory.locked() as lacking:
            found, aside = self._found_to_begin_with(key, start_over=start_over)
            with self._memory.folder.back_on_failure(aside):
                found = self._memory.brought_up(found, lacking)
                secret = partial(self._random_bytes, SECRET_BYTES)
                state, grant = transitions.with_request(found.state, asked, found.anchored, secret)
                if transitions.begins_line(found.state, grant):
                    # What could not be given up later must show before a key is typed.
                    self._memory.brought_up(found, lacking, rehearse=True)
                found = self._memory.write(found, state, lacking)
            with done_all_the_same(*judgment.REQUESTED, code="requested_not_synced"):
                lacking |= self._memory.folder.sync()
        begun = self._begun(found, grant)
        return replace(begun, set_aside=aside, warnings=in_order(lacking))

    def pending(self) -> Begun | None:
        """Return the newest request that waits for its key, to be shown again; raises as `requests` does.

        A renewal of the license in use is none: `begin` shows that.
        """
        return next((begun for begun in self.requests() if not begun.renewal), None)

    def requests(self) -> tuple[Begun, ...]:
        """Return all requests that wait for their keys, the newest first; raises the errors of the state."""
        try:
            found = self._memory.look()
        except WrongMachine:
            # Nothing waits on this computer.
            return ()
        return tuple(self._begun(found, grant) for grant in reversed(found.state.kept)) if found else ()

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
        _require_held(self._memory.look())
        with self._memory.locked() as lacking:
            before = found = _require_held(self._memory.read())
            grant, proof = transitions.proved(found.state, read)
            now, latest_seen = self._now(), self._time.seen(found)
            seen_now = self._accept(found, grant, proof.claims, now)
            found = self._brought_up_if_needed(found, lacking)
            if grant not in found.state.held:
                raise NotActivated(judgment.ENDED_MEANWHILE)
            new = transitions.with_license(found.state, grant, proof, found.anchored)
            found = self._memory.write(found, replace(new, latest_seen=seen_now), lacking)
            with done_all_the_same(*judgment.ACTIVATED, code="activated_not_synced"):
                lacking |= self._memory.folder.sync()
            with done_all_the_same(*judgment.ANCHOR_LATER, code="activated_not_synced"):
                self._brought_up_if_needed(found, lacking)
        return Completed(
            activation_key=grant.activation_key,
            computer_id=self._machine.computer_id(grant),
            computer_name=grant.computer_name,
            claims=proof.claims,
            features=self._profile.feature_names(proof.claims.features),
            corrections=proof.corrections,
            computer_key=proof.computer_key,
            replaced=transitions.replaced_key(before.state, grant),
            notices=notices(proof.claims, latest_seen, now),
            warnings=in_order(lacking),
        )

    def status(self) -> Status:
        """Verify the stored license again, against this machine and this moment; under 50 ms.

        It raises only StorageUnavailable: state or anchor cannot be read, or others change them all the time.
        """
        try:
            found = self._memory.look()
            if found is None:
                return judgment.without_license(pending=False)
            pending = self._is_pending(found)
            if found.state.license is None:
                if found.lacks_lines:
                    # A crash came between state and anchor: a copy may run until this is made good.
                    self._time.remember(found, self._now(), set())
                return judgment.without_license(pending=pending, ended=found.ended)
            if self._machine.is_retired(found.state.license.grant):
                return Status(LicenseState.RETIRED_EPOCH, judgment.RETIRED_EPOCH, pending=pending)
            proof = self._machine.stored_proof(found.state.license)
        except StateDamaged as error:
            return Status(LicenseState.DAMAGED, str(error), detail=error.detail)
        except (StateNewer, WrongMachine) as error:
            return Status(LicenseState(error.code), str(error))
        return self._status_of_license(found, found.state.license.grant, proof.claims, pending=pending)

    def _status_of_license(self, found: Remembered, grant: Grant, claims: Claims, *, pending: bool) -> Status:
        now, latest_seen = self._now(), self._time.seen(found)
        verdict, message, told = judgment.of_license(claims, latest_seen, now)
        lacking: set[Lacking] = set()
        hindrance = None
        if verdict is not LicenseState.CLOCK_MOVED_BACK:
            kept = self._time.remember(found, now, lacking)
            hindrance, days = kept.hindrance, self._profile.unremembered_days
            late = judgment.unremembered(claims, latest_seen, now, days)
            if verdict is LicenseState.ACTIVE and late and not kept.stored:
                verdict, message = LicenseState.TIME_NOT_REMEMBERED, judgment.time_not_remembered(days)
        return Status(
            state=verdict,
            message=message,
            activation_key=grant.activation_key,
            computer_id=self._machine.computer_id(grant),
            computer_name=grant.computer_name,
            claims=claims,
            features=self._profile.feature_names(claims.features),
            clock=now,
            not_remembered=str(hindrance) if hindrance else None,
            hindrance=hindrance,
            pending=pending,
            notices=told,
            warnings=in_order(lacking),
        )

    def deactivate(self, activation_key: ActivationKey | str | None = None) -> Released:
        """Give up an activation key here, its license and its requests; the codes come once that is durable.

        Without one, that of the license in use. Raises NotActivated if there is nothing to give up
        (`key_not_named` if only requests are), and the errors of the state.
        """
        key = _read(activation_key) if activation_key is not None else None
        _key_to_give_up(self._memory.look(), key)
        with self._memory.locked() as lacking:
            found = self._memory.read()
            key = _key_to_give_up(found, key)
            # Before anything is given up: an anchor that cannot be written would withhold the codes later.
            found = self._memory.brought_up(_require_held(found), lacking, rehearse=True)
            left = transitions.without_key(found.state, key, found.anchored)
            found = self._memory.write(found, left, lacking)
            found = self._memory.confirm_given_up(found, lacking)
        return replace(self._presenter.released(found.state, found.anchored, key), warnings=in_order(lacking))

    def show_code(self, activation_key: ActivationKey | str | None = None) -> Released:
        """Return the codes of an activation key again, once the release is on the disk.

        Without one, of the key that was given up last. Raises NotActivated, NotSynced, and the errors of the
        state.
        """
        key = _read(activation_key) if activation_key is not None else None
        found = self._memory.look()
        given_up = found.state.given_up if found else ()
        key = key or (given_up[-1].grant.activation_key if given_up else None)
        if found is None or key is None or not found.state.given_up_of(key):
            which = "with this activation key " if activation_key else ""
            raise NotActivated(
                f"No license {which}was deactivated here, so there is no code to show.", code="not_released"
            )
        lacking: set[Lacking] = set()
        found = self._memory.confirm_given_up(found, lacking)
        return replace(self._presenter.released(found.state, found.anchored, key), warnings=in_order(lacking))

    def deactivate_earlier(self, activation_key: ActivationKey | str) -> Released:
        """Give up what this computer holds of an activation key under an earlier machine identifier.

        The codes only claim: nothing here tells such a computer from a copied folder. Raises NotActivated
        (nothing_earlier), and the errors of the state.
        """
        key, lacking = _read(activation_key), set[Lacking]()
        state = earlier.give_up(self._memory.folder, key, self._now(), lacking)
        return replace(self._released_earlier(state, key), warnings=in_order(lacking))

    def show_earlier_code(self, activation_key: ActivationKey | str) -> Released:
        """Return the codes of `deactivate_earlier` again; raises NotActivated (nothing_earlier)."""
        key = _read(activation_key)
        return self._released_earlier(earlier.given_up(self._memory.folder, key), key)

    def _released_earlier(self, state: State, key: ActivationKey) -> Released:
        machine = ThisMachine(self._profile, state.fingerprint)
        return Presenter(machine, shared=self._memory.shared).released(state, None, key)

    def _begun(self, found: Remembered, grant: Grant) -> Begun:
        return self._presenter.begun(found, grant, self._now())

    def _is_pending(self, found: Remembered) -> bool:
        state = found.state
        return any(self._presenter.typed(state, grant) is grant for grant in state.kept)

    def _found_to_begin_with(self, key: ActivationKey, *, start_over: bool) -> tuple[Remembered, Path | None]:
        try:
            found = self._memory.read()
        except WrongMachine:
            return self._memory.fresh(), self._memory.folder.set_aside()
        except StateDamaged:
            if not start_over:
                raise
            return self._memory.fresh(), self._memory.folder.set_aside()
        if found is None:
            return self._memory.fresh(), None
        if not start_over:
            return found, None
        if found.state.license is not None and not self._is_pending(found):
            raise LicenseInUse(judgment.LICENSE_IN_USE)
        return replace(found, state=transitions.without_asking_anew(found.state, key)), None

    def _brought_up_if_needed(self, found: Remembered, lacking: set[Lacking]) -> Remembered:
        """Bring the anchor up to the state; a failure matters only if something was given up."""
        try:
            return self._memory.brought_up(found, lacking)
        except StorageUnavailable:
            if found.lacks_lines:
                raise
            return found

    def _accept(self, found: Remembered, grant: Grant, claims: Claims, now: datetime) -> datetime:
        """Return the latest time seen from now on; raises KeyNotAccepted."""
        stored, latest_seen = found.state.license, self._time.seen(found)
        if self._machine.is_retired(grant):
            raise KeyNotAccepted(judgment.RETIRED_EPOCH, code="retired_epoch")
        judgment.require_acceptable(claims, now)
        if stored is not None and grant == stored.grant:
            present = self._machine.stored_proof(stored).claims
            judgment.require_not_older(claims, present, latest_seen, now)
        return judgment.seen_once_complete(grant, claims, latest_seen, now)


def _read(activation_key: ActivationKey | str) -> ActivationKey:
    if isinstance(activation_key, ActivationKey):
        return activation_key
    return ActivationKey.from_text(activation_key)


def _require_held(found: Remembered | None) -> Remembered:
    if found is None or not found.state.held:
        raise NotActivated(judgment.NOTHING_HELD)
    return found


def _key_to_give_up(found: Remembered | None, key: ActivationKey | None) -> ActivationKey:
    state = _require_held(found).state
    if key is None and state.license is None:
        raise NotActivated(judgment.KEY_NOT_NAMED, code="key_not_named")
    wanted = key or state.held[0].activation_key
    if all(grant.activation_key != wanted for grant in state.held):
        raise NotActivated(judgment.NOTHING_OF_KEY)
    return wanted

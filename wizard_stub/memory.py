"""The state together with its anchor: read as one, kept in step, and given up for good.

The order of the durable steps is the heart of it. The state is always written before the anchor, and every
later call brings the anchor up to the state first; so a crash between the two costs nothing. The anchor never
goes on before the state is on the disk: otherwise a power cut would leave an older state beside a newer
anchor. A code is shown only when both are on the disk, so it is never shown while a copy could still run.

Replacing the state is the point of no return. What fails before it has changed nothing; what fails after it
is reported as done (`NotSynced`). So the anchor is written once before it, to find what cannot be written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from keyferry.protocol.profile import WizardProfile
from keyferry.wizard import judgment, transitions
from keyferry.wizard.anchor import Anchor, Anchored, AnchorWithoutPlace, FileAnchor
from keyferry.wizard.anchor_place import default_anchor_folder, file_anchor, shared_anchor_folder
from keyferry.wizard.errors import StateDamaged, StateNewer, StorageUnavailable, WrongMachine
from keyferry.wizard.guarantees import Lacking
from keyferry.wizard.reading import LooksOlder, Reading, settled, take
from keyferry.wizard.state import State
from keyferry.wizard.state_folder import StateFolder
from keyferry.wizard.state_seal import older_seal, seal_of, sealing_epoch
from keyferry.wizard.storage import done_all_the_same


@dataclass(frozen=True)
class Remembered:
    """A state, the anchor that it belongs to, what that holds, and the epoch of the state's seal.

    `ended` says that the stored license is none any more: a copy of it was given up beside this anchor.
    """

    state: State
    anchor: Anchor
    anchored: Anchored | None
    seal: int
    ended: bool = False

    @property
    def lacks_lines(self) -> bool:
        """Return whether something was given up that the anchor does not know as such."""
        lines = self.state.lines_given_up
        return bool(lines) and (self.anchored is None or not self.anchored.knows(lines, 0))


class Memory:
    """What one product remembers in one folder of one machine; `shared` if its accounts share that."""

    def __init__(
        self,
        profile: WizardProfile,
        fingerprint: int,
        folder: Path,
        *,
        anchor: Anchor | None,
        anchor_folder: Path | None,
    ) -> None:
        self.folder = StateFolder(folder, profile, fingerprint)
        self._profile = profile
        self._fingerprint = fingerprint
        self._own_anchor = anchor
        beside = shared_anchor_folder(folder)
        self.shared = beside is not None
        self._folder_of_new = anchor_folder or beside

    @contextmanager
    def locked(self) -> Iterator[set[Lacking]]:
        """Keep other processes from changing the state meanwhile; raises StorageUnavailable."""
        with self.folder.locked() as lacking:
            yield lacking

    def fresh(self) -> Remembered:
        """Return an empty state, and the anchor whose place it will keep."""
        anchor = self._anchor_of_new()
        place = (
            str(anchor.path.parent) if isinstance(anchor, FileAnchor) and self._own_anchor is None else None
        )
        state = State(self._profile.product_number, self._fingerprint, anchor_place=place)
        return Remembered(state, anchor, anchor.read(), sealing_epoch(state, self._profile).number)

    def read(self) -> Remembered | None:
        """Return the state under the lock: what is found there, no other process is changing."""
        return self._judged(self._taken(), True)

    def look(self) -> Remembered | None:
        """Return the state beside other processes that may be changing it.

        Raises StateDamaged, StateNewer, WrongMachine or StorageUnavailable. What the anchor knows as given
        up is given up in it.
        """
        return settled(self.folder, self._taken, self._judged)

    def brought_up(self, found: Remembered, lacking: set[Lacking], *, rehearse: bool = False) -> Remembered:
        """Let the anchor learn what the state gave up, which a crash may have prevented; make a missing one.

        With `rehearse` it is written in any case: so what stops the writer stops it before anything is done.
        Raises StorageUnavailable.
        """
        anchored, lines = found.anchored, found.state.lines_given_up
        if not rehearse and anchored is not None and anchored.knows(lines, found.seal):
            return found
        lacking |= self.folder.sync()
        lacking |= found.anchor.write(lines, found.seal) or set()
        anchored = found.anchor.read()
        if anchored is None:
            raise StorageUnavailable(
                "What the wizard remembers beside the license folder was written, but can't be read.",
                code="anchor_not_readable",
            )
        # What was given up meanwhile beside this anchor is given up here, too.
        return replace(found, anchored=anchored, state=transitions.settled(found.state, anchored))

    def write(
        self, found: Remembered, state: State, lacking: set[Lacking], *, strict: bool = False
    ) -> Remembered:
        """Replace the state, which lasts once the folder was synced; raises StorageUnavailable."""
        lacking |= self.folder.write(state, strict=strict)
        return replace(found, state=state, seal=sealing_epoch(state, self._profile).number)

    def confirm_given_up(self, found: Remembered, lacking: set[Lacking]) -> Remembered:
        """Return once what was given up is on the disk, here and in the anchor; raises NotSynced."""
        with done_all_the_same(*judgment.GIVEN_UP, code="deactivated_not_synced"):
            lacking |= self.folder.sync()
            found = self.brought_up(found, lacking)
            if isinstance(found.anchor, FileAnchor):
                # A file may be replaced and yet not be on the disk: a call before this one may have failed.
                lacking |= found.anchor.sync()
        return found

    def _taken(self) -> Reading:
        return take(self.folder, self._anchor_for)

    def _anchor_for(self, stored: bytes | None) -> Anchor:
        """Return the anchor that a state names; of one that cannot be read, that of a new one."""
        try:
            state = self.folder.decode(stored)
        except (StateDamaged, StateNewer):
            state = None
        if self._own_anchor is not None or state is None or state.anchor_place is None:
            return self._anchor_of_new()
        return self._file_anchor(Path(state.anchor_place))

    def _anchor_of_new(self) -> Anchor:
        if self._own_anchor is not None:
            return self._own_anchor
        try:
            return self._file_anchor((self._folder_of_new or default_anchor_folder()).absolute())
        except StorageUnavailable as missing:
            return AnchorWithoutPlace(missing)

    def _file_anchor(self, place: Path) -> FileAnchor:
        return file_anchor(place, product_number=self._profile.product_number, fingerprint=self._fingerprint)

    def _judged(self, reading: Reading, sure: bool) -> Remembered | None:
        """Return the state if it is whole and this machine's, without what the anchor knows as given up."""
        state = self.folder.decode(reading.stored)
        another = state is not None and state.fingerprint != self._fingerprint
        if another or (state is None and self.folder.holds_another_computers()):
            raise WrongMachine(judgment.WRONG_MACHINE)
        if state is None or reading.stored is None:
            return None
        seal = seal_of(reading.stored)
        self._require_seal(seal, reading.anchored)
        left = transitions.settled(state, reading.anchored)
        if left != state and not sure:
            raise LooksOlder("What the stored state holds was given up.")
        ended = state.license is not None and left.license is None
        return Remembered(left, reading.anchor, reading.anchored, seal, ended)

    def _require_seal(self, seal: int, anchored: Anchored | None) -> None:
        """Refuse a retired seal where a newer one was used: nobody but an older copy or a forger has it.

        One that is not retired may be that of a second folder beside the same anchor.
        """
        known = self._profile.epoch(seal)
        if anchored is not None and seal < anchored.seal and (known is None or known.retired):
            raise older_seal()

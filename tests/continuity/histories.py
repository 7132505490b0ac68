"""What can happen, one thing after the other: each is named, and three small numbers say to whom and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import TypeAlias, TypeVar

from hypothesis import strategies as st

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.openings import Level

from .computers import Computer
from .people import FOLDER
from .worlds import World

T = TypeVar("T")
Step: TypeAlias = "tuple[str, int, int, int]"

DAYS = (1, 20, 31, 61)
YEAR = 366


def histories(weights: Mapping[str, int], *, most: int) -> st.SearchStrategy[list[Step]]:
    """Return histories of what is named, each about as often as its weight says."""
    names = [name for name, weight in weights.items() for _ in range(weight)]
    step = st.tuples(st.sampled_from(names), st.integers(0, 2), st.integers(0, 3), st.integers(0, 3))
    return st.lists(step, min_size=2, max_size=most)


def history_of(weights: Mapping[str, int], random: Random, *, most: int) -> list[Step]:
    """Return one history at random, where nothing has to be made smaller that fails."""
    names = random.choices(list(weights), list(weights.values()), k=random.randint(4, most))
    return [(name, random.randrange(3), random.randrange(4), random.randrange(4)) for name in names]


def take(world: World, step: Step) -> None:
    """Let one thing happen; what is not possible does not."""
    name, who, which, how = step
    computer = world.computers[who % len(world.computers)]
    folders = computer.folders or [FOLDER]
    Happening(world, computer, folders[which % len(folders)], world.keys[how % len(world.keys)]).named(
        name, who, which, how
    )


class Happening:
    """One thing that happens to a computer, in a folder, with an activation key."""

    def __init__(self, world: World, computer: Computer, folder: str, key: ActivationKey) -> None:
        self.world, self.computer, self.folder, self.key = world, computer, folder, key

    def named(self, name: str, who: int, which: int, how: int) -> None:
        """Let it happen by its name."""
        what: Callable[[int, int, int], None] = getattr(self, name)
        what(who, which, how)

    # What people do with one computer.

    def begin(self, *_: int) -> None:
        """Show the request."""
        self.world.begin(self.computer, self.folder, self.key)

    def begin_elsewhere(self, _: int, which: int, __: int) -> None:
        """Show a request in another folder of the same computer."""
        self.world.begin(self.computer, f"Z{which % 2}", self.key)

    def start_over(self, *_: int) -> None:
        """Start over."""
        self.world.begin(self.computer, self.folder, self.key, start_over=True)

    def new_request(self, *_: int) -> None:
        """Say that the page no longer takes the request."""
        self.world.begin(self.computer, self.folder, self.key, new=True)

    def deliver(self, who: int, which: int, _: int) -> None:
        """Send what a phone saw once; every fourth answer is lost."""
        if self.world.tokens:
            self.world.deliver(_recent(self.world.tokens, who), lost=which == 3)

    def type_id(self, *_: int) -> None:
        """Type the computer ID at Self Help."""
        self.world.type_at_self_help(self.computer, self.folder, self.key)

    def complete(self, _: int, __: int, how: int) -> None:
        """Type a computer key that was given once."""
        if self.world.computer_keys:
            self.world.complete(self.computer, self.folder, _recent(self.world.computer_keys, how))

    def complete_in_a_power_cut(self, _: int, __: int, how: int) -> None:
        """Type a computer key, and lose power before the anchor is written."""
        if self.world.computer_keys:
            key = _recent(self.world.computer_keys, how)
            self.world.complete(self.computer, self.folder, key, power_fails=True)

    def activate(self, *_: int) -> None:
        """Scan and type at once."""
        token = self.world.begin(self.computer, self.folder, self.key)
        answer = self.world.deliver(token) if token else None
        if answer and answer.key:
            self.world.complete(self.computer, self.folder, answer.key)

    def deactivate(self, *_: int) -> None:
        """Deactivate."""
        self.world.deactivate(self.computer, self.folder, self.key)

    def deactivate_in_a_power_cut(self, *_: int) -> None:
        """Deactivate, and lose power before the anchor is written."""
        self.world.deactivate(self.computer, self.folder, self.key, power_fails=True)

    def show_codes(self, *_: int) -> None:
        """Show the codes again."""
        self.world.show_codes(self.computer, self.folder, self.key)

    def report(self, who: int, _: int, __: int) -> None:
        """Type a code that was shown once."""
        if self.world.papers:
            self.world.report(_recent(self.world.papers, who))

    def report_by_scan(self, *_: int) -> None:
        """Scan the QR code that shows all codes."""
        self.world.report_by_scan(self.computer, self.folder, self.key)

    # What happens to computers.

    def copy_folder(self, _: int, __: int, how: int) -> None:
        """Copy a folder on the same disk."""
        if self.folder in self.computer.folders and "XYZW"[how] != self.folder:
            self.computer.copy_folder(self.folder, "XYZW"[how])

    def copy_to_twin(self, *_: int) -> None:
        """Copy a folder to another computer with the same identifier, and no anchor."""
        world, first = self.world, self.world.computers[0]
        if len(world.computers) < 2:
            world.computers.append(world.installed("twin", first.identifier))
        if self.folder in first.folders:
            first.copy_folder(self.folder, FOLDER, world.computers[1])

    def anchor_stops_or_goes_on(self, *_: int) -> None:
        """The anchor can't be written any more, or again."""
        self.computer.is_anchor_writable = not self.computer.is_anchor_writable

    def states_stop_or_go_on(self, *_: int) -> None:
        """The states can't be written any more, or again."""
        self.computer.are_states_writable = not self.computer.are_states_writable

    def lose_anchor(self, *_: int) -> None:
        """Somebody cleans the disk."""
        self.computer.lose_anchor()

    def new_identifier(self, *_: int) -> None:
        """The operating system is set up again over the same folders."""
        self.world.renewed += 1
        self.computer.identifier = f"machine-{self.world.renewed + 1}"
        self.computer.lose_anchor()

    def update(self, *_: int) -> None:
        """Install the vendor's newest version, with a new key epoch."""
        if len(self.world.vendor.profile.epochs) < 25:
            self.world.vendor.rotate()
            self.computer.profile = self.world.vendor.profile

    def update_after_a_leak(self, *_: int) -> None:
        """Install the version that no longer takes what was made with the secret before."""
        if len(self.world.vendor.profile.epochs) < 5:
            self.world.vendor.rotate(retire_old=True)
            self.computer.profile = self.world.vendor.profile

    def replace_key(self, _: int, __: int, how: int) -> None:
        """The vendor replaces an activation key."""
        if len(self.world.former_keys) < 3:
            self.world.replace_key(how % len(self.world.keys))

    def set_clock_wrong(self, _: int, which: int, how: int) -> None:
        """The clock of the computer goes wrong: ahead, or behind."""
        self.computer.wrong_by = timedelta(days=DAYS[how] * (1 if which % 2 else -1))
        self.world.begin(self.computer, self.folder, self.key)

    def correct_clock(self, *_: int) -> None:
        """Somebody corrects the clock."""
        self.computer.wrong_by = timedelta()

    def back_up(self, *_: int) -> None:
        """Back a folder up, with the anchor."""
        if self.folder in self.computer.folders:
            self.computer.back_up(self.folder)

    def restore_folder(self, _: int, __: int, how: int) -> None:
        """Put a backup of the folder back, not of the anchor."""
        if self.computer.backups:
            self.computer.restore(self.folder, how % self.computer.backups, with_anchor=False)

    def restore_once_a_year(self, _: int, which: int, how: int) -> None:
        """Put a backup back, of the folder or of the whole disk, at most once a year."""
        first, world = self.world.computers[0], self.world
        if first.backups and world.days - world.restored_on >= YEAR:
            first.restore(FOLDER, how % first.backups, with_anchor=bool(which % 2))
            world.restored_on, world.restores = world.days, world.restores + 1

    def pass_days(self, _: int, __: int, how: int) -> None:
        """Days pass."""
        self.world.pass_days(DAYS[how])

    def pass_a_year(self, *_: int) -> None:
        """A year passes."""
        self.world.pass_days(YEAR)

    def set_back(self, _: int, __: int, how: int) -> None:
        """Set the clock back, so that a lease would last longer."""
        self.computer.wrong_by = -timedelta(days=DAYS[how])

    def reseal(self, *_: int) -> None:
        """Have the application forget the time by a secret that leaked."""
        leaked = next((one for one in self.computer.profile.epochs if one.retired), None)
        if leaked and self.folder in self.computer.folders:
            self.computer.reseal(self.folder, leaked.number)

    # What a stranger does who has the profile, the activation key, and the computer ID on the screen.

    def stranger_asks(self, *_: int) -> None:
        """Ask with a secret of his own."""
        self.world.stranger(self.key)

    def stranger_goes_on(self, *_: int) -> None:
        """Continue what he asked for before."""
        if any(one.activation_key == self.key for one in self.world.strangers):
            self.world.stranger_goes_on(self.key)

    def stranger_photographs(self, who: int, _: int, __: int) -> None:
        """Ask with what he unmasked in a QR code that he saw."""
        if self.world.tokens:
            self.world.stranger_with_a_photo(_recent(self.world.tokens, who))

    def stranger_frees(self, who: int, which: int, _: int) -> None:
        """Show a code of his own."""
        if self.world.strangers:
            level = Level.PROOF if which % 2 else Level.CLAIM
            self.world.stranger_frees(_recent(self.world.strangers, who), level)


def _recent(kept: Sequence[T], back: int) -> T:
    return kept[-1 - back % len(kept)]

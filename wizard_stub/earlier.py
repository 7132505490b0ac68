"""This computer under an earlier machine identifier: what it left in the folder can be given up all the same.

A system that was set up again has another identifier, and the state of the earlier one stays in the folder.
Nothing here can tell such a computer from a copied folder, so the codes only claim.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from keyferry.protocol.activation_key import ActivationKey
from keyferry.wizard import judgment, transitions
from keyferry.wizard.errors import NotActivated
from keyferry.wizard.guarantees import Lacking
from keyferry.wizard.state import State
from keyferry.wizard.state_folder import StateFolder

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Earlier:
    """The state of another machine identifier in this folder, and how it is read and written."""

    folder: StateFolder
    state: State


def give_up(own: StateFolder, key: ActivationKey, now: datetime, lacking: set[Lacking]) -> State:
    """Give up what an earlier machine identifier holds of an activation key, durably; return its state.

    Of several, it is that which was used last; the next call gives up the one before it. Raises NotActivated
    if there is none, and StorageUnavailable.
    """
    earlier = _latest(own, key, given_up=False)
    with earlier.folder.locked() as unlocked:
        lacking |= unlocked
        state = earlier.folder.read() or earlier.state
        # Seen now, so that its codes are those that are shown again.
        seen = max(now, state.latest_seen or now)
        left = replace(transitions.without_key(state, key, None), latest_seen=seen)
        lacking |= earlier.folder.write(left) | earlier.folder.sync()
    return left


def given_up(own: StateFolder, key: ActivationKey) -> State:
    """Return the state in which an earlier machine identifier gave up an activation key, the last of several.

    Raises NotActivated if there is none.
    """
    return _latest(own, key, given_up=True).state


def _latest(own: StateFolder, key: ActivationKey, *, given_up: bool) -> Earlier:
    found = [
        Earlier(folder, state)
        for folder, state in own.others()
        if (state.given_up_of(key) if given_up else [one for one in state.held if one.activation_key == key])
    ]
    if not found:
        words = judgment.NOT_RELEASED_EARLIER if given_up else judgment.NOTHING_EARLIER
        raise NotActivated(words, code="nothing_earlier")
    return max(found, key=lambda each: each.state.latest_seen or _NEVER)

"""How a state follows from another one; nothing here touches a disk, a clock or a machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.errors import ProtocolError
from keyferry.wizard.clock import is_outdated
from keyferry.wizard.state import Grant, State, StoredLicense
from keyferry.wizard.this_machine import Proof


def with_request(
    state: State,
    key: ActivationKey,
    epoch: int,
    name: str | None,
    new_grant: Callable[[], Grant],
    *,
    new_request: bool,
    now: datetime,
) -> tuple[State, Grant]:
    """Return the state and the grant that serves a key in an epoch: the pending, the license's, or a new one.

    What waits from before a wrong time is replaced, since its key could not correct that.
    A license in use stays beside what is pending, since only a verified key may replace it. Both may be of
    one key, if the server no longer accepts the license's computer ID: then the pending one is shown.
    """

    def serves(grant: Grant) -> bool:
        return grant.activation_key == key and grant.epoch == epoch

    pending = state.pending
    if new_request:
        grant = new_grant()
    elif pending is not None and serves(pending):
        outdated = is_outdated(pending, state.latest_seen, now)
        grant = new_grant() if outdated else _renamed(pending, name)
    elif state.license is not None and serves(state.license.grant):
        grant = _renamed(state.license.grant, name)
        return replace(state, license=replace(state.license, grant=grant)), grant
    else:
        grant = new_grant()
    return replace(state, pending=grant), grant


def proved(state: State, read: Callable[[Grant], Proof]) -> tuple[Grant, Proof]:
    """Verify a key or file for what is pending, else for the license in use; raises ProtocolError."""
    refusals: list[ProtocolError] = []
    for grant in reversed(state.held):
        try:
            return grant, read(grant)
        except ProtocolError as error:
            refusals.append(error)
    # The person was asked to scan what is pending: its refusal has the right words.
    raise refusals[0]


def with_license(state: State, grant: Grant, proof: Proof, *, anchored: int) -> State:
    """Return the state in which a proof activates a grant: the pending one, or again the license's."""
    renewed = state.license is not None and grant == state.license.grant
    if not renewed:
        if state.license is not None and replaced_key(state, grant):
            # Another activation key's seat: its code is kept so that the seat can be freed.
            state = state.with_tombstone(state.license.grant)
        # Beyond the anchor even if another folder of this machine was completed meanwhile.
        generation = max(grant.generation, anchored + 1)
        grant = replace(grant, generation=generation, wrong_time=None)
        state = replace(state, pending=None)
    return replace(
        state,
        license=StoredLicense(grant, computer_key=proof.computer_key, license_file=proof.license_file),
    )


def replaced_key(state: State, grant: Grant) -> ActivationKey | None:
    """Return the activation key that a grant replaces, if that is another one."""
    if state.license is None or state.license.grant.activation_key == grant.activation_key:
        return None
    return state.license.grant.activation_key


def without_newest_grant(state: State) -> tuple[Grant, State]:
    """Return what a deactivation gives up, the license before what is pending, and the state without it."""
    grant = state.held[0]
    left = replace(state, license=None) if state.license else replace(state, pending=None)
    return grant, left.with_tombstone(grant)


def _renamed(grant: Grant, name: str | None) -> Grant:
    return grant if name is None else replace(grant, computer_name=name)

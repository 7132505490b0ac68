"""What a computer ID that comes to a seat has to do with the one that is there, and how it takes its place.

A request that opens the live commitment goes on with the seat. One that opens a former commitment is stale:
a clone, or a restored backup. Any other proves nothing. What is not proven is counted, and marks the seat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from keyferry.server.core.audit import By
from keyferry.server.core.licensing import activation_rows, former_ids
from keyferry.server.core.licensing.former_ids import Former
from keyferry.server.core.licensing.openings import NOTHING, Opened
from keyferry.server.core.models import Activation, Displaced, Ending, FormerComputerId, License


class Outcome(StrEnum):
    """What an activation does to the seats of its license."""

    NEW_SEAT = "new_seat"
    SAME_SEAT = "same_seat"
    # The same wizard goes on with a new computer ID.
    CONTINUED = "continued"
    # What goes on is an earlier state of the wizard.
    STALE = "stale"
    # Without any proof.
    REPLACEMENT = "replacement"


@dataclass(frozen=True)
class Past:
    """What one machine had on a license until now: activations, the live one, and former computer IDs."""

    machine: Sequence[Activation]
    live: Activation | None
    former: Former = ()
    opened: Opened = NOTHING
    live_id: str | None = None
    """The computer ID that was live."""
    counts: bool = False
    """Whether the limit of replacements without proof counts what happens now."""

    @property
    def of_live(self) -> Sequence[FormerComputerId]:
        """The former IDs that belong to the live activation."""
        live = self.live
        return [one for one in self.former if live is not None and one.activation_id == live.id]

    def computer_ids_before(self, activation: Activation) -> list[str]:
        """Return the IDs that the machine had before that of an activation, the latest first."""
        ended = [one for one in self.machine if one.ended_at is not None]
        latest = sorted(ended, key=lambda one: one.ended_at or one.activated_at, reverse=True)
        before = [one.computer_id for one in reversed(self.former)]
        ids = [self.live_id, *before, *(one.computer_id for one in latest)]
        return list(dict.fromkeys(one for one in ids if one and one != activation.computer_id))


def outcome_of(past: Past) -> Outcome:
    """Return what a new computer ID of a machine does."""
    if past.live is None:
        return Outcome.NEW_SEAT
    if past.live.commitment in past.opened.commitments:
        return Outcome.CONTINUED
    if any(one.commitment in past.opened.commitments for one in past.of_live):
        return Outcome.STALE
    return Outcome.REPLACEMENT


def continued(
    session: Session, past: Past, live: Activation, values: dict[str, Any], now: datetime
) -> Activation:
    """Go on with a live activation under the computer ID of `values`."""
    opened = past.opened
    mark, settled = _settled(past, live)
    former_ids.settle(session, settled)
    freeing = opened.continuing if _has_todays_key(live) else frozenset[int]()
    former_ids.set_freeing(session, live, freeing)
    frees = live.commitment in freeing
    former_ids.displace(session, live, live, Displaced.PROVEN, now, frees=frees)
    _keep_others(session, past, live, now)
    kept = ("epoch", "commitment", "computer_id", "issued_on", "expires_on", "features", "refreshed_at")
    changes = {name: values[name] for name in kept}
    if values["computer_name"] != live.computer_name:
        changes["computer_name"] = values["computer_name"]
    # After a weak code nobody knows whether an earlier copy was left.
    mark = mark or live.commitment in opened.claimed
    activation_rows.change(session, live, **changes, continued_at=now, unproven_before=mark)
    return live


def replaced(
    session: Session, license: License, past: Past, live: Activation, values: dict[str, Any], by: By
) -> Activation:
    """Put the computer ID of `values` on the seat of one from which it does not go on."""
    is_stale, now = outcome_of(past) is Outcome.STALE, values["activated_at"]
    # The old row ends first: the database lets a machine have one live activation only.
    ended = {"ended_at": now, "ended_how": Ending.SUPERSEDED.value, "ended_by": by.who}
    activation_rows.change(session, live, **ended)
    activation = activation_rows.add(session, license, {**values, "unproven_before": True})
    activation_rows.change(session, live, replaced_by=activation.id)
    former_ids.hand_over(session, live, activation)
    if is_stale:
        former_ids.set_freeing(session, activation, past.opened.commitments)
    how = Displaced.STALE if is_stale else Displaced.UNPROVEN
    frees = not is_stale and _has_todays_key(live)
    facts = {"frees": frees, "settles": not is_stale, "counted": past.counts}
    facts["was_unproven"] = live.unproven_before
    former_ids.displace(session, live, activation, how, now, **facts)
    _keep_others(session, past, activation, now)
    return activation


def _has_todays_key(live: Activation) -> bool:
    """Whether a computer ID was made with today's activation key.

    The code of one that was not frees nothing that came with the new key: the wizard gives it up for that.
    """
    replaced_at, since = live.license.key_replaced_at, live.continued_at or live.activated_at
    return replaced_at is None or since >= replaced_at


def seated(session: Session, past: Past, activation: Activation, now: datetime) -> None:
    """Keep what came as proof with the first computer ID of a seat."""
    _keep_others(session, past, activation, now)


def _settled(past: Past, live: Activation) -> tuple[bool, Sequence[FormerComputerId]]:
    """Return the mark of a live activation, and what was displaced without proof and is proven now."""
    open_ones = [one for one in past.of_live if one.settles]
    settled = [one for one in open_ones if one.commitment in past.opened.commitments]
    if settled and len(settled) == len(open_ones):
        return min(settled, key=lambda one: one.id).was_unproven, settled
    return live.unproven_before, settled


def _keep_others(session: Session, past: Past, activation: Activation, now: datetime) -> None:
    if not past.opened.levels:
        return
    known = {one.commitment for one in past.machine} | {one.commitment for one in past.former}
    others = past.opened.commitments - known - {activation.commitment}
    former_ids.keep(session, activation, others, past.opened.continuing, now)

"""What the server's tables and the computers' disks show, and what must never be seen there."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.claims import has_ended
from keyferry.protocol.computer_id import read_computer_id
from keyferry.server.core.licensing import former_ids, licenses
from keyferry.server.core.models import Activation, Ending, FormerComputerId, License
from keyferry.server.db import transaction
from keyferry.wizard.results import LicenseState

from .computers import Computer
from .worlds import World


@dataclass(frozen=True)
class Seat:
    """A row of the server: who has or had a seat, and every computer ID that it went through."""

    fingerprint: int
    live: str | None
    commitments: frozenset[int]
    ended: str | None


@dataclass(frozen=True)
class Evidence:
    """What the server knows of one license."""

    seats: tuple[Seat, ...]
    counted: int

    def live_on(self, fingerprint: int) -> str | None:
        """Return the computer ID that holds a seat on a machine."""
        return next((seat.live for seat in self.seats if seat.live and seat.fingerprint == fingerprint), None)


def look(key: ActivationKey) -> Evidence:
    """Read what the server knows of a license."""
    with transaction() as session:
        license = licenses.find(session, key)
        rows = session.scalars(
            select(Activation).where(Activation.license_id == license.id).order_by(Activation.id)
        )
        seats = tuple(_seat(session, row) for row in rows)
        return Evidence(seats, _counted(session, license))


def uncounted_takeover(world: World, before: Evidence, after: Evidence) -> str | None:
    """Return how a stranger got a seat of the first computer without being counted, or a proof on it."""
    own = {one.computer_id.text for one in world.strangers}
    own_commitments = {one.computer_id.commitment for one in world.strangers}
    fingerprint = world.computers[0].fingerprint
    was, now = before.live_on(fingerprint), after.live_on(fingerprint)
    if was and now and now in own and was not in own and after.counted <= before.counted:
        return f"a stranger went on from {was} uncounted"
    for seat, former in zip(after.seats, before.seats, strict=False):
        ends_now = seat.ended == Ending.PROVEN.value and former.ended is None
        if ends_now and former.live in own and not seat.commitments <= own_commitments:
            return "a stranger's release counts as proven on a seat that somebody else had"
    return None


def copy_that_runs(world: World) -> str | None:
    """Return which copy runs beside its own anchor though its seat was proven to be given up."""
    for key in world.keys:
        for seat in look(key).seats:
            if seat.ended == Ending.PROVEN.value:
                found = next(filter(None, (_runs(one, seat) for one in world.computers)), None)
                if found:
                    return found
    return None


def lease_that_revived(world: World) -> str | None:
    """Start the application wherever a license is; return which runs again after its lease had ended."""
    for computer in world.computers:
        for folder in computer.folders:
            status = computer.status(folder)
            if status.claims is None or status.claims.expires is None or status.computer_id is None:
                continue
            lease = (computer.name, status.computer_id.text, status.claims.expires)
            if status.state is LicenseState.EXPIRED and has_ended(
                status.claims.expires, computer.true_time()
            ):
                world.ended_leases.add(lease)
            elif status.state is LicenseState.ACTIVE and lease in world.ended_leases:
                return f"{computer.name} runs in {folder} on a lease that ended {status.claims.expires}"
    return None


def own_counts(world: World) -> int:
    """Return how many replacements of any license count against its computer."""
    return sum(look(key).counted for key in world.keys)


def _runs(computer: Computer, seat: Seat) -> str | None:
    number = computer.anchor_number() if computer.fingerprint == seat.fingerprint else None
    if number is None:
        return None
    for folder in computer.folders:
        state = computer.state(folder)
        if state is None or state.license is None or state.license.grant.line.anchor != number:
            continue
        active = computer.is_active(folder)
        if active and read_computer_id(active).commitment in seat.commitments:
            return f"{computer.name} runs in {folder} on {active}"
    return None


def _seat(session: Session, row: Activation) -> Seat:
    former = session.scalars(
        select(FormerComputerId.commitment).where(FormerComputerId.activation_id == row.id)
    )
    live = row.computer_id if row.ended_at is None else None
    return Seat(row.fingerprint, live, frozenset({row.commitment, *former}), row.ended_how)


def _counted(session: Session, license: License) -> int:
    return session.scalars(
        select(func.count(FormerComputerId.id)).where(
            FormerComputerId.license_id == license.id,
            FormerComputerId.how.in_(former_ids.WITHOUT_PROOF),
            FormerComputerId.counted,
        )
    ).one()

"""How a state follows from another one; nothing here touches a disk, a clock or a machine.

`anchored` is what the anchor holds, None if there is none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.errors import ProtocolError
from keyferry.protocol.openings import Level
from keyferry.protocol.request_token import MOST_OPENINGS
from keyferry.wizard.anchor import Anchored
from keyferry.wizard.clock import is_outdated, moved_back
from keyferry.wizard.grants import Carried, GivenUp, Grant, Line
from keyferry.wizard.state import State, StoredLicense
from keyferry.wizard.this_machine import Proof


@dataclass(frozen=True)
class Asked:
    """What somebody asks for: a key in an epoch, and whether the page no longer takes what waits for it."""

    key: ActivationKey
    epoch: int
    name: str | None
    new_request: bool
    now: datetime


def settled(state: State, anchored: Anchored | None) -> State:
    """Return the state in which everything is given up that the anchor knows as such: its code is shown."""
    if anchored is None:
        return state
    burnt = [grant for grant in state.held if anchored.has_burnt(grant.line)]
    return _without(state, burnt, anchored) if burnt else state


def with_request(
    state: State, asked: Asked, anchored: Anchored | None, new_secret: Callable[[], bytes]
) -> tuple[State, Grant]:
    """Return the state and the grant that serves a request: the newest that waits for it, or a new one.

    What was begun in another epoch, or before a wrong time, serves no more, but stays until it is given up,
    and the new request goes on from it. A new one that a person asks for is made only if it can go on from
    all.
    """
    serving = [
        grant
        for grant in state.kept_of(asked.key)
        if grant.epoch == asked.epoch and not is_outdated(grant, state.latest_seen, asked.now)
    ]
    if serving and not (asked.new_request and len(_since_activation(state, asked.key)) < MOST_OPENINGS):
        grant = serving[-1]
        shown = replace(
            grant,
            computer_name=asked.name or grant.computer_name,
            instead=grant.instead or asked.new_request,
        )
        kept = tuple(shown if each is grant else each for each in state.kept)
        return replace(state, kept=kept), shown
    grant = _begun(state, asked, anchored, new_secret())
    return replace(state, kept=(*state.kept, grant)), grant


def begins_line(state: State, grant: Grant) -> bool:
    """Return whether a grant is new beside a state, and goes on with nothing in it."""
    return all(each.secret != grant.secret and each.line != grant.line for each in state.held)


def without_asking_anew(state: State, key: ActivationKey) -> State:
    """Return the state in which the computer ID of the license in use is typed again, not a new one."""
    kept = tuple(
        replace(grant, instead=False) if grant.activation_key == key else grant for grant in state.kept
    )
    return replace(state, kept=kept)


def typed_instead(state: State, grant: Grant, *, retired: Callable[[Grant], bool]) -> Grant:
    """Return the grant whose computer ID a person types for a request: the license's, as long as that serves.

    The page renews that one without a count, also beside newer keys. It helps no more if its epoch is
    retired, or if the page no longer takes it.
    """
    license_grant = state.license.grant if state.license else None
    if license_grant is None or license_grant.activation_key != grant.activation_key:
        return grant
    return grant if grant.instead or retired(license_grant) else license_grant


def proved(state: State, read: Callable[[Grant], Proof]) -> tuple[Grant, Proof]:
    """Verify a key or file for what waits, the newest first, else for the license; raises ProtocolError."""
    refusals: list[ProtocolError] = []
    in_use = (state.license.grant,) if state.license else ()
    for grant in (*reversed(state.kept), *in_use):
        try:
            return grant, read(grant)
        except ProtocolError as error:
            refusals.append(error)
    # The person was asked to scan what waits: its refusal has the right words.
    raise refusals[0]


def with_license(state: State, grant: Grant, proof: Proof, anchored: Anchored | None) -> State:
    """Return the state in which a proof activates a grant: one that waited, or again the license's.

    Of its activation key, the requests that are older are dropped: it went on from them. A license of another
    key is given up with what goes on from it, so that its code can free that seat.
    """
    if state.license is None or grant != state.license.grant:
        if state.license is not None and replaced_key(state, grant):
            line = state.license.grant.line
            state = _without(state, [each for each in state.held if each.line == line], anchored)
        kept = tuple(
            each
            for each in state.kept
            if each.activation_key != grant.activation_key or each.number > grant.number
        )
        state = replace(state, kept=kept)
        grant = replace(grant, wrong_time=None, instead=False)
    stored = StoredLicense(grant, computer_key=proof.computer_key, license_file=proof.license_file)
    return replace(state, license=stored)


def replaced_key(state: State, grant: Grant) -> ActivationKey | None:
    """Return the activation key that a grant replaces, if that is another one."""
    if state.license is None or state.license.grant.activation_key == grant.activation_key:
        return None
    return state.license.grant.activation_key


def without_key(state: State, key: ActivationKey, anchored: Anchored | None) -> State:
    """Return the state in which everything of an activation key is given up."""
    return _without(state, [grant for grant in state.held if grant.activation_key == key], anchored)


def _without(state: State, gone: list[Grant], anchored: Anchored | None) -> State:
    in_use = state.license.grant if state.license else None
    given_up = [
        GivenUp(grant, _level_now(state, grant, gone, anchored), in_use=grant == in_use)
        # Codes are shown in the opposite order: the license's, then the requests' in theirs.
        for grant in sorted(gone, key=lambda each: (each == in_use, -each.number))
    ]
    left = replace(
        state,
        license=None if in_use in gone else state.license,
        kept=tuple(grant for grant in state.kept if grant not in gone),
    )
    return left.with_given_up(*given_up)


def _level_now(state: State, grant: Grant, gone: list[Grant], anchored: Anchored | None) -> Level:
    """Return the strongest code that may be shown of a grant that is given up now.

    A proof says that nothing runs on the seat any more. So it is none while something of another key is held
    from which the grant's line went on: to the server both may be one seat.
    """
    opened = {each.activation_key for one in state.held if one.line == grant.line for each in one.carries}
    opened.discard(grant.activation_key)
    if anchored is None or any(each.activation_key in opened for each in state.held if each not in gone):
        return Level.CLAIM
    return anchored.level_of(grant.line)


def _begun(state: State, asked: Asked, anchored: Anchored | None, secret: bytes) -> Grant:
    """Return a new grant: it goes on with the line of the license, or else of the newest request."""
    before = _in_use(state, asked.key) or next(reversed(state.kept_of(asked.key)), None)
    return Grant(
        activation_key=asked.key,
        epoch=asked.epoch,
        secret=secret,
        line=before.line if before else Line.begun_with(secret, anchored.number if anchored else None),
        number=state.next_number,
        computer_name=asked.name or state.computer_name,
        wrong_time=wrong_time(state, asked.now),
        instead=asked.new_request or any(grant.instead for grant in state.kept_of(asked.key)),
        carries=_openings(state, asked.key, anchored),
    )


def _openings(state: State, key: ActivationKey, anchored: Anchored | None) -> tuple[Carried, ...]:
    """Return what a new request goes on from: the newest activation first, then what was begun after it."""
    carried = [
        grant.carried_as(level_to_show(given, anchored) if given else Level.CONTINUATION)
        for grant, given in _since_activation(state, key)
    ]
    if not carried and state.license is not None:
        # The vendor may have replaced the activation key: then it's the same license, and the same seat. What
        # was begun for its former key may hold that already, also where its key was never typed.
        former = _since_activation(state, state.license.grant.activation_key)
        return tuple(grant.carried_as(Level.CONTINUATION) for grant, _ in former[:MOST_OPENINGS])
    in_use = _in_use(state, key)
    if in_use and in_use.line == Line.begun_with(in_use.secret, in_use.line.anchor):
        # The first renewal: the activation may have been typed, and its openings never seen.
        carried += [each for each in in_use.carries if each.level is not Level.CONTINUATION]
    return tuple(carried[:MOST_OPENINGS])


def _since_activation(state: State, key: ActivationKey) -> list[tuple[Grant, GivenUp | None]]:
    """Return the newest activation of a key, then what was begun after it, the newest first.

    That is the license in use, or else the newest one that was given up; beside a license, what was given up
    before it no longer matters.
    """
    in_use = _in_use(state, key)
    found: list[tuple[Grant, GivenUp | None]] = [(grant, None) for grant in state.kept_of(key)]
    if in_use:
        found.append((in_use, None))
    else:
        found += [(given.grant, given) for given in state.given_up_of(key)]
    activated = [grant.number for grant, given in found if grant == in_use or (given and given.in_use)]
    newest = max(activated, default=0)
    since = [each for each in found if each[0].number >= newest]
    # The activation before everything else, in case that is too much.
    return sorted(since, key=lambda each: (each[0].number != newest, -each[0].number))


def level_to_show(given: GivenUp, anchored: Anchored | None) -> Level:
    """Return the strongest code that may be shown of what was given up: here, too, and not only there."""
    return min(given.level, anchored.level_later(given.grant.line) if anchored else Level.CLAIM)


def wrong_time(state: State, now: datetime) -> datetime | None:
    """Return the latest time seen if the clock is far behind it."""
    return state.latest_seen if moved_back(now, state.latest_seen) else None


def _in_use(state: State, key: ActivationKey) -> Grant | None:
    grant = state.license.grant if state.license else None
    return grant if grant and grant.activation_key == key else None

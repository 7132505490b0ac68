"""What the control answers of a grant: computer IDs, addresses, and the codes of what was given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.deactivation import DeactivationCode
from keyferry.protocol.request_token import MOST_CODES
from keyferry.wizard import transitions
from keyferry.wizard.anchor import Anchored
from keyferry.wizard.clock import is_outdated
from keyferry.wizard.grants import Grant
from keyferry.wizard.memory import Remembered
from keyferry.wizard.results import Begun, Code, Released
from keyferry.wizard.state import State
from keyferry.wizard.this_machine import ThisMachine


@dataclass(frozen=True)
class Presenter:
    """Computes what is shown, from what is remembered and the machine that it is shown on."""

    machine: ThisMachine
    shared: bool

    def typed(self, state: State, grant: Grant) -> Grant:
        """Return the grant whose computer ID a person types for a request."""
        return transitions.typed_instead(state, grant, retired=self.machine.is_retired)

    def begun(self, found: Remembered, grant: Grant, now: datetime) -> Begun:
        """Return a request as it is shown."""
        typed = self.typed(found.state, grant)
        url, *shorter_urls = self.machine.activation_urls(grant)
        return Begun(
            activation_key=grant.activation_key,
            computer_id=self.machine.computer_id(typed),
            computer_name=grant.computer_name,
            url=url,
            renewal=typed is not grant,
            scanned_id=self.machine.computer_id(grant),
            shorter_urls=tuple(shorter_urls),
            outdated=is_outdated(grant, found.state.latest_seen, now),
            may_replace_account=found.state.license is None and not self.shared,
        )

    def released(self, state: State, anchored: Anchored | None, key: ActivationKey) -> Released:
        """Return the codes of an activation key, the newest license's first; some of it was given up."""
        given_up = tuple(reversed(state.given_up_of(key)))
        levels = [transitions.level_to_show(given, anchored) for given in given_up]
        openings = [
            self.machine.opening(given.grant.carried_as(level))
            for given, level in zip(given_up, levels, strict=True)
        ]
        newest = given_up[0].grant
        url, *shorter_urls = self.machine.deactivation_urls(newest, tuple(openings[:MOST_CODES]))
        return Released(
            activation_key=key,
            computer_id=self.machine.computer_id(newest),
            computer_name=newest.computer_name,
            codes=tuple(
                Code(self.machine.computer_id(given.grant), DeactivationCode.of(opening), opening.level)
                for given, opening in zip(given_up, openings, strict=True)
            ),
            url=url,
            shorter_urls=tuple(shorter_urls),
            other_keys=tuple(
                other
                for other in dict.fromkeys(given.grant.activation_key for given in reversed(state.given_up))
                if other != key
            ),
        )

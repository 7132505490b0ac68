"""What the wizard remembers: the license, the requests that wait, what was given up, and the latest time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.keys import FIRST_EPOCH
from keyferry.wizard.grants import GivenUp, Grant, Line

# Enough for anyone who moves licenses by hand; it bounds the file.
MOST_GIVEN_UP = 64


@dataclass(frozen=True)
class StoredLicense:
    """A grant with what proves it: a canonical computer key or, instead, the text of a license file."""

    grant: Grant
    computer_key: str | None = field(default=None, repr=False)
    license_file: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class State:
    """The whole state of one product on one computer.

    `kept` are the requests that wait for their keys, the oldest first; `given_up` is what was deactivated,
    the newest last, and of one deactivation the license last. `anchor_place` is the anchor's folder, if it
    is a file.
    """

    product_number: int
    fingerprint: int
    anchor_place: str | None = None
    license: StoredLicense | None = None
    kept: tuple[Grant, ...] = ()
    given_up: tuple[GivenUp, ...] = ()
    latest_seen: datetime | None = None

    @property
    def held(self) -> tuple[Grant, ...]:
        """Return what is not given up: the grant in use, then the requests, the newest first."""
        in_use = (self.license.grant,) if self.license else ()
        return (*in_use, *reversed(self.kept))

    @property
    def lines_given_up(self) -> tuple[Line, ...]:
        """Return the lines that the anchor must know as given up."""
        return tuple(dict.fromkeys(given.grant.line for given in self.given_up))

    @property
    def next_number(self) -> int:
        """Return the number of the next request."""
        return 1 + max((grant.number for grant in self._grants), default=0)

    @property
    def newest_epoch(self) -> int:
        """Return the newest epoch that a grant names, which the seal must not be below."""
        return max((grant.epoch for grant in self._grants), default=FIRST_EPOCH)

    @property
    def computer_name(self) -> str | None:
        """Return the name that was given last: asked for once, it need not be given again."""
        newest = sorted(self._grants, key=lambda grant: grant.number, reverse=True)
        return next((grant.computer_name for grant in newest if grant.computer_name), None)

    def kept_of(self, key: ActivationKey) -> tuple[Grant, ...]:
        """Return the requests of an activation key, the oldest first."""
        return tuple(grant for grant in self.kept if grant.activation_key == key)

    def given_up_of(self, key: ActivationKey) -> tuple[GivenUp, ...]:
        """Return what was given up of an activation key, the newest last."""
        return tuple(given for given in self.given_up if given.grant.activation_key == key)

    def with_given_up(self, *given: GivenUp) -> State:
        """Return this state with grants added to what was given up."""
        return replace(self, given_up=(*self.given_up, *given)[-MOST_GIVEN_UP:])

    @property
    def _grants(self) -> tuple[Grant, ...]:
        return (*self.held, *(given.grant for given in self.given_up))

"""What the wizard keeps of one activation: its secret, its line, and what its request carries."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.alphabet import top_bits
from keyferry.protocol.keys import labeled
from keyferry.protocol.openings import Level

LINE_BITS = 64


@dataclass(frozen=True)
class Line:
    """A first secret that was begun without proof, and all that goes on from it, in whatever folder.

    `digest` is that of the first secret (64 bits), `anchor` the number of the anchor beside which it began.
    """

    digest: int
    anchor: int | None

    @classmethod
    def begun_with(cls, secret: bytes, anchor: int | None) -> Line:
        """Return the line of a first secret."""
        return cls(top_bits(hashlib.sha256(labeled("wizard line", secret)).digest(), LINE_BITS), anchor)


@dataclass(frozen=True)
class Carried:
    """An opening that a request carries: of which activation key and secret, and how much it may prove."""

    level: Level
    activation_key: ActivationKey
    epoch: int
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class Grant:
    """One activation, begun or complete: the input of its computer ID and deactivation verification code.

    `number` counts the requests of a state: what has a higher one was begun later.
    """

    activation_key: ActivationKey
    epoch: int
    secret: bytes = field(repr=False)
    line: Line
    number: int
    computer_name: str | None = None
    wrong_time: datetime | None = None
    """The latest time seen when this was begun, if the clock was far behind it: its key may correct that."""
    instead: bool = False
    """Whether a person asked for it because the page no longer took what was shown before."""
    carries: tuple[Carried, ...] = ()

    def carried_as(self, level: Level) -> Carried:
        """Return this secret as a later request carries it."""
        return Carried(level, self.activation_key, self.epoch, self.secret)


@dataclass(frozen=True)
class GivenUp:
    """A grant that was given up, and the code that may be shown: PROOF or CLAIM."""

    grant: Grant
    level: Level
    in_use: bool
    """Whether it had been the license, and not only a request."""

"""Reading the openings of a request: scrypt for each, outside of any transaction and any lock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.openings import Level, Opening, commitment
from keyferry.server.core.turns import Turns

# Each scrypt takes 16 MiB and a core for some 40 ms: a flood of guesses waits here instead of filling memory.
TURNS = Turns(2, wait_seconds=10)
"""Whose turn it is to open a commitment."""


@dataclass(frozen=True)
class Opened:
    """Which commitments of a machine the openings of a request open, each with its level.

    `is_wrong` tells that they were compared with something and open nothing of it.
    """

    levels: Sequence[tuple[int, Level]] = ()
    is_wrong: bool = False

    @property
    def commitments(self) -> frozenset[int]:
        """All that was opened."""
        return frozenset(one for one, _ in self.levels)

    @property
    def continuing(self) -> frozenset[int]:
        """What was opened by nothing that would have released it."""
        used = {one for one, level in self.levels if level is not Level.CONTINUATION}
        return self.commitments - used

    @property
    def claimed(self) -> frozenset[int]:
        """What was opened by a weak code."""
        return frozenset(one for one, level in self.levels if level is Level.CLAIM)


NOTHING = Opened()
"""Of a request without openings."""


class Unread(Exception):
    """The openings of a request decide, and nobody has read them: `read` them, and judge again."""

    def __init__(
        self,
        openings: Sequence[Opening],
        *,
        product_code: str,
        keys: Sequence[ActivationKey],
        fingerprint: int,
        known: Collection[int],
    ) -> None:
        super().__init__("the openings of this request were not read yet")
        self.is_compared = bool(known)
        self._openings, self._known = openings, known
        self._product_code, self._keys, self._fingerprint = product_code, keys, fingerprint

    def read(self) -> Opened:
        """Open what the machine had on the license, under the activation key asked for or a former one.

        What opens nothing known belongs to a request that never arrived, or is wrong. Raises Busy
        (server_busy).
        """
        levels = [(self._open(one), one.level) for one in self._openings]
        is_wrong = self.is_compared and not any(one in self._known for one, _ in levels)
        return Opened(levels, is_wrong)

    def _open(self, opening: Opening) -> int:
        found = [self._commitment(opening, self._keys[0])]
        for key in self._keys[1:]:
            if found[-1] in self._known:
                break
            found.append(self._commitment(opening, key))
        return found[-1] if found[-1] in self._known else found[0]

    def _commitment(self, opening: Opening, key: ActivationKey) -> int:
        with TURNS.turn():
            return commitment(
                opening,
                product_code=self._product_code,
                activation_key=key,
                fingerprint=self._fingerprint,
            )

"""A vendor's years as rows: products, customers, licenses, activations, the audit, attempts and mail.

Everything is drawn from one seed, so that both engines hold the same. Rows come in the order of their times,
as they would have been written, so what belongs together lies as mixed on the disk as it does for a vendor.
"""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from random import Random
from typing import Any

from keyferry.protocol.activation_key import ENTROPY_BYTES, ActivationKey
from keyferry.protocol.alphabet import SYMBOLS

Row = tuple[Any, ...]
NOW = datetime.now(UTC).replace(microsecond=0)
_YEARS = timedelta(days=3 * 365)
PRODUCTS = 7
_SHARES = (40, 25, 15, 10, 6, 3, 1)
# A key whose check group is right takes longer than all the rest: only these licenses have one.
REAL_KEY_EVERY = 20
_FEW = 10_000
_SEATS = (1, 1, 1, 1, 2, 2, 5, 10, 50)
_PAIRS = [first + second for first in SYMBOLS for second in SYMBOLS]
_FIRST = ("ada", "grace", "müller", "søren", "olga", "josé", "office", "einkauf", "license", "it")
_LAST = ("Lovelace", "Hopper", "Groß", "Ørsted", "Iwanowa", "García", "Nguyen", "Okafor", "長谷川")
_PLACES = ("LAB", "DESKTOP", "Prüfstand", "測定室", "Messplatz", "WS", "LAPTOP", "CNC")
_EVENTS = (
    *(("activated_new_seat", "phone", None, None),) * 8,
    *(("activated_same_seat", "phone", None, None),) * 4,
    *(("license_issued", "portal", "ada", None),) * 10,
    *(("mail_sent", "portal", "ada", None),) * 3,
    *(("released_proven", "phone", None, None),) * 2,
    ("license_renewed", "console", "grace", None),
    ("released_forced", "portal", "grace", None),
    ("activated_replacement", "self_help", None, None),
    ("activation_refused", "phone", None, "no_seat_left"),
)


def real_key_every(licenses: int) -> int:
    """Return which licenses have a key whose check group is right; of a few, all have one."""
    return REAL_KEY_EVERY if licenses > _FEW else 1


@dataclass(frozen=True)
class Sizes:
    """How much there is of everything, by the number of licenses."""

    licenses: int

    @property
    def activations(self) -> int:
        """1.2 for each license."""
        return self.licenses * 6 // 5

    @property
    def events(self) -> int:
        """A little over three for each license."""
        return self.licenses * 31 // 10

    @property
    def mails(self) -> int:
        """One for every second license."""
        return self.licenses // 2

    @property
    def attempts(self) -> int:
        """Those of the last hours, with those that nobody has removed yet."""
        return self.licenses // 50


class Years:
    """What a vendor has after some years, with so many licenses."""

    def __init__(self, licenses: int) -> None:
        self.sizes = Sizes(licenses)
        self._random = Random(licenses)

    @cached_property
    def _held(self) -> array[int]:
        """Return the customer of each license, 0 for none: most hold one or a few, and some hold 50."""
        held, customer = array("i", [0]), 0
        while len(held) <= self.sizes.licenses:
            if self._random.random() < 0.1:
                held.append(0)
                continue
            customer += 1
            held.extend([customer] * min(50, int(self._random.paretovariate(0.9))))
        del held[self.sizes.licenses + 1 :]
        # Nobody buys all that they ever have at once.
        mixed = held[1:].tolist()
        self._random.shuffle(mixed)
        return array("i", [0, *mixed])

    @cached_property
    def customers(self) -> int:
        """How many there are."""
        return max(self._held)

    @cached_property
    def _seats(self) -> array[int]:
        return array("i", [0, *self._random.choices(_SEATS, k=self.sizes.licenses)])

    @cached_property
    def _taken(self) -> tuple[array[int], array[int], list[str | None]]:
        """Return the license of each activation, whether it is live, and when each license was first used."""
        seats, random, sizes = self._seats, self._random.random, self.sizes
        used, first = array("i", bytes(4 * len(seats))), [None] * len(seats)
        of, live = array("i", [0]), array("b", [0])
        for number in range(1, sizes.activations + 1):
            license = 1 + int(random() * max(1, sizes.licenses * number // sizes.activations))
            license = min(license, sizes.licenses)
            is_live = used[license] < seats[license]
            used[license] += is_live
            of.append(license)
            live.append(is_live)
            if first[license] is None:
                first[license] = self._time(number, sizes.activations)[:10]  # type: ignore[call-overload]
        self._used = used
        return of, live, first  # type: ignore[return-value]

    def _time(self, number: int, of: int) -> str:
        # Twice as many in the second half as in the first: a vendor grows.
        back = _YEARS * (1 - (number / of) ** 0.6)
        at: str = (NOW - back).isoformat(" ", "microseconds")
        return at[:26]

    def _symbols(self, pairs: int) -> str:
        bits = self._random.getrandbits(10 * pairs)
        return "".join([_PAIRS[bits >> shift & 1023] for shift in range(0, 10 * pairs, 10)])

    @staticmethod
    def _address(customer: int) -> str:
        return f"{_FIRST[customer % 10]}.{customer}@company-{customer % 9973}.example"

    def customer_rows(self) -> Iterator[Row]:
        """Yield id, email, name, notes and created_at."""
        for number in range(1, self.customers + 1):
            first, email = _FIRST[number % 10], self._address(number)
            name = f"{first.title()} {self._random.choice(_LAST)} {number}" if number % 4 else None
            yield number, email, name, None, self._time(number, self.customers)

    def license_rows(self) -> Iterator[Row]:
        """Yield the columns that `loading` names."""
        _, _, first = self._taken
        products = self._random.choices(range(1, PRODUCTS + 1), _SHARES, k=self.sizes.licenses)
        for number, product in enumerate(products, 1):
            days = 365 if number % 15 == 0 else None
            ends = None if days or number % 3 == 0 else (NOW + timedelta(days=number * 7 % 1500 - 700)).date()
            yield (
                *(number, self._key(number), product, self._held[number] or None, self._seats[number]),
                *(self._used[number], ends and ends.isoformat(), days, first[number], None, number % 4),
                "suspended" if number % 60 == 0 else "active",
                f"order {number}, by fax" if number % 5 == 0 else None,
                *(self._time(number, self.sizes.licenses), None, None),
            )

    def _key(self, number: int) -> str:
        if number % real_key_every(self.sizes.licenses) == 0:
            return ActivationKey.generate(os.urandom(ENTROPY_BYTES)).text
        made = "1" + self._symbols(12)
        return f"{made[:5]}-{made[5:10]}-{made[10:15]}-{made[15:20]}-{made[20:]}"

    def activation_rows(self) -> Iterator[Row]:
        """Yield the columns that `loading` names; a computer ID fits its fingerprint."""
        of, live, _ = self._taken
        for number in range(1, self.sizes.activations + 1):
            at = self._time(number, self.sizes.activations)
            fingerprint, tail = self._random.getrandbits(40), self._symbols(8)
            places = (30, 20, 10, 0)
            made = (
                f"{1 + number % 2}"
                + "".join([_PAIRS[fingerprint >> shift & 1023] for shift in places])
                + tail
            )
            name = f"{self._random.choice(_PLACES)}-{self._random.randrange(100_000):05}"
            how = ("proven", "superseded", "claimed", "forced")[number % 4]
            yield (
                *(number, of[number], 1 + number % 2, fingerprint, number),
                f"{made[:5]}-{made[5:10]}-{made[10:15]}-{made[15:20]}-{made[20:]}",
                *(name if number % 20 else None, at[:10], None, 0, "phone", at, at),
                *((None, None) if live[number] else (at, how)),
                1 if number % 500 == 0 else 0,
            )

    def event_rows(self) -> Iterator[Row]:
        """Yield the columns that `loading` names; events of a license lie among those of others."""
        of, _, _ = self._taken
        for number in range(1, self.sizes.events + 1):
            event, channel, who, code = self._random.choice(_EVENTS)
            activation = 1 + number * (self.sizes.activations - 1) // self.sizes.events
            detail = json.dumps({"mail": number}) if event == "mail_sent" else None
            at = self._time(number, self.sizes.events)
            yield (
                number,
                at,
                event,
                channel,
                who,
                "203.0.113.9",
                1,
                of[activation],
                activation,
                "ABCDE",
                code,
                detail,
            )

    def mail_rows(self) -> Iterator[Row]:
        """Yield the columns that `loading` names; a hundredth of them, and 5000 at most, was not sent."""
        unsent = min(5000, self.sizes.mails // 100)
        for number in range(1, self.sizes.mails + 1):
            at = self._time(number, self.sizes.mails)
            waits = number > self.sizes.mails - unsent
            customer = 1 + number % self.customers
            recipient = self._address(customer)
            yield (
                *(number, at, at, "license_keys", recipient, None, 1 + number % self.sizes.licenses),
                *("portal", "ada", 1, at if waits else None, None if waits else at),
            )

    def attempt_rows(self) -> Iterator[Row]:
        """Yield bucket, end and count."""
        for number in range(self.sizes.attempts):
            yield f"{self._random.getrandbits(256):064x}", self._time(number + 1, self.sizes.attempts), 1

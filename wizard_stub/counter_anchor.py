"""An anchor on a counter that only grows, such as that of a TPM, which can hold nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from keyferry.wizard.anchor import Anchored
from keyferry.wizard.grants import Line


class Counter(Protocol):
    """A number that only grows, durably: both methods raise StorageUnavailable if they cannot do it."""

    def read(self) -> int | None:
        """Return the number, or None if there is none yet."""

    def raise_to(self, number: int) -> None:
        """Keep a number, or the present one if that is higher."""


class CounterAnchor:
    """Gives each line the next number when it begins; giving it up passes that, and whatever has a lower one.

    So a deactivation also ends licenses and requests of other activation keys whose lines began before it:
    their codes are shown, and they are activated again. A file is kinder. No seal is remembered.
    """

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    def read(self) -> Anchored | None:
        """Return the number that a line gets which begins now, and which lines were given up."""
        value = self._counter.read()
        return None if value is None else Anchored(value + 1, passed=value)

    def write(self, given_up: Sequence[Line], seal: int) -> None:
        """Let the counter pass the lines that were given up and began beside it."""
        value = self._counter.read() or 0
        numbers = [line.anchor for line in given_up if line.anchor is not None and line.anchor <= value + 1]
        self._counter.raise_to(max([value, *numbers]))

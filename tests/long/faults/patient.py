"""Customers who ask again until they have their key, and how long nobody got one."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from tests.long.faults.customers import PATIENCE, answer

PAUSE = 0.25


@dataclass(frozen=True)
class Try:
    body: bytes
    began: float
    ended: float
    status: int


class PatientCustomers:
    """Customers who ask the servers in turn, so many at once; whoever is refused for good goes away."""

    def __init__(self, ports: Sequence[int], bodies: Sequence[bytes], at_once: int) -> None:
        self._ports, self._waiting, self._at_once = itertools.cycle(ports), iter(bodies), at_once
        self._guard = threading.Condition()
        self.keys: dict[bytes, str] = {}
        self.refused: list[bytes] = []
        self.tries: list[Try] = []

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Have them activate while the block runs, and until they are done."""
        with ThreadPoolExecutor(self._at_once) as pool:
            done = [pool.submit(self._work) for _ in range(self._at_once)]
            yield
        for one in done:
            one.result()

    def await_keys(self, count: int) -> None:
        """Wait until so many have a key."""
        with self._guard:
            assert self._guard.wait_for(lambda: len(self.keys) >= count, PATIENCE)

    @property
    def without_service(self) -> tuple[float, float]:
        """The two answers between which the most time passed."""
        answered = sorted(one.ended for one in self.tries if one.status == 200)
        return max(itertools.pairwise(answered), key=lambda pair: pair[1] - pair[0])

    def failures_since(self, moment: float) -> int:
        """The most failures that any customer met with requests sent after this moment."""
        late = Counter(one.body for one in self.tries if one.began > moment and one.status not in (200, 403))
        return max(late.values(), default=0)

    def _work(self) -> None:
        while True:
            with self._guard:
                body = next(self._waiting, None)
            if body is None:
                return
            while not self._has_asked(body):
                pass

    def _has_asked(self, body: bytes) -> bool:
        """Ask once; return whether the answer is final, and pause if it isn't."""
        with self._guard:
            port = next(self._ports)
        began = time.monotonic()
        status, key = answer(port, body)
        with self._guard:
            self.tries.append(Try(body, began, time.monotonic(), status))
            if key is not None:
                self.keys[body] = key
                self._guard.notify_all()
            elif status == 403:
                self.refused.append(body)
            else:
                # It may be back once somebody is answered.
                self._guard.wait(PAUSE)
        return status in (200, 403)

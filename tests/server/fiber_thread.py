"""A thread that answers many at once, as the main thread of a server's process does."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from selectors import EVENT_READ, DefaultSelector

from keyferry.server.command_line.web_server.fibers import Fibers

LOOK_SECONDS = 0.05


class FiberThread:
    """Runs what is submitted as fibers of one thread."""

    def __init__(self) -> None:
        self._come: deque[Callable[[Fibers], None]] = deque()
        self._woken, self._wakes = os.pipe()
        self._ends = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def submit(self, work: Callable[..., object], *arguments: object) -> Future[object]:
        """Have something done as a fiber."""
        [done] = self.submit_all([lambda: work(*arguments)])
        return done

    def submit_all(self, works: list[Callable[[], object]]) -> list[Future[object]]:
        """Have several things done as fibers that come in the same round."""
        done: list[Future[object]] = [Future() for _ in works]

        def begin(fibers: Fibers) -> None:
            for work, future in zip(works, done, strict=True):
                fibers.start(lambda work=work, future=future: settle(future, work))

        self._come.append(begin)
        self._wake()
        return done

    def shutdown(self) -> None:
        """End the thread once nobody waits."""
        self._come.append(lambda _: setattr(self, "_ends", True))
        self._wake()
        self._thread.join()
        os.close(self._woken)
        os.close(self._wakes)

    def _wake(self) -> None:
        os.write(self._wakes, b"!")

    def _run(self) -> None:
        fibers = Fibers(self._wake)
        with DefaultSelector() as selector:
            selector.register(fibers, EVENT_READ, fibers.resume_ready)
            selector.register(self._woken, EVENT_READ, lambda woken: os.read(woken, 1))
            while not self._ends or fibers.waiting:
                for key, _ in selector.select(LOOK_SECONDS) or [(None, 0)]:
                    if key is None:
                        fibers.give_up_overdue()
                    else:
                        key.data(key.fd)
                while self._come:
                    self._come.popleft()(fibers)
                fibers.finish_round()
        fibers.close()


def settle(future: Future[object], work: Callable[[], object]) -> None:
    try:
        future.set_result(work())
    except Exception as error:  # noqa: BLE001 - the test raises it
        future.set_exception(error)

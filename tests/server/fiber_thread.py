"""A thread that answers many at once, as the main thread of a server's process does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue

from keyferry.server.command_line.web_server.fibers import Fibers

LOOK_SECONDS = 0.05


class FiberThread:
    """Runs what is submitted as fibers of one thread."""

    def __init__(self) -> None:
        self._come: SimpleQueue[Callable[[Fibers], None]] = SimpleQueue()
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

        self._come.put(begin)
        return done

    def shutdown(self) -> None:
        """End the thread once nobody waits."""
        self._come.put(lambda _: setattr(self, "_ends", True))
        self._thread.join()

    def _run(self) -> None:
        fibers = Fibers(lambda: self._come.put(lambda _: None))
        while not self._ends or fibers.waiting:
            try:
                self._come.get(timeout=LOOK_SECONDS)(fibers)
            except Empty:
                fibers.give_up_overdue()
            fibers.finish_round()


def settle(future: Future[object], work: Callable[[], object]) -> None:
    try:
        future.set_result(work())
    except Exception as error:  # noqa: BLE001 - the test raises it
        future.set_exception(error)

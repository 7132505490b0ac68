"""What the garbage collector leaves alone: looking through all of the application holds up a request."""

from __future__ import annotations

import gc

# A full pass looks through so many in a few milliseconds.
_MANY = 20_000
# Caches are full by then. What is spared and then thrown out of one might never be freed: this bounds it.
_TIMES = 10


def spare_what_lasts() -> None:
    """Have the collector skip what is there now, and what piles up as caches fill.

    A full pass took 50 to 100 ms, whichever request it happened in. What is spared is still freed as soon as
    nothing refers to it, except for cycles.
    """
    gc.collect()
    gc.freeze()
    gc.callbacks.append(_FullPasses().ended)


class _FullPasses:
    def __init__(self) -> None:
        self._left = _TIMES

    def ended(self, phase: str, info: dict[str, int]) -> None:
        """Spare what a full pass has left if that is much, and be called no more after the last time."""
        if phase != "stop" or info["generation"] != 2 or len(gc.get_objects(generation=2)) < _MANY:
            return
        gc.freeze()
        self._left -= 1
        if not self._left:
            gc.callbacks.remove(self.ended)

"""What the garbage collector leaves alone: looking through all of the application holds up a request."""

from __future__ import annotations

import gc

# Modules, templates and statements that are loaded by the first requests outlive these passes.
_PASSES = 2


def spare_what_lasts() -> None:
    """Have the collector skip what is there now, and what outlives its next full passes.

    Such a pass took 50 to 100 ms, whichever request it happened in. What is spared is still freed as soon as
    nothing refers to it, except for cycles: of those, only what requests were holding at these moments stays.
    """
    gc.collect()
    gc.freeze()
    gc.callbacks.append(_FullPasses().ended)


class _FullPasses:
    def __init__(self) -> None:
        self._left = _PASSES

    def ended(self, phase: str, info: dict[str, int]) -> None:
        """Spare what a full pass has left, and be called no more after the last one that counts."""
        if phase != "stop" or info["generation"] != 2:
            return
        gc.freeze()
        self._left -= 1
        if not self._left:
            gc.callbacks.remove(self.ended)

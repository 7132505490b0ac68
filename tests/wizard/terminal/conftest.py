from tests.loops import no_idle_waiting

__all__ = ["no_idle_waiting"]

"""A wizard and its vendor, as in `tests/wizard` and in its full screen."""

from tests.wizard.conftest import clock, key, machine, profile, run, vendor
from tests.wizard.terminal.conftest import begun, no_idle_waiting

__all__ = ["begun", "clock", "key", "machine", "no_idle_waiting", "profile", "run", "vendor"]

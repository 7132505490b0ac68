"""`keyferry console` is ended by the system."""

from tests.console.test_in_a_terminal import ends_the_session
from tests.terminals import Terminal


def end_it(terminal: Terminal) -> int:
    terminal.process.terminate()
    return terminal.ends_with()


def test_a_console_that_is_ended_ends_the_session(vendor, manager, settings):
    ends_the_session(manager, settings, end_it, 0)

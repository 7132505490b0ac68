"""The full screen in terminals of other kinds, without a network."""

import pytest

from tests.terminals import Terminal
from tests.wizard.terminal.test_opening import before, run_in_a_terminal

__all__ = ["Terminal", "before"]


@pytest.mark.parametrize("term", ["vt100", "linux"])
def test_the_full_screen_runs_in_a_terminal_where_the_network_is_refused(machine, vendor, before, term):
    run_in_a_terminal(machine, vendor, before, term)

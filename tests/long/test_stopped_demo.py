"""The demo is stopped in the ways that are seldom: Ctrl-C and kill are in `tests/end_to_end/test_demo.py`."""

import signal

import pytest

from tests.end_to_end.test_demo import stop_in_the_middle


@pytest.mark.parametrize(
    ("stop", "to_all"),
    [(signal.SIGINT, False), (signal.SIGTERM, True)],
    ids=["an interrupt to the demo alone", "a kill of the whole group"],
)
def test_a_demo_that_is_stopped_otherwise_leaves_nothing(root, tmp_path, stop, to_all):
    stop_in_the_middle(root, tmp_path, stop, to_all=to_all)

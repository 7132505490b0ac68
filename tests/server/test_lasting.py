"""A worker’s garbage collector leaves what lasts alone, and still finds what requests leave behind."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

_WORKER = """
import gc
import weakref

import keyferry.server.command_line.web_server
from keyferry.server.command_line.web_server.lasting import spare_what_lasts

class Cycle:
    def __init__(self):
        self.me = self

spare_what_lasts()
frozen, kept = [gc.get_freeze_count()], []
for _ in range(4):
    kept.append([Cycle() for _ in range(1000)])
    gc.collect()
    frozen.append(gc.get_freeze_count())
looked_through = len(gc.get_objects())
left = weakref.ref(Cycle())
gc.collect()
print(*frozen, looked_through, left() is None)
"""


@pytest.fixture(scope="module")
def worker() -> SimpleNamespace:
    done = subprocess.run([sys.executable, "-c", _WORKER], capture_output=True, text=True, check=True)
    *frozen, looked_through, freed = done.stdout.split()
    return SimpleNamespace(
        frozen=[int(one) for one in frozen], looked_through=int(looked_through), freed=freed
    )


def test_a_full_pass_does_not_look_through_the_application(worker):
    assert worker.frozen[0] > 10 * worker.looked_through


def test_what_the_first_requests_load_is_left_alone_too_and_no_more_after_that(worker):
    at_first, after_one, after_two, *later = worker.frozen
    assert at_first < after_one < after_two
    assert all(abs(one - after_two) < 100 for one in later)


def test_what_a_request_leaves_behind_is_still_found(worker):
    assert worker.freed == "True"

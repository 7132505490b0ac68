"""A worker’s garbage collector leaves what lasts alone, and still finds what requests leave behind."""

import json
import subprocess
import sys
from itertools import pairwise
from types import SimpleNamespace

import pytest

MOST_TIMES = 10
_WORKER = """
import gc
import json
import weakref

import keyferry.server.command_line.web_server
from keyferry.server.command_line.web_server.lasting import spare_what_lasts

class Cycle:
    def __init__(self):
        self.me = self

def frozen_after(objects):
    kept.append([Cycle() for _ in range(objects)])
    gc.collect()
    return gc.get_freeze_count()

kept = []
spare_what_lasts()
found = {"at_first": gc.get_freeze_count(), "after_few": frozen_after(1000)}
found["after_many"] = [frozen_after(20_000) for _ in range(12)]
kept.pop()
left = weakref.ref(Cycle())
gc.collect()
found["freed"] = left() is None
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def worker() -> SimpleNamespace:
    done = subprocess.run([sys.executable, "-c", _WORKER], capture_output=True, text=True, check=True)
    return SimpleNamespace(**json.loads(done.stdout))


def test_a_full_pass_does_not_look_through_the_application(worker):
    assert worker.at_first > 20_000


def test_what_a_few_requests_keep_is_looked_through(worker):
    assert abs(worker.after_few - worker.at_first) < 100


def test_what_piles_up_is_left_alone_so_many_times_and_no_more(worker):
    steps = [worker.after_few, *worker.after_many]
    spared = [after > before for before, after in pairwise(steps)]
    assert spared == [True] * MOST_TIMES + [False] * (len(spared) - MOST_TIMES)


def test_what_a_request_leaves_behind_is_still_found(worker):
    assert worker.freed

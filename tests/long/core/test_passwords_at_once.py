"""Passwords are checked by many threads at once, on any number of processors."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
# A bound and no measure: on a machine that is busy with much else, this takes minutes.
PATIENCE_SECONDS = 600
# With less memory, which changes how long it takes and not which threads it takes.
CHECK_AT_ONCE = """
import sys, threading
from dataclasses import replace
from keyferry.server.core.errors import Busy
from keyferry.server.core.staff import passwords

def ask(password, kept):
    # On a machine that is busy with much else, a turn may come too late: one asks again, as a person does.
    while True:
        try:
            return answers.append(passwords.fits(password, kept))
        except Busy:
            continue

passwords.COST = replace(passwords.COST, memory_kib=8 * 1024)
kept = passwords.hashed("correct horse battery")
for count in map(int, sys.argv[1:]):
    answers = []
    tries = [("correct horse battery", kept), ("wrong horse battery", kept), ("unknown", None)]
    threads = [
        threading.Thread(target=ask, args=tries[number % 3]) for number in range(count)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == count, answers
    assert answers.count(True) == (count + 2) // 3, answers
"""


@pytest.mark.parametrize("processors", sorted({1, 2, len(os.sched_getaffinity(0))}))
def test_any_number_of_threads_on_any_number_of_processors_check_a_password_and_end(processors):
    """Two derivations at once each held threads of OpenSSL's pool and waited for the rest, for ever."""
    some = sorted(os.sched_getaffinity(0))[:processors]
    script = f"import os; os.sched_setaffinity(0, {some})\n{CHECK_AT_ONCE}"
    done = subprocess.run(
        [sys.executable, "-c", script, "2", "8", "24"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")

"""An event loop for stories that a test tells while the same worker holds a browser."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import pytest


def run_in_a_loop(story: Coroutine[Any, Any, None]) -> None:
    """Run a story to its end, in a thread: a browser that is open holds the event loop of the test's own."""
    with ThreadPoolExecutor(1) as threads:
        threads.submit(copy_context().run, asyncio.run, story).result()


@pytest.fixture(autouse=True)
def no_idle_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual's own tests wait until the process is idle; `Person.settled` knows when all is done."""

    async def at_once(*_: float) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr("textual.app.wait_for_idle", at_once)
    monkeypatch.setattr("textual.pilot.wait_for_idle", at_once)

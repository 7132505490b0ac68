"""What a server process counts for Prometheus; imported only if metrics are switched on.

Each worker writes its counts into files of its own, and the process that shows them adds them up. A worker
that replaces a dead one goes on with its files, so no count ever decreases.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from flask import Flask
from prometheus_client import Counter, Gauge, Histogram, values
from prometheus_client.values import MultiProcessValue

from keyferry.server.core.events import Channel
from keyferry.server.core.licensing.activated import Activated
from keyferry.server.core.licensing.continuity import Outcome
from keyferry.server.core.licensing.deactivation import Released
from keyferry.server.core.models import Ending
from keyferry.server.parts import EXTENSION
from keyferry.server.web.watching import Answered
from keyferry.server.words.codes import is_guess

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable from which the library takes the folder of the files."""

_BUCKETS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
# Console and command line are processes of their own, which count nothing.
_CHANNELS = (Channel.PHONE, Channel.SELF_HELP, Channel.PORTAL)
_ALREADY = "already_released"
_STATUS = {hundreds: f"{hundreds}xx" for hundreds in range(1, 10)}


class _Bound(dict[tuple[str, ...], Any]):
    """The counts of a metric by their labels: the library's own lookup takes longer than the counting."""

    def __init__(self, metric: Counter | Histogram) -> None:
        super().__init__()
        self._metric = metric

    def __missing__(self, labels: tuple[str, ...]) -> Any:
        bound = self[labels] = self._metric.labels(*labels)
        return bound


class Counting:
    """The counts of one process.

    All labels are bounded: channels, outcomes, codes of `words.codes`, endpoints.
    """

    def __init__(self) -> None:
        named = ("channel", "outcome")
        self._activated = _Bound(
            Counter("keyferry_activations", "Computer keys given.", named, registry=None)
        )
        self._released = _Bound(Counter("keyferry_releases", "Seats released.", named, registry=None))
        self._refused = _Bound(
            Counter("keyferry_refusals", "Requests answered with an error.", ("code",), registry=None)
        )
        self._guesses = Counter("keyferry_guesses", "Refusals that count as a guess.", registry=None)
        self._answered = _Bound(
            Histogram(
                "keyferry_request_duration_seconds",
                "Time from a whole request to its answer.",
                ("endpoint", "status"),
                buckets=_BUCKETS,
                registry=None,
            )
        )
        self._begin()

    def _begin(self) -> None:
        # Prometheus sees the first one as an increase only if there was a zero before.
        for channel in _CHANNELS:
            for outcome in Outcome:
                self._activated[channel, outcome].inc(0)
            for outcome in (*Ending, _ALREADY):
                self._released[channel, outcome].inc(0)
        serving = "Processes that serve."
        Gauge("keyferry_workers", serving, multiprocess_mode="livesum", registry=None).set(1)

    def done(self, done: Activated | Released, channel: Channel) -> None:
        """Count an activation or a release."""
        if isinstance(done, Activated):
            self._activated[channel, done.outcome].inc()
        else:
            self._released[channel, _ALREADY if done.already_released else done.recorded].inc()

    def answered(self, answered: Answered) -> None:
        """Count a request, and its error if it was refused."""
        labels = answered.endpoint or "none", _STATUS[answered.status // 100]
        self._answered[labels].observe(answered.seconds)
        if answered.code is not None:
            self._refused[answered.code,].inc()
            if is_guess(answered.code):
                self._guesses.inc()


def count(app: Flask, folder: Path, place: int) -> Counting:
    """Count what this process does, in the files of its `place`, which no other process has at the same time.

    Activations and releases are counted from now on; pass `answered` to `watch` to count requests, too.
    """
    os.environ[FOLDER] = str(folder)
    values.ValueClass = MultiProcessValue(lambda: place)  # type: ignore[no-untyped-call]
    counting = Counting()
    app.extensions[EXTENSION].listeners.append(counting.done)
    return counting

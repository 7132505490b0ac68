"""Watching what a server answers, for metrics and logs; watchers see no key, no code and no token."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import Flask

from keyferry.server.web.request_ids import REQUEST_ID

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

CODE = "keyferry.code"
"""The name in a request's environment of the error code that it is answered with."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Answered(NamedTuple):
    """A request that was answered; of its address only the endpoint, None where there is none."""

    method: str
    endpoint: str | None
    status: int
    seconds: float
    code: str | None
    request_id: str


Watcher = Callable[[Answered], None]


def watch(app: Flask, *watchers: Watcher) -> None:
    """Tell the watchers about each request once its answer is made; sending it isn't part of the time."""
    inner = app.wsgi_app

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        begun, status = time.perf_counter(), 500
        endpoint: str | None = None

        def start(line: str, headers: list[tuple[str, str]], error: Any = None) -> Callable[[bytes], object]:
            nonlocal status, endpoint
            status = int(line[:3])
            # Once the answer is made, Flask takes the request out of its environment.
            endpoint = environ["werkzeug.request"].endpoint
            return start_response(line, headers, error)

        try:
            return inner(environ, start)
        finally:
            seconds = time.perf_counter() - begun
            method = environ["REQUEST_METHOD"]
            answered = Answered(
                # A stranger can send any word, and each would be a new label.
                method if method in _METHODS else "other",
                endpoint,
                status,
                seconds,
                environ.get(CODE),
                environ[REQUEST_ID],
            )
            for watcher in watchers:
                watcher(answered)

    app.wsgi_app = answer  # type: ignore[method-assign]

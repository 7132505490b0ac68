"""An ID for each request, in the log and in the answer, so that a customer can tell it to the vendor."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask

from keyferry.server.config import Settings

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

REQUEST_ID = "keyferry.request_id"
"""The name of the ID in a request's environment."""

_GIVEN = re.compile("[A-Za-z0-9._-]{1,64}")


def init_request_ids(app: Flask, settings: Settings) -> None:
    """Give each request an ID, or behind a trusted proxy keep the one in `X-Request-ID`."""
    inner, is_behind_proxy = app.wsgi_app, settings.trusted_proxies > 0

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        given = environ.get("HTTP_X_REQUEST_ID", "") if is_behind_proxy else ""
        # Eleven times as fast as a UUID; unlike `random`, it never repeats in a process that was forked.
        own = given if _GIVEN.fullmatch(given) else os.urandom(8).hex()
        environ[REQUEST_ID] = own

        def start(
            status: str, headers: list[tuple[str, str]], error: Any = None
        ) -> Callable[[bytes], object]:
            return start_response(status, [*headers, ("X-Request-ID", own)], error)

        return inner(environ, start)

    app.wsgi_app = answer  # type: ignore[method-assign]

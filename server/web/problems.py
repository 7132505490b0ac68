"""The one place where an error becomes an answer: RFC 9457 JSON for programs, a plain sentence for people."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, g, json, render_template, request
from flask.sansio.app import App
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from keyferry.protocol.sentences import CodedError, Sentence
from keyferry.server.config import ConfigError
from keyferry.server.core.errors import LicenseRefused, LimitReached, SecretUnreadable
from keyferry.server.db import explained
from keyferry.server.web import brand
from keyferry.server.web.languages import said
from keyferry.server.web.logs import IN_JSON, without_messages
from keyferry.server.web.request_ids import REQUEST_ID
from keyferry.server.web.watching import CODE
from keyferry.server.words.codes import CODES

logger = logging.getLogger(__name__)

API_PREFIXES = ("/phone/",)

# What makes the page that staff see, beside the other parts of the application.
_PAGE_FOR_STAFF = "keyferry.page_for_staff"

# What staff read instead: they are the vendor, and scan nothing there.
_FOR_STAFF = {
    404: Sentence("The address may be mistyped, or what was there is gone."),
    500: Sentence(
        "The server failed, not you. Before you try again, check whether the change was saved. If it happens "
        "again, give the report number to whoever runs the server."
    ),
}

# What whoever runs the server has to set right, and no developer.
_KNOWN = (SecretUnreadable, ConfigError)
# A part of a rule that an address fills.
_PART = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")

_HTTP = {
    400: ("malformed_request", Sentence("This request can’t be read. Reload the page and try again.")),
    403: (
        "foreign_form",
        Sentence(
            "This was sent from another site or before you signed in here. Nothing has changed. Open "
            "the page again and repeat it there."
        ),
    ),
    404: (
        "not_found",
        Sentence(
            "The link may be cut short. If it came from a QR code, scan the code again, with all of it in "
            "the picture."
        ),
    ),
    405: ("method_not_allowed", Sentence("This address doesn’t accept this kind of request.")),
    413: ("request_too_large", Sentence("This is too long. Shorten it, or scan the QR code again.")),
    415: (
        "unsupported_media_type",
        Sentence("Send the request as JSON, with Content-Type: application/json."),
    ),
    500: (
        "internal_error",
        Sentence("It’s our fault, not yours. Try again. If it happens again, tell the vendor."),
    ),
}


def init_problems(app: Flask) -> None:
    """Register the handlers for every error that can reach the edge."""
    app.register_error_handler(CodedError, answered)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(SQLAlchemyError, _database_trouble)
    app.register_error_handler(Exception, _unexpected)
    # What fails while a refusal is answered passes by the handlers, and comes back to one as an
    # InternalServerError; Flask itself would log its messages.
    app.log_exception = lambda fault: None  # type: ignore[assignment,method-assign]


def show_staff(app: App, page: Callable[[dict[str, Any]], str]) -> None:
    """Have `page` make what staff see of an error."""
    app.extensions[_PAGE_FOR_STAFF] = page


def answer(
    code: str,
    detail: str,
    *,
    suggestion: str | None = None,
    offers_link: bool = False,
    seats: object = None,
) -> Response:
    """Return the answer to an error by its code; `seats` is how many there are, where all are taken."""
    status = CODES[code].status
    request.environ[CODE] = code
    if not request.path.startswith(API_PREFIXES):
        return _for_people(int(status), said(detail))
    problem = {
        "type": f"urn:keyferry:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "code": code,
        "detail": detail,
    }
    if suggestion is not None:
        problem["suggestion"] = suggestion
    if offers_link:
        problem["release_link"] = True
    if seats is not None:
        problem["seats"] = seats
    if (request_id := _request_id(status)) is not None:
        problem["request_id"] = request_id
    return Response(json.dumps(problem), status, mimetype="application/problem+json")


def refused(error: CodedError, page: str) -> Response:
    """Return a page that shows a refusal, such as the form that was sent; its status is the error's."""
    if error.code not in CODES:
        return answered(error)
    request.environ[CODE] = error.code
    return _with_wait(error, Response(page, CODES[error.code].status, mimetype="text/html"))


def _for_people(status: int, detail: str) -> Response:
    wants_html = any(mimetype == "text/html" for mimetype, _ in request.accept_mimetypes)
    if not wants_html:
        return Response(f"{detail}\n", status, mimetype="text/plain")
    shown = {"status": status, "detail": detail, "request_id": _request_id(status)}
    if _is_for_staff():
        # Staff ask nobody.
        page = current_app.extensions[_PAGE_FOR_STAFF](shown)
    else:
        # A database that is busy now need not be asked whom to ask.
        asks = status != HTTPStatus.SERVICE_UNAVAILABLE
        site = g.get("site") or brand.in_trouble(asks=asks)
        page = render_template("site/problem.html", site=site, **shown)
    return Response(page, status, mimetype="text/html")


def answered(error: CodedError) -> Response:
    """Return the answer to an error; one that no face should meet is a fault of ours."""
    if error.code not in CODES:
        return _unexpected(error)
    offers_link = isinstance(error, LicenseRefused) and error.offers_link
    detail = error.args[0]
    seats = detail.values.get("seats") if isinstance(detail, Sentence) else None
    return _with_wait(
        error,
        answer(error.code, detail, suggestion=error.suggestion, offers_link=offers_link, seats=seats),
    )


def _with_wait(error: CodedError, response: Response) -> Response:
    if isinstance(error, LimitReached) and error.retry_after is not None:
        response.headers["Retry-After"] = str(max(1, round(error.retry_after.total_seconds())))
    return response


def _http_error(error: HTTPException) -> Response:
    fault = getattr(error, "original_exception", None)
    if fault is not None:
        return _database_trouble(fault) if isinstance(fault, SQLAlchemyError) else _unexpected(fault)
    known = error.code if error.code in _HTTP else 400 if (error.code or 500) < 500 else 500
    response = answer(*_of_status(known))
    allowed = error.get_response().headers.get("Allow")
    if allowed:
        response.headers["Allow"] = allowed
    return response


def _database_trouble(error: SQLAlchemyError) -> Response:
    """Have whoever comes while the database is in trouble come again; all else is a fault of ours."""
    known = explained(error)
    if known is None:
        return _unexpected(error)
    _log(f"was answered with 503: {known.code}")
    # Not that it is busy: its disk may be full. Nor that nothing was done: the connection may have ended.
    response = answer(
        "server_busy", Sentence("The server can’t answer right now. Try again in a few seconds.")
    )
    response.headers["Retry-After"] = "5"
    return response


def _unexpected(error: Exception) -> Response:
    """Log why it failed where that is known, otherwise where it happened and of what kind it was."""
    if isinstance(error, _KNOWN):
        _log(f"failed: {error} ({error.code})")
    else:
        _log(f"failed:\n{without_messages(error)}")
    return answer(*_of_status(500))


def _of_status(status: int) -> tuple[str, Sentence]:
    code, sentence = _HTTP[status]
    return code, _FOR_STAFF.get(status, sentence) if _is_for_staff() else sentence


def _is_for_staff() -> bool:
    return request.path.startswith("/portal/")


def _log(what: str) -> None:
    """Log what became of a request, in one line where that is known.

    Of its address there are only the words and numbers of ours: a link may carry anything, and so does a
    misspelled one. A log for programs gets the rule itself.
    """
    rule = request.url_rule.rule if request.url_rule else "unknown address"
    given = request.view_args or {}
    shown = _PART.sub(lambda part: str(found) if isinstance(found := given.get(part[1]), int) else "…", rule)
    logger.error("%s %s %s", request.method, shown, what, extra={IN_JSON: f"{request.method} {rule} {what}"})


def _request_id(status: int) -> str | None:
    """Return what leads whoever is told of a fault of ours to its line in the log."""
    return request.environ.get(REQUEST_ID) if status >= HTTPStatus.INTERNAL_SERVER_ERROR else None

"""Log lines, for people or as JSON, with the ID of the request that they are about."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any

from flask import has_request_context, request

from keyferry.protocol.sentences import CodedError
from keyferry.server.config import LogFormat
from keyferry.server.web.addresses import without_secrets
from keyferry.server.web.request_ids import REQUEST_ID
from keyferry.server.web.watching import Answered

IN_JSON = "message_in_json"
"""The attribute of a log record that replaces its message in JSON."""

_TEXT = "[%(asctime)s] [%(process)d] [%(levelname)s] %(message)s"

_requests = logging.getLogger("keyferry.requests")


def without_messages(error: BaseException) -> str:
    """Return where an error happened and of what kind it was; messages of others quote keys and addresses."""
    cause = error.__cause__ or error.__context__
    before = f"{without_messages(cause)}\ncaused\n" if cause is not None else ""
    frames = "".join(traceback.format_tb(error.__traceback__))
    # Ours hold nothing that was typed.
    reason = f": {error}" if isinstance(error, CodedError) else ""
    return f"{before}{frames}{type(error).__module__}.{type(error).__qualname__}{reason}"


class _Lines(logging.Formatter):
    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's own name
        """Return a traceback without messages."""
        return without_messages(ei[1]) if ei[1] is not None else ""


class TextLines(_Lines):
    """Lines for people, with the ID before the message."""

    def __init__(self, format: str = _TEXT, date_format: str | None = None) -> None:
        super().__init__(format.replace("%(message)s", "%(about)s%(message)s"), date_format)

    def format(self, record: logging.LogRecord) -> str:
        """Return a line without what addresses carry."""
        request_id = _request_id()
        record.about = f"[{request_id}] " if request_id else ""
        return without_secrets(super().format(record))


class JsonLines(_Lines):
    """One JSON object per line, to which a record's `fields` are added."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a line without what addresses carry."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": without_secrets(getattr(record, IN_JSON, None) or record.getMessage()),
            "request_id": _request_id(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["traceback"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps({name: value for name, value in line.items() if value is not None})


def init_logs(log_format: LogFormat) -> None:
    """Log warnings and errors to standard error; in JSON, also each request."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if log_format == "json" else TextLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    _requests.setLevel(logging.INFO if log_format == "json" else logging.WARNING)


def log_request(answered: Answered) -> None:
    """Log a request that was answered."""
    fields = {
        "request_id": answered.request_id,
        "method": answered.method,
        "endpoint": answered.endpoint,
        "status": answered.status,
        "milliseconds": round(answered.seconds * 1000, 2),
        "code": answered.code,
    }
    what = f"{answered.method} {answered.endpoint or 'unknown address'} {answered.status}"
    _requests.info(what, extra={"fields": fields})


def _request_id() -> str | None:
    return request.environ.get(REQUEST_ID) if has_request_context() else None

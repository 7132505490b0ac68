"""How `keyferry-wizard` fails: one clear line, never a traceback, and an exit code for scripts."""

from __future__ import annotations

import json
import traceback

import click

from keyferry.protocol.sentences import CodedError
from keyferry.protocol.visible import visible
from keyferry.wizard.errors import WizardError

REFUSED = 1
USAGE = 2

_EXIT_CODES = {
    "license_expired": 3,
    "clock_moved_back": 4,
    "not_yet_valid": 4,
    "time_not_remembered": 4,
    "wrong_machine": 5,
    "state_damaged": 5,
    "state_newer": 5,
    "state_busy": 6,
    "anchor_busy": 6,
    "requested_not_synced": 7,
    "activated_not_synced": 7,
    "deactivated_not_synced": 7,
    "file_not_written": 7,
}
# By code and detail, else by code. None of them sets aside what this version does not understand.
_NEW_REQUEST = "To make a new request: keyferry-wizard … request ACTIVATION-KEY --new"
_WAYS_OUT = {
    ("license_expired", None): "To scan: keyferry-wizard … request ACTIVATION-KEY",
    ("clock_moved_back", None): _NEW_REQUEST,
    ("not_yet_valid", None): _NEW_REQUEST,
    ("older_license", None): _NEW_REQUEST,
    ("license_in_use", None): "To do so: keyferry-wizard … request ACTIVATION-KEY",
    ("wrong_machine", None): (
        "To activate this computer: keyferry-wizard … request ACTIVATION-KEY. "
        "To free its earlier seat: keyferry-wizard … deactivate ACTIVATION-KEY --earlier"
    ),
    ("state_damaged", None): (
        "If you have no newer copy to put back, put the file aside and start over: "
        "keyferry-wizard … request ACTIVATION-KEY --start-over"
    ),
    ("not_activated", "deactivated"): "To show its code: keyferry-wizard … show-code",
    ("state_damaged", "wrong_seal"): (
        "If another product uses this folder, give this one a folder of its own. "
        "Otherwise, put a newer copy back, or put the file aside and start over: "
        "keyferry-wizard … request ACTIVATION-KEY --start-over"
    ),
}


def exit_code_of(code: str) -> int:
    """Return 3 expired, 4 clock, 5 an unusable state, 6 busy, 7 not all on disk, else 1."""
    return _EXIT_CODES.get(code, REFUSED)


def report(
    code: str, message: str, *, as_json: bool, suggestion: str | None = None, detail: str | None = None
) -> None:
    """Report a failure: an object on standard output, or on standard error a line with what helps."""
    if as_json:
        answer = {"code": code, "message": message}
        click.echo(json.dumps({**answer, "suggestion": suggestion} if suggestion else answer))
    else:
        way_out = _WAYS_OUT.get((code, detail)) or _WAYS_OUT.get((code, None))
        text = f"{message} {way_out}" if way_out else message
        click.echo(visible(" ".join(text.split())), err=True)


def report_error(error: Exception, *, as_json: bool) -> int:
    """Report any error and return its exit code."""
    if isinstance(error, click.ClickException):
        command = (
            error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "keyferry-wizard"
        )
        message = f"{error.format_message()} See `{command} --help`."
        report("usage", message, as_json=as_json)
        return USAGE
    if isinstance(error, CodedError):
        detail = error.detail if isinstance(error, WizardError) else None
        report(error.code, str(error), as_json=as_json, suggestion=error.suggestion, detail=detail)
        return exit_code_of(error.code)
    report("internal_error", _place_of(error), as_json=as_json)
    return REFUSED


def _place_of(error: Exception) -> str:
    """Describe a fault of the wizard itself by its place alone: its text could hold a key."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__} in {place.name}, line {place.lineno}"
    return f"The wizard itself failed ({where}). No report was sent, so please tell the vendor."

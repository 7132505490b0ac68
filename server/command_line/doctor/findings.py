"""What `keyferry doctor` finds: one thing each, whether it is right, and how to fix it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum

from keyferry.server.command_line.failures import failure_of


class Status(StrEnum):
    """Whether a thing is right; only a problem makes the command fail."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """What a check found; `check` and `code` are API, and `code` is `ok` where all is well."""

    check: str
    status: Status
    code: str
    message: str

    @property
    def data(self) -> dict[str, str]:
        """The finding for programs."""
        return asdict(self)

    @property
    def text(self) -> str:
        """The finding for people."""
        code = "" if self.status is Status.OK else f" ({self.code})"
        return f"{self.status:<9} {self.message}{code}"


def ok(check: str, message: str) -> Finding:
    """Return that all is well."""
    return Finding(check, Status.OK, "ok", message)


def warning(check: str, code: str, message: str) -> Finding:
    """Return what works only in part, or may be meant."""
    return Finding(check, Status.WARNING, code, message)


def problem(check: str, code: str, message: str) -> Finding:
    """Return what keeps the server from its work, or is a danger."""
    return Finding(check, Status.PROBLEM, code, message)


def refused(check: str, error: Exception) -> Finding:
    """Return an error as the problem that a command would show."""
    failure = failure_of(error)
    return problem(check, failure.code, failure.message)

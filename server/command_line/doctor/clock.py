"""This machine's clock: against the audit, and whether the system keeps it right."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime

from sqlalchemy.orm import Session

from keyferry.server.command_line.doctor.findings import Finding, ok, problem, warning
from keyferry.server.core import audit

_SECONDS = 5


def not_set_back(session: Session, now: datetime) -> Finding:
    """Tell whether the clock is behind the newest event of the audit."""
    newest = audit.from_the_future(session, now)
    if newest is None:
        return ok("clock", f"The clock says {_shown(now)}.")
    return problem(
        "clock",
        "clock_set_back",
        f"The clock says {_shown(now)}, but the audit has an event from {_shown(newest)}. Correct "
        "the clock, unless it was ahead at that event.",
    )


def synchronized() -> Finding | None:
    """Tell whether the system synchronizes the clock, None where it can't say."""
    program = shutil.which("timedatectl")
    if program is None:
        return None
    asked = [program, "show", "-p", "NTPSynchronized", "--value"]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    match done.stdout.strip():
        case "yes":
            return ok("clock_synchronized", "The system synchronizes the clock.")
        case "no":
            return warning(
                "clock_synchronized",
                "clock_not_synchronized",
                "The system doesn't synchronize the clock. Turn that on: timedatectl set-ntp true.",
            )
    # Without systemd, as in most containers.
    return None


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"

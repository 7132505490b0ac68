"""Email: whether any is sent, and whether it goes out in time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from keyferry.server.command_line.doctor.findings import Finding, ok, problem, warning
from keyferry.server.config import Settings
from keyferry.server.core.mail import delivery

_PATIENCE = timedelta(minutes=10)
_NO_WORKER = "No worker has looked for it in the last 10 minutes. Start `keyferry worker`, or restart it."


def configured(settings: Settings, session: Session | None, now: datetime) -> Finding:
    """Tell whether email is set up, here or for a worker alone."""
    if settings.smtp_url is not None or (session and delivery.worker_runs(session, now)):
        return ok("email", "Email is set up.")
    return warning(
        "email",
        "mail_not_configured",
        "KEYFERRY_SMTP_URL isn't set here, and no worker was seen that sends email. Without one, customers "
        "get no keys and no release links by email. To send email, set KEYFERRY_SMTP_URL and "
        "KEYFERRY_MAIL_FROM, and run `keyferry worker`.",
    )


def on_time(session: Session, now: datetime) -> Finding:
    """Tell whether email waits for too long, and why."""
    late = delivery.late(session, now, _PATIENCE)
    if late is None:
        return ok("outbox", "No email is late.")
    waits = f"Email has been waiting since {late.since:%Y-%m-%d %H:%M} UTC."
    if not delivery.has_looked(session, now, _PATIENCE):
        return problem("outbox", "worker_not_running", f"{waits} {_NO_WORKER}")
    message = f"{waits} {late.cause}"
    if delivery.obstacle(session, now, _PATIENCE) is not None:
        return problem("outbox", "mail_stopped", message)
    # The worker goes on with it: the fault is most likely the recipient's.
    return warning("outbox", "mail_delayed", message)

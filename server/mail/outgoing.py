"""What may be promised of mail: whether any is sent, and whether what is posted now goes out at once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from keyferry.server.core.errors import Conflict
from keyferry.server.core.mail import delivery
from keyferry.server.db import reading
from keyferry.server.parts import parts


@dataclass(frozen=True)
class Outgoing:
    """Whether sending mail may be offered, and why what is posted now would wait."""

    is_offered: bool
    obstacle: str | None


def outgoing(session: Session) -> Outgoing:
    """Return how it goes with mail now."""
    now = parts().clock()
    # The mail server may be set for the worker alone.
    is_offered = parts().settings.smtp_url is not None or delivery.worker_runs(session, now)
    return Outgoing(is_offered, delivery.obstacle(session, now) if is_offered else None)


def require() -> None:
    """Raise Conflict (mail_not_configured) where no mail would ever be sent."""
    with reading() as session:
        if not outgoing(session).is_offered:
            raise Conflict(
                "This server can’t send email: no mail server is set. Nothing was done.",
                code="mail_not_configured",
            )

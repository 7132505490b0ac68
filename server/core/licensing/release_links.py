"""Links that are mailed to a license's customer: good once and for an hour, each frees one seat.

Who opens one reads the mail of the customer. That is more than a typed computer ID shows, and less than a
deactivation verification code: a release by it counts as claimed.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.orm import Session

from keyferry.server.core import properties
from keyferry.server.core.errors import NotFound
from keyferry.server.core.models import License, ReleaseLink

VALID_FOR = timedelta(hours=1)

# Long ago, wherever the clock may be set back to.
_SPENT = datetime(2000, 1, 1, tzinfo=UTC)


def are_offered(session: Session, license: License) -> bool:
    """Return whether the vendor wants such links, and the license has an address to mail them to."""
    return license.customer is not None and bool(properties.read(session)["customerSite/emailReleaseLinks"])


def make(
    session: Session, license: License, computer_id: str | None, computer_name: str | None, *, now: datetime
) -> str:
    """Return the secret of a new link, of which only a digest is kept.

    The computer of `computer_id` is activated with the seat that the link frees.
    """
    secret = secrets.token_hex(16)
    session.add(
        ReleaseLink(
            digest=_digest(secret),
            license_id=license.id,
            customer_id=license.customer_id,
            computer_id=computer_id,
            computer_name=computer_name,
            valid_until=now + VALID_FOR,
        )
    )
    return secret


def find(session: Session, secret: str, *, now: datetime) -> ReleaseLink:
    """Return a link that is still good; raises NotFound (release_link_expired)."""
    link = session.scalar(
        select(ReleaseLink)
        .join(License)
        .where(
            ReleaseLink.digest == _digest(secret),
            _is_good(now),
            # It went to whoever held the license then.
            License.customer_id == ReleaseLink.customer_id,
        )
    )
    if link is None:
        raise _expired()
    return link


def spend(session: Session, secret: str, *, now: datetime) -> ReleaseLink:
    """Return a link that is still good, for the last time; raises NotFound (release_link_expired)."""
    link = find(session, secret, now=now)
    # Two taps at once: the database lets one of them have it.
    spent = update(ReleaseLink).where(ReleaseLink.id == link.id, _is_good(now))
    if session.scalar(spent.values(valid_until=_SPENT).returning(ReleaseLink.id)) is None:
        raise _expired()
    return link


def forget_expired(session: Session, now: datetime) -> None:
    """Delete links that are of no use any more."""
    session.execute(delete(ReleaseLink).where(~_is_good(now)))


def _is_good(now: datetime) -> ColumnElement[bool]:
    # A link made before the clock was set back is good for no longer than any other.
    return and_(ReleaseLink.valid_until > now, ReleaseLink.valid_until <= now + 2 * VALID_FOR)


def _expired() -> NotFound:
    return NotFound(
        "This link was used, is older than an hour, or is incomplete. Ask for a new one.",
        code="release_link_expired",
    )


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()

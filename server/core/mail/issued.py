"""The mail that brings the keys of licenses that were issued together, and how it went with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from keyferry.server.core.audit import By
from keyferry.server.core.licensing import batches
from keyferry.server.core.licensing.licenses import expiry
from keyferry.server.core.mail import mails, outbox, templates
from keyferry.server.core.mail.mails import Held
from keyferry.server.core.models import Batch, License, OutboxMail
from keyferry.server.core.secrets import Keyring


def held_of(license: License) -> Held:
    """Return a license as a mail lists it."""
    return Held(
        license.product.name,
        license.activation_key,
        license.seats,
        expiry(license),
        license.seats_used,
        license.days_from_first_activation,
    )


def post(
    session: Session,
    batch: Batch,
    recipient: str,
    *,
    self_help: str,
    keyring: Keyring,
    by: By,
    now: datetime,
) -> None:
    """Post the keys of a batch; of very many the first. `self_help` is the address of those pages.

    Raises Malformed (malformed_email).
    """
    found = batches.licenses_of(session, batch.id, most=mails.MOST_LISTED)
    mail = mails.licenses_issued(
        recipient,
        held=[held_of(license) for license in found],
        total=batch.done,
        order=batch.order_reference,
        self_help=self_help,
        template=templates.chosen(session, templates.LICENSES_ISSUED),
    )
    outbox.post(session, mail, keyring=keyring, by=by, now=now, license=found[0])


def of_batch(session: Session, batch: Batch) -> Sequence[OutboxMail]:
    """Return the mails that brought the keys of a batch, the latest first."""
    first = select(License.id).where(License.batch_id == batch.id).order_by(License.id).limit(1)
    sent = select(OutboxMail).where(
        OutboxMail.license_id == first.scalar_subquery(), OutboxMail.template == templates.LICENSES_ISSUED
    )
    return session.scalars(sent.order_by(OutboxMail.id.desc()).limit(5)).all()

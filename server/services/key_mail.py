"""Mailing a license's activation key to its customer, for every face."""

from __future__ import annotations

from dataclasses import dataclass

from keyferry.server.core.audit import By
from keyferry.server.core.errors import Conflict
from keyferry.server.core.licensing import licenses
from keyferry.server.core.mail import delivery, mails, outbox
from keyferry.server.core.staff.roles import Permission
from keyferry.server.mail import outgoing
from keyferry.server.parts import parts
from keyferry.server.services.changing import changing
from keyferry.server.services.permission import permitted


@dataclass(frozen=True)
class Posted:
    """To whom a mail goes, and why it waits, where it does."""

    recipient: str
    waits: str | None


@permitted(Permission.ACTIVATE)
def mail_activation_key(number: int, *, by: By) -> Posted:
    """Have the worker mail the activation key that a license has then, to who is its customer still.

    Raises Conflict (mail_not_configured, license_has_no_customer) and NotFound (unknown_license).
    """
    outgoing.require()
    with changing(by) as (session, now):
        license = licenses.with_id(session, number)
        if license.customer is None:
            raise Conflict(
                "This license has no customer. Choose Edit, enter the customer’s email, and try again.",
                code="license_has_no_customer",
            )
        mail = mails.license_keys_asked_for(license.customer.email)
        outbox.post(session, mail, keyring=parts().keyring, by=by, now=now, license=license)
        return Posted(mail.recipient, delivery.obstacle(session, now))

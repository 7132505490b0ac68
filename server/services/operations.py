"""Activating and releasing, for every face: permission, limit, one transaction with its mail, one event.

What a person typed is read forgivingly; what a phone scanned comes as it was signed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.request_token import DeactivationRequest
from keyferry.server.core import audit
from keyferry.server.core.attempts import bucket
from keyferry.server.core.audit import By
from keyferry.server.core.customers.contacts import find_or_add_customer, normalized_email
from keyferry.server.core.events import Event
from keyferry.server.core.licensing import activation, activation_rows, deactivation, judging, licenses
from keyferry.server.core.licensing.activated import Activated, license_file
from keyferry.server.core.licensing.deactivation import Claimed, Code, Forced, Released
from keyferry.server.core.licensing.file_names import license_file_name
from keyferry.server.core.licensing.judging import Judged, Request
from keyferry.server.core.licensing.notes import checked_notes, checked_reason
from keyferry.server.core.licensing.openings import Opened
from keyferry.server.core.mail import delivery, mails, outbox, templates
from keyferry.server.core.mail.templates import Template
from keyferry.server.core.models import Customer, License
from keyferry.server.core.secrets import Keyring
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import transaction
from keyferry.server.mail import links, outgoing
from keyferry.server.parts import parts
from keyferry.server.services import guard, release_links, releases
from keyferry.server.services.continuing import with_openings
from keyferry.server.services.guard import Limit, count, guarded
from keyferry.server.services.misreadings import misread
from keyferry.server.services.outcomes import tell
from keyferry.server.services.permission import allows, permitted
from keyferry.server.services.requests import Counted, Typed, counted_request, request_of

# Nobody's mailbox is filled by a stranger, and nobody walks through a list of addresses.
KEYS_PER_RECIPIENT, KEYS_PER_ADDRESS, KEYS_PERIOD = 3, 20, timedelta(hours=1)


@dataclass(frozen=True)
class Given:
    """A computer key with its license file, and how it is mailed; staff are told the license's customer, too.

    `mailed_to` is the address that key and file are mailed to; `waits` says why that waits, where it does.
    """

    done: Activated
    license_file: str = field(repr=False)
    customer: Customer | None = None
    mailed_to: str | None = None
    waits: str | None = None

    @property
    def file_name(self) -> str:
        """The name of the license file."""
        activation = self.done.activation
        return license_file_name(self.done.product.code, activation.computer_name, activation.computer_id)


@permitted(Permission.ACTIVATE, customers_too=True)
def activate(
    asked: Request | Typed,
    *,
    by: By,
    email: str = "",
    mails_key: bool = False,
    notes: str = "",
    reason: str = "",
) -> Given:
    """Give the computer key, and with `mails_key` mail it to `email`.

    A license without a customer becomes that of `email`, where whoever asks may change that. With a `reason`,
    staff replace an earlier computer ID by typed codes. Raises MalformedCode, Malformed (malformed_email,
    malformed_notes, malformed_reason, replacement_needs_reason), Conflict (mail_not_configured), LimitReached
    (too_many_attempts), and what `core.licensing.activation.activate` and `release_links.offered` raise.
    """
    given = _given(asked, by, email, mails_key, notes, reason)
    tell(given.done, by)
    return given


def _given(asked: Request | Typed, by: By, email: str, mails_key: bool, notes: str, reason: str) -> Given:
    if mails_key:
        outgoing.require()
    own, event = parts(), Event.ACTIVATION_REFUSED
    keyring, now = own.keyring, own.clock()
    request, remark = request_of(asked, event, by, now), checked_notes(notes)
    recipient = normalized_email(email) if email.strip() or mails_key else None
    why = checked_reason(reason) if reason.strip() and by.who is not None else None
    with counted_request(request, event, by, now) as counts:
        if by.who is None and recipient is None and not remark:
            return with_openings(request, by, now, partial(_activated, counts, request, by, now, keyring))

        def write(opened: Opened | None) -> Given:
            with counts.writing() as session, release_links.offered(session, request, by):
                done = activation.activate(
                    session, request, keyring=keyring, by=by, now=now, reason=why, opened=opened
                )
                customer = _noted(session, done, remark, recipient, by, now)
                given = Given(done, license_file(done, keyring=keyring), customer)
                return _mailed(session, given, recipient if mails_key else None, by, now)

        return with_openings(request, by, now, write)


@permitted(Permission.ACTIVATE, customers_too=True)
def preview(asked: Request | Typed, *, by: By) -> tuple[Request, activation.Preview]:
    """Say what an activation would do, and for what; nothing happens yet. Raises as `activate`."""
    keyring, now, event = parts().keyring, parts().clock(), Event.REQUEST_REFUSED
    request = request_of(asked, event, by, now)
    with counted_request(request, event, by, now) as counts:

        def look(opened: Opened | None) -> activation.Preview:
            with counts.looking() as session, release_links.offered(session, request, by):
                return activation.preview(session, request, keyring=keyring, now=now, opened=opened)

        seat = with_openings(request, by, now, look)
        counts.succeeded()
        return request, seat


@permitted(Permission.RELEASE, customers_too=True)
def preview_release(asked: DeactivationRequest, *, by: By) -> deactivation.Preview:
    """Say what a release would do; nothing happens yet. Raises as `release`."""
    return releases.preview(asked, by=by)


@permitted(Permission.RELEASE, customers_too=True)
def release(asked: Request | Typed, proof: Code | Claimed, *, by: By) -> Released:
    """Free a seat; of a token, all codes are tried, and `others` of the answer say what each did.

    Raises MalformedCode, LimitReached (too_many_attempts), and what `core.licensing.deactivation.deactivate`
    raises.
    """
    return tell(releases.released(asked, proof, by), by)


@permitted(Permission.FORCE_RELEASE)
def force_release(asked: Request | Typed, reason: str, *, by: By) -> Released:
    """Free the seat of a computer that is dead or gone, for a reason that is kept; raises as `release`."""
    return tell(releases.released(asked, Forced(reason), by), by)


def look_up(activation_key: str, *, by: By) -> License:
    """Return a license with its product and activations, for who holds its key.

    Raises MalformedCode, LimitReached (too_many_attempts) and NotFound (unknown_activation_key).
    """
    with misread(by) as shifted:
        key, now = ActivationKey.from_text(activation_key, shifted=shifted), parts().clock()
    limits = guard.typed_limits(by, key)
    with guarded(event=Event.LOOK_UP_REFUSED, by=by, now=now, limits=limits, activation_key=key) as session:
        license = licenses.find(session, key)
        # Read while the session is open: the page shows both.
        _ = license.product, license.activations
        return license


def ask_for_license_keys(email: str, *, by: By) -> str | None:
    """Have the worker mail what this address holds; nothing here knows whether it holds anything.

    So neither the answer nor its time tells. Returns why mail waits, where it does. Raises Malformed
    (malformed_email), Conflict (mail_not_configured) and LimitReached (too_many_attempts).
    """
    outgoing.require()
    now, mail = parts().clock(), mails.license_keys_asked_for(email)
    count(
        (
            Limit(bucket("keys for", mail.recipient), KEYS_PER_RECIPIENT, KEYS_PERIOD),
            Limit(bucket("keys, by address", guard.counted_as(by)), KEYS_PER_ADDRESS, KEYS_PERIOD),
        ),
        now,
    )
    with transaction() as session:
        outbox.post(session, mail, keyring=parts().keyring, by=by, now=now)
        audit.record(session, event=Event.LICENSE_KEYS_ASKED_FOR, by=by, now=now)
        return delivery.obstacle(session, now)


def _activated(
    counts: Counted, request: Request, by: By, now: datetime, keyring: Keyring, opened: Opened | None
) -> Given:
    """Activate for a customer, who asks for nothing but the key."""

    # Who has the seat already waits for nobody who writes; for others, little is left to do while they write.
    def write(session: Session, seen: Judged | None = None) -> Activated:
        with release_links.offered(session, request, by):
            return activation.activate(
                session, request, keyring=keyring, by=by, now=now, opened=opened, seen=seen
            )

    try:
        with counts.looking() as session, release_links.offered(session, request, by):
            judged = judging.judge(session, request, keyring=keyring, now=now, opened=opened)
            done = activation.repeat(judged, keyring=keyring, now=now)
            if done is None and counts.is_free:
                done = activation.activate_at_once(session, judged, request, keyring=keyring, by=by, now=now)
        if done is None:
            done = counts.write(partial(write, seen=judged))
        else:
            counts.succeeded()
    except IntegrityError:
        # Another request of this machine was quicker: this one is judged anew.
        done = counts.write(write)
    return Given(done, license_file(done, keyring=keyring))


def _noted(
    session: Session, done: Activated, remark: str | None, recipient: str | None, by: By, now: datetime
) -> Customer | None:
    """Keep the remark on an activation, and name the license's customer; returns who that is."""
    activation, license = done.activation, done.license
    if remark:
        activation_rows.change(session, activation, notes=remark)
    if (
        license.customer_id is None
        and recipient
        and allows(by, Permission.CHANGE_LICENSES, customers_too=True)
    ):
        customer = find_or_add_customer(session, recipient, now=now)
        session.get_one(License, license.id).customer = customer
        return customer
    return session.get(Customer, license.customer_id) if license.customer_id is not None else None


def _mailed(session: Session, given: Given, recipient: str | None, by: By, now: datetime) -> Given:
    if recipient is None:
        return given
    done, keyring = given.done, parts().keyring
    mail = _key_mail(recipient, given, templates.chosen(session, templates.COMPUTER_KEY))
    outbox.post(session, mail, keyring=keyring, by=by, now=now, activation=done.activation)
    return replace(given, mailed_to=recipient, waits=delivery.obstacle(session, now))


def _key_mail(recipient: str, given: Given, words: Template) -> mails.Mail:
    done = given.done
    return mails.computer_key(
        recipient,
        product_name=done.product.name,
        computer_name=done.activation.computer_name,
        computer_key=done.computer_key,
        expires=done.activation.expires_on,
        license_file=mails.Attachment(given.file_name, given.license_file),
        activation_key=done.license.activation_key,
        computer_id=done.activation.computer_id,
        steps=links.steps(parts().settings, done.computer_key),
        template=words,
    )

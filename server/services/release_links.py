"""Freeing a seat by a link that is mailed to the license's customer.

For computers that were set up again or died: no code proves that their software has stopped. And for whoever
types codes of a computer that has a seat: a typed computer ID alone must not take it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.computer_id import ComputerId, read_computer_id
from keyferry.server.core import audit
from keyferry.server.core.attempts import bucket
from keyferry.server.core.audit import By
from keyferry.server.core.errors import CoreError, LicenseRefused, Malformed
from keyferry.server.core.events import Event
from keyferry.server.core.licensing import activation, deactivation, licenses, release_links
from keyferry.server.core.licensing.activated import Activated
from keyferry.server.core.licensing.deactivation import Claimed, Released
from keyferry.server.core.licensing.judging import Request
from keyferry.server.core.licensing.requests import TypedRequest, check_reading
from keyferry.server.core.mail import delivery, mails, outbox, templates
from keyferry.server.core.mail.templates import Template
from keyferry.server.core.models import Activation, License, ReleaseLink
from keyferry.server.core.staff.roles import Permission
from keyferry.server.db import reading, transaction
from keyferry.server.mail import outgoing
from keyferry.server.parts import parts
from keyferry.server.services import guard
from keyferry.server.services.guard import Limit, count, recorded
from keyferry.server.services.misreadings import misread
from keyferry.server.services.outcomes import tell
from keyferry.server.services.permission import permitted
from keyferry.server.services.requests import Typed, guarded_request, request_of

# Nobody's mailbox is filled by a stranger.
PER_LICENSE, PER_ADDRESS, PERIOD = 3, 20, timedelta(hours=1)

_NO_SEAT, _UNCONFIRMED = "no_seat_left", "replacement_needs_vendor"


@dataclass(frozen=True)
class Opened:
    """What a link is good for: to release one of the computers that hold a seat.

    `waiting` is the computer ID that is activated then; where that computer has a seat itself (`is_same`), it
    is the one to release.
    """

    license: License
    holding: list[Activation]
    waiting: ComputerId | None
    waiting_name: str | None
    is_same: bool


@contextmanager
def offered(session: Session, request: Request, by: By) -> Iterator[None]:
    """Name the way out of a refusal, where there is one: staff give a reason, customers get a link mailed.

    Raises Malformed (replacement_needs_reason), LicenseRefused (replacement_needs_link, or with
    `offers_link`).
    """
    try:
        yield
    except LicenseRefused as refusal:
        raise _with_way_out(session, request, by, refusal) from None


@permitted(Permission.RELEASE, customers_too=True)
def ask(asked: Request | Typed | str, *, by: By, address_of: Callable[[str], str]) -> str | None:
    """Mail a link to the customer of a license; `address_of` gives the address of its secret.

    A text is the activation key as it was typed; otherwise, the computer that asks is activated with the seat
    that becomes free. Returns why mail waits, where it does. Raises Conflict (mail_not_configured),
    LicenseRefused (no_release_link), LimitReached (too_many_attempts), and what reading and finding codes
    raises.
    """
    outgoing.require()
    now = parts().clock()
    license, request = _judged(asked, by, now)
    count(
        (
            Limit(bucket("release links for", str(license.id)), PER_LICENSE, PERIOD),
            Limit(bucket("release links, by address", guard.counted_as(by)), PER_ADDRESS, PERIOD),
        ),
        now,
    )
    with transaction() as session:
        license = licenses.with_id(session, license.id)
        computer_id, name = (request.computer_id.text, request.computer_name) if request else (None, None)
        secret = release_links.make(session, license, computer_id, name, now=now)
        mail = _mail(license, address_of(secret), templates.chosen(session, templates.RELEASE_LINK))
        outbox.post(session, mail, keyring=parts().keyring, by=by, now=now, license=license)
        audit.record(session, event=Event.RELEASE_LINK_ASKED_FOR, by=by, license=license, now=now)
        return delivery.obstacle(session, now)


def opened(secret: str) -> Opened:
    """Say what a link is good for; nothing happens yet. Raises NotFound (release_link_expired)."""
    with reading() as session:
        link = release_links.find(session, secret, now=parts().clock())
        waiting = read_computer_id(link.computer_id) if link.computer_id else None
        holding = [one for one in link.license.activations if one.ended_at is None]
        same = [one for one in holding if waiting and one.fingerprint == waiting.fingerprint]
        # Read while the session is open: the page shows it.
        _ = link.license.product
        return Opened(link.license, same or holding, waiting, link.computer_name, bool(same))


@permitted(Permission.RELEASE, customers_too=True)
def use(secret: str, computer_id: str, *, by: By) -> Released | Activated:
    """Release the seat of a computer, and activate the one that waits for it, if one does: all or nothing.

    `computer_id` may be empty where one waits and no other holds a seat. Raises NotFound
    (release_link_expired), Malformed (computer_not_chosen), and what `core.licensing.deactivation.check` and
    `core.licensing.activation.activate` raise.
    """
    now = parts().clock()
    with reading() as session:
        key = _key(release_links.find(session, secret, now=now))
    done: list[Released | Activated] = []
    refused = recorded(event=Event.RELEASE_REFUSED, by=by, now=now, activation_key=key)
    with refused, transaction() as session:
        link = release_links.spend(session, secret, now=now)
        waiting = link.computer_id
        if waiting is None or any(one.ended_at is None for one in link.license.activations):
            done.append(_release(session, link, computer_id, by, now))
        if waiting is not None:
            done.append(_activate(session, link, waiting, by, now))
    for one in done:
        tell(one, by)
    return done[-1]


def _judged(asked: Request | Typed | str, by: By, now: datetime) -> tuple[License, Request | None]:
    """Return the license of what is asked for, and the computer if one asks; guesses count."""
    event = Event.REQUEST_REFUSED
    if isinstance(asked, str):
        with misread(by) as shifted:
            key = ActivationKey.from_text(asked, shifted=shifted)
        limits = guard.typed_limits(by, key)
        with guard.guarded(event=event, by=by, now=now, limits=limits, activation_key=key) as session:
            return _offering(session, key), None
    request = request_of(asked, event, by, now)
    with guarded_request(request, event, by, now) as session:
        check_reading(session, request, keyring=parts().keyring)
        return _offering(session, request.activation_key), request


def _offering(session: Session, key: ActivationKey) -> License:
    license = licenses.find(session, key)
    if not release_links.are_offered(session, license):
        raise LicenseRefused(
            "We can’t email a link for this license. Ask the vendor to release the seat.",
            code="no_release_link",
        )
    return license


def _with_way_out(session: Session, request: Request, by: By, refusal: LicenseRefused) -> CoreError:
    if by.who is not None:
        return _reason_missing() if refusal.code == _UNCONFIRMED else refusal
    if refusal.code not in (_NO_SEAT, _UNCONFIRMED) or not _may_be_asked(session, request):
        return refusal
    if refusal.code == _UNCONFIRMED:
        refusal = LicenseRefused(
            "This computer already has a seat, with another computer ID. In the License Wizard, open "
            "Deactivate: if it shows codes that weren’t handed in, hand them in first. Otherwise scan the QR "
            "code that the License Wizard shows, since typed codes can’t replace a computer ID, or ask the "
            "vendor to release the seat.",
            code="replacement_needs_link",
        )
    refusal.offers_link = True
    return refusal


def _may_be_asked(session: Session, request: Request) -> bool:
    license = licenses.find(session, request.activation_key)
    return release_links.are_offered(session, license) and outgoing.outgoing(session).is_offered


def _reason_missing() -> Malformed:
    return Malformed(
        "This computer already has a seat, with another computer ID. To replace that, give a reason. It’s "
        "kept in the audit log.",
        code="replacement_needs_reason",
    )


def _release(session: Session, link: ReleaseLink, computer_id: str, by: By, now: datetime) -> Released:
    if not computer_id:
        raise Malformed("Choose the computer whose seat to release.", code="computer_not_chosen")
    request, keyring = TypedRequest(_key(link), read_computer_id(computer_id)), parts().keyring
    checked = deactivation.check(session, request, Claimed(), keyring=keyring, by=by, now=now)
    return deactivation.deactivate(session, checked, keyring=keyring, by=by, now=now)


def _activate(session: Session, link: ReleaseLink, waiting: str, by: By, now: datetime) -> Activated:
    request = TypedRequest(_key(link), read_computer_id(waiting), link.computer_name)
    return activation.activate(session, request, keyring=parts().keyring, by=by, now=now)


def _key(link: ReleaseLink) -> ActivationKey:
    return ActivationKey.from_text(link.license.activation_key)


def _mail(license: License, address: str, words: Template) -> mails.Mail:
    recipient = license.customer.email if license.customer else ""
    ending = audit.ending(license.activation_key)
    return mails.release_link(recipient, license.product.name, ending, address, template=words)

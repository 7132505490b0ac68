"""What a page of the audit names beside its events, and how many events each of its views has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from keyferry.server.core import lists
from keyferry.server.core.events import Event
from keyferry.server.core.models import Activation, AuditEvent, Customer, License

KINDS: dict[str, tuple[Event, ...]] = {
    "activations": (
        *(Event.ACTIVATED_NEW_SEAT, Event.ACTIVATED_SAME_SEAT, Event.ACTIVATED_CONTINUED),
        *(Event.ACTIVATED_STALE, Event.ACTIVATED_REPLACEMENT, Event.ACTIVATION_REFUSED),
        *(Event.REQUEST_REFUSED, Event.LOOK_UP_REFUSED),
    ),
    "releases": (
        *(Event.RELEASED_PROVEN, Event.RELEASED_CLAIMED, Event.RELEASED_FORCED, Event.RELEASE_REFUSED),
        Event.RELEASE_LINK_ASKED_FOR,
    ),
    "licenses": (
        *(Event.LICENSE_ISSUED, Event.ISSUE_BEGUN, Event.ISSUE_STOPPED, Event.ISSUE_REFUSED),
        *(Event.LICENSE_EDITED, Event.LICENSE_RENEWED, Event.LICENSE_SUSPENDED, Event.LICENSE_RESUMED),
        *(Event.ACTIVATION_KEY_REPLACED, Event.CHANGE_REFUSED, Event.LICENSES_EXPORTED),
        Event.LICENSE_KEYS_ASKED_FOR,
        *(Event.IMPORT_BEGUN, Event.IMPORT_ENDED, Event.IMPORT_REFUSED),
        *(Event.DEMO_MACHINE_BEGUN, Event.DEMO_MACHINE_ACTIVATED, Event.DEMO_MACHINE_ENDED),
    ),
    "customers": (
        *(Event.CUSTOMER_EDITED, Event.CUSTOMER_MERGED, Event.CUSTOMER_DELETED),
        *(Event.CUSTOMER_DATA_EXPORTED, Event.CUSTOMERS_EXPORTED),
    ),
    "products": (
        *(Event.PRODUCT_ADDED, Event.PRODUCT_ROTATED, Event.EPOCH_RETIRED, Event.FEATURES_ADDED),
        Event.PROFILE_EXPORTED,
    ),
    "mail": (Event.MAIL_SENT, Event.MAIL_GIVEN_UP, Event.MAIL_QUEUED_AGAIN),
    "signing_in": (
        *(Event.SIGNED_IN, Event.SIGNED_OUT, Event.SIGN_IN_REFUSED, Event.PASSWORD_CHANGED),
        *(Event.PASSWORD_CHANGE_REFUSED, Event.SECOND_FACTOR_SET_UP, Event.SECOND_FACTOR_ENDED),
        *(Event.SECOND_FACTOR_REFUSED, Event.RECOVERY_CODE_USED, Event.RECOVERY_CODES_MADE),
    ),
    "settings": (
        *(Event.PROPERTY_SET, Event.BRANDING_SET, Event.MAIL_TEMPLATE_SET, Event.MAIL_TEMPLATE_RESET),
        *(Event.OPERATOR_ADDED, Event.OPERATOR_RESET, Event.OPERATOR_DISABLED, Event.OPERATOR_ENABLED),
        *(Event.OPERATOR_ROLE_CHANGED, Event.OPERATOR_SIGNED_OUT, Event.PERMISSION_REFUSED),
        Event.SECRETS_RESEALED,
    ),
}
"""The events by what they are about; each belongs to one kind."""


@dataclass(frozen=True)
class Named:
    """The names of computers, the keys of licenses, and the addresses of customers, by their numbers."""

    computers: dict[int, str | None]
    keys: dict[int, str]
    customers: dict[int, str]


def named(session: Session, events: Sequence[AuditEvent]) -> Named:
    """Return what the computers, licenses, and customers of some events are called now."""
    computers = _numbers(one.activation_id for one in events)
    licenses = _numbers(one.license_id for one in events)
    names = select(Activation.id, Activation.computer_name).where(Activation.id.in_(computers))
    keys = select(License.id, License.activation_key).where(License.id.in_(licenses))
    addresses = select(Customer.id, Customer.email).where(Customer.id.in_(_customers(events)))
    return Named(
        {row[0]: row[1] for row in session.execute(names)},
        {row[0]: row[1] for row in session.execute(keys)},
        {row[0]: row[1] for row in session.execute(addresses)},
    )


def sizes(session: Session) -> dict[str, int | None]:
    """Return how many events there are, and of them refused, releases without a code, and about settings.

    Of more than a list counts, only those that an index counts: the others are None, `all` is one too many.
    """
    some = select(AuditEvent.id).limit(lists.MOST + 1).subquery()
    every = session.scalars(select(func.count()).select_from(some)).one()
    refused = AuditEvent.code.is_not(None)
    if every > lists.MOST:
        refusals = select(AuditEvent.id).where(refused).limit(lists.MOST + 1).subquery()
        counted = session.scalars(select(func.count()).select_from(refusals)).one()
        return {"all": every, "refused": counted, "forced": None, "settings": None}
    forced = AuditEvent.event == Event.RELEASED_FORCED
    conditions = (refused, forced, AuditEvent.event.in_(KINDS["settings"]))
    row = session.execute(select(*(func.count(case((one, 1))) for one in conditions))).one()
    return {"all": every, "refused": row[0], "forced": row[1], "settings": row[2]}


def _customers(events: Sequence[AuditEvent]) -> set[int]:
    details = [event.detail or {} for event in events]
    return _numbers(detail.get(one) for detail in details for one in ("customer", "into"))


def _numbers(numbers: Iterable[int | None]) -> set[int]:
    return {number for number in numbers if number is not None}

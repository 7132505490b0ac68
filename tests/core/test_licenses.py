from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.claims import LAST_DAY
from keyferry.server.core.audit import By
from keyferry.server.core.customers.contacts import normalized_email
from keyferry.server.core.errors import Conflict, Malformed
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import licenses, products
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.models import Customer, License
from keyferry.server.db import reading, transaction
from tests.audit_log import events
from tests.refusals import refusal_of, refused

pytestmark = pytest.mark.engines("sqlite", "postgresql")

BY = By(Channel.COMMAND_LINE, who="ada")


def issue(vendor, **changes) -> list[License]:
    wanted = {"seats": 1, "terms": Terms(), "features": (), "customer": None, "count": 1, **changes}
    with transaction() as session:
        product = products.find_product(session, vendor.product_code)
        return licenses.issue(session, product, by=BY, now=vendor.clock.now, **wanted)


def issue_key(vendor, **terms) -> ActivationKey:
    [license] = issue(vendor, terms=Terms(**terms))
    return ActivationKey.from_text(license.activation_key)


def renew(vendor, key, **arguments) -> None:
    vendor.change(key, licenses.renew, **arguments)


def expiry_of(key) -> tuple[date | None, int | None]:
    with reading() as session:
        license = licenses.find(session, key)
        return licenses.expiry(license), license.days_from_first_activation


def begin(vendor, key) -> None:
    vendor.activate(vendor.machine(key))


def test_an_issued_key_reads_and_finds_its_license(vendor):
    [license] = issue(vendor, seats=5)
    key = ActivationKey.from_text(license.activation_key)
    with reading() as session:
        found = licenses.find(session, key)
        assert (found.id, found.seats, found.seats_used) == (license.id, 5, 0)


def test_many_licenses_have_keys_of_their_own(vendor):
    issued = issue(vendor, count=50)
    assert len({license.activation_key for license in issued}) == 50


def test_features_are_granted_by_name(vendor):
    [license] = issue(vendor, features=("CAM", "export"))
    assert license.features == 0b011


def test_notes_are_kept_with_a_license(vendor):
    [license] = issue(vendor, notes="  ordered by fax \n  see 4711  ")
    assert license.notes == "ordered by fax\n  see 4711"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"seats": 0}, "malformed_seats"),
        ({"seats": 1_000_001}, "malformed_seats"),
        ({"count": 0}, "malformed_count"),
        ({"count": 100_001}, "malformed_count"),
        ({"features": ("nope",)}, "unknown_feature"),
        ({"customer": "nobody"}, "malformed_email"),
        ({"terms": Terms(expires=date(2030, 1, 1), days=1)}, "malformed_terms"),
        ({"terms": Terms(days=0)}, "malformed_terms"),
        ({"terms": Terms(lease_days=0)}, "malformed_terms"),
        ({"terms": Terms(expires=date(2020, 1, 1))}, "expiry_out_of_range"),
        ({"terms": Terms(expires=date(2109, 9, 19))}, "expiry_out_of_range"),
        ({"terms": Terms(expires=date(2026, 11, 23))}, "expiry_in_the_past"),
    ],
)
def test_a_malformed_license_is_refused(vendor, changes, code):
    with refused(code, Malformed):
        issue(vendor, **changes)


def test_one_customer_has_one_row_whatever_the_case(vendor):
    issue(vendor, customer=" Ada@Example.com ")
    issue(vendor, customer="ada@example.COM")
    with reading() as session:
        assert session.scalars(select(Customer.email)).all() == ["ada@example.com"]


@pytest.mark.parametrize("email", ["", "ada", "@", "ada@", "a da@example.com", "a@b\n@c", "a" * 251 + "@b.c"])
def test_a_malformed_address_is_refused(email):
    assert refusal_of(normalized_email, email) == "malformed_email"


# What is renewed by days after a week in which it may have begun, and until when it runs then.
RENEWALS = {
    "a date by days from itself": ({"expires": date(2026, 12, 10)}, False, 21, (date(2026, 12, 31), None)),
    "a date that is over by days from today": (
        {"expires": date(2026, 11, 24)},
        False,
        30,
        (date(2026, 12, 31), None),
    ),
    "days that have begun by days from their end": ({"days": 10}, True, 5, (date(2026, 12, 9), None)),
    "days that have not begun by other days": ({"days": 10}, False, 365, (None, 365)),
}


@pytest.mark.parametrize("what", RENEWALS)
def test_a_license_is_renewed(vendor, what):
    terms, begins, days, renewed = RENEWALS[what]
    key = issue_key(vendor, **terms)
    if begins:
        begin(vendor, key)
    vendor.clock.pass_days(7)
    renew(vendor, key, days=days)
    assert expiry_of(key) == renewed


def test_a_date_replaces_days_and_may_reduce(vendor):
    key = issue_key(vendor, days=365)
    renew(vendor, key, expires=date(2027, 1, 1))
    assert expiry_of(key) == (date(2027, 1, 1), None)
    renew(vendor, key, expires=date(2026, 1, 1))
    assert expiry_of(key) == (date(2026, 1, 1), None)


def test_a_license_that_never_expires_takes_a_date_but_no_days(vendor):
    key = issue_key(vendor)
    with refused("license_never_expires", Conflict):
        renew(vendor, key, days=30)
    renew(vendor, key, expires=date(2027, 1, 1))
    assert expiry_of(key) == (date(2027, 1, 1), None)


@pytest.mark.parametrize("arguments", [{}, {"expires": date(2027, 1, 1), "days": 1}])
def test_a_renewal_needs_one_of_date_and_days(vendor, arguments):
    assert refusal_of(renew, vendor, issue_key(vendor), **arguments) == "malformed_terms"


def test_no_renewal_goes_beyond_what_a_key_can_carry(vendor):
    key = issue_key(vendor, expires=LAST_DAY)
    assert refusal_of(renew, vendor, key, days=1) == "expiry_out_of_range"
    assert expiry_of(key) == (LAST_DAY, None)


def test_very_many_days_end_where_a_key_can_still_say_so(vendor):
    key = issue_key(vendor, days=32767)
    begin(vendor, key)
    assert expiry_of(key) == (LAST_DAY, 32767)


def test_a_license_stands_as_its_status_and_the_day_rule_say(vendor):
    key = issue_key(vendor, expires=date(2026, 11, 24))

    def standing(now: datetime) -> str:
        with reading() as session:
            return licenses.standing(licenses.find(session, key), now).value

    assert standing(datetime(2026, 11, 25, 11, 59, tzinfo=UTC)) == "active"
    assert standing(datetime(2026, 11, 25, 12, 0, tzinfo=UTC)) == "expired"
    vendor.change(key, licenses.suspend)
    assert standing(vendor.clock.now) == "suspended"
    vendor.change(key, licenses.resume)
    assert standing(vendor.clock.now) == "active"


def test_what_is_done_twice_is_written_down_once(vendor):
    key = issue_key(vendor)
    for operation in (licenses.suspend, licenses.suspend, licenses.resume, licenses.resume):
        vendor.change(key, operation)
    names = [event.event for event in events()]
    assert names == ["product_added", "license_issued", "license_suspended", "license_resumed"]

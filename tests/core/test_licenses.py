from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.claims import LAST_DAY
from keyferry.server.core.audit import By
from keyferry.server.core.customers.contacts import normalized_email
from keyferry.server.core.errors import Conflict, CoreError, Malformed, NotFound
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import licenses, products
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.models import AuditEvent, Customer, License
from keyferry.server.db import reading, transaction

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


def refusal_of(operation, *arguments, **more) -> str:
    with pytest.raises(CoreError) as refused:
        operation(*arguments, **more)
    return refused.value.code


def test_an_issued_key_reads_and_finds_its_license(vendor):
    [license] = issue(vendor, seats=5)
    key = ActivationKey.from_text(license.activation_key)
    with reading() as session:
        found = licenses.find(session, key)
        assert (found.id, found.seats, found.seats_used) == (license.id, 5, 0)


def test_many_licenses_have_keys_of_their_own(vendor):
    issued = issue(vendor, count=50)
    assert len({license.activation_key for license in issued}) == 50


def test_an_unknown_key_is_refused(vendor):
    with reading() as session, pytest.raises(NotFound) as refused:
        licenses.find(session, ActivationKey.generate(bytes(12)))
    assert refused.value.code == "unknown_activation_key"


def test_features_are_granted_by_name(vendor):
    [license] = issue(vendor, features=("CAM", "export"))
    assert license.features == 0b011


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"seats": 0}, "malformed_seats"),
        ({"seats": 1_000_001}, "malformed_seats"),
        ({"count": 0}, "malformed_count"),
        ({"count": 1001}, "malformed_count"),
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
    with pytest.raises(Malformed) as refused:
        issue(vendor, **changes)
    assert refused.value.code == code


def test_one_customer_has_one_row_whatever_the_case(vendor):
    issue(vendor, customer=" Ada@Example.com ")
    issue(vendor, customer="ada@example.COM")
    with reading() as session:
        assert session.scalars(select(Customer.email)).all() == ["ada@example.com"]


@pytest.mark.parametrize("email", ["", "ada", "@", "ada@", "a da@example.com", "a@b\n@c", "a" * 251 + "@b.c"])
def test_a_malformed_address_is_refused(email):
    assert refusal_of(normalized_email, email) == "malformed_email"


def test_a_license_with_a_date_is_renewed_by_days_from_its_expiry(vendor):
    key = issue_key(vendor, expires=date(2026, 12, 1))
    renew(vendor, key, days=30)
    assert expiry_of(key) == (date(2026, 12, 31), None)


def test_an_expired_license_is_renewed_by_days_from_today(vendor):
    key = issue_key(vendor, expires=date(2026, 11, 24))
    vendor.clock.pass_days(7)
    renew(vendor, key, days=30)
    assert expiry_of(key) == (date(2026, 12, 31), None)


def test_days_that_have_begun_are_prolonged_from_their_end(vendor):
    key = issue_key(vendor, days=10)
    begin(vendor, key)
    assert expiry_of(key) == (date(2026, 12, 4), 10)
    renew(vendor, key, days=5)
    assert expiry_of(key) == (date(2026, 12, 9), None)


def test_days_that_have_not_begun_are_replaced(vendor):
    key = issue_key(vendor, days=10)
    renew(vendor, key, days=365)
    assert expiry_of(key) == (None, 365)


def test_a_date_replaces_days_and_may_reduce(vendor):
    key = issue_key(vendor, days=365)
    renew(vendor, key, expires=date(2027, 1, 1))
    assert expiry_of(key) == (date(2027, 1, 1), None)
    renew(vendor, key, expires=date(2026, 1, 1))
    assert expiry_of(key) == (date(2026, 1, 1), None)


def test_a_license_that_never_expires_takes_a_date_but_no_days(vendor):
    key = issue_key(vendor)
    with pytest.raises(Conflict) as refused:
        renew(vendor, key, days=30)
    assert refused.value.code == "license_never_expires"
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
    with reading() as session:
        events = session.scalars(select(AuditEvent.event).order_by(AuditEvent.id)).all()
    assert events == ["product_added", "license_issued", "license_suspended", "license_resumed"]

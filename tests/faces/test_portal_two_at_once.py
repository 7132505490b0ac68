"""Two who change the same at once, and one form that is sent twice: nobody's work is undone unawares."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import func, select

from keyferry.protocol.activation_key import ActivationKey
from keyferry.server.core.licensing import products
from keyferry.server.core.mail import templates
from keyferry.server.core.models import License
from keyferry.server.db import reading
from tests.audit_log import events
from tests.faces.portal_visitor import Visitor, form_in, staff
from tests.faces.visitor import Form

LICENSE, CUSTOMER, PRODUCT = "/portal/licenses/1", "/portal/customers/1", "/portal/products/demo-cad"
MAIL, BRANDING, SETTINGS = "/portal/mails/computer_key/en", "/portal/branding", "/portal/properties"
EXPIRY = date(2026, 12, 1)
REFUSED = "This was changed after you opened it"


@pytest.fixture
def ada(vendor) -> Visitor:
    vendor.issue(seats=3, customer="customer@example.com", expires=EXPIRY)
    return staff(vendor)


@pytest.fixture
def grace(vendor, ada) -> Visitor:
    return staff(vendor, "grace")


def the_license(number: int = 1) -> License:
    with reading() as session:
        return session.get_one(License, number)


def words() -> templates.Template:
    with reading() as session:
        return templates.current(session, "computer_key", "en")


# Where two forms to one address would undo each other: what the first changes, and what the second.
CHANGES = {
    "a license": (LICENSE, f"{LICENSE}/edit", ("lease_days", "7"), ("notes", "by fax")),
    "a customer": (CUSTOMER, f"{CUSTOMER}/edit", ("name", "Ada"), ("notes", "by fax")),
    "a mail": (MAIL, MAIL, ("subject", "Your key"), ("text", "Here: {computer key}")),
    "branding": (BRANDING, BRANDING, ("name", "Acme"), ("color", "#663399")),
    "settings": (
        SETTINGS,
        SETTINGS,
        ("options/maxReleaseCount", "9"),
        ("options/maxActivationsPerSystem", "8"),
    ),
}


@pytest.mark.thorough
@pytest.mark.parametrize("what", CHANGES)
def test_who_changes_what_a_colleague_has_changed_learns_of_it_and_can_send_it_again(ada, grace, what):
    page, path, (field, hers), (other, mine) = CHANGES[what]

    def opened(visitor: Visitor) -> Form:
        return form_in(visitor.get(page), path, has=field)

    first, second = opened(ada).values, opened(grace).values
    before = second[other]
    assert ada.post(path, **(first | {field: hers})).status_code == 302
    refused = grace.post(path, **(second | {other: mine}))
    assert refused.status_code == 409
    assert REFUSED in refused.text
    held = opened(ada).values
    assert (held[field], held[other]) == (hers, before)
    # What was typed is still there, and goes through now that it is known what it replaces.
    again = form_in(refused, path, has=field).values
    assert again[other] == mine
    assert grace.post(path, **again).status_code == 302
    assert opened(ada).values[other] == mine


def test_a_customer_who_activates_meanwhile_is_no_reason_to_refuse(vendor, ada):
    opened = ada.form_to(f"{LICENSE}/seats", on=LICENSE)
    vendor.activate(vendor.machine(ActivationKey.from_text(the_license().activation_key)))
    assert ada.post(f"{LICENSE}/seats", **(opened | {"seats": "9"})).status_code == 302
    assert the_license().seats == 9


@pytest.mark.parametrize("what", CHANGES)
def test_a_refusal_for_another_reason_does_not_hide_what_a_colleague_has_changed(ada, grace, what):
    page, path, (field, hers), (other, mine) = CHANGES[what]
    first, second = (form_in(one.get(page), path, has=field).values for one in (ada, grace))
    assert ada.post(path, **(first | {field: hers})).status_code == 302
    refused = grace.post(path, **(second | {other: mine, "csrf_token": "stale"}))
    assert refused.status_code == 400
    again = form_in(refused, path, has=field).values
    assert again[other] == mine
    assert grace.post(path, **again).status_code == 409


def test_what_is_wrong_in_a_form_does_not_hide_it_either(ada, grace):
    path = f"{LICENSE}/seats"
    second = grace.form_to(path, on=LICENSE)
    ada.post(path, **(ada.form_to(path, on=LICENSE) | {"seats": "7"}))
    refused = grace.post(path, **(second | {"seats": "many"}))
    assert refused.status_code == 400
    again = form_in(refused, path).values
    assert grace.post(path, **(again | {"seats": "5"})).status_code == 409


def test_a_test_does_not_hide_what_a_colleague_has_written(ada, grace):
    opened = ada.form_to(MAIL, on=MAIL)
    grace.post(MAIL, **(grace.form_to(MAIL, on=MAIL) | {"subject": "From grace"}))
    tested = ada.post(f"{MAIL}/test", **(opened | {"text": "{computer key}", "email": "ada@example.com"}))
    assert ada.post(MAIL, **form_in(tested, MAIL).values).status_code == 409
    assert words().subject == "From grace"


def twice(visitor: Visitor, path: str, *, on: str, **typed: str) -> list[int]:
    """Send one form two times, as an impatient finger does; returns the statuses."""
    form = visitor.form_to(path, on=on)
    return [visitor.post(path, **(form | typed)).status_code for _ in range(2)]


def test_a_renewal_that_is_sent_twice_counts_once(ada):
    assert twice(ada, f"{LICENSE}/renew", on=LICENSE, term="days", days="30") == [302, 409]
    assert the_license().expires_on == date(2026, 12, 31)


def test_a_key_is_replaced_once_by_a_form_that_is_sent_twice(ada):
    assert twice(ada, f"{LICENSE}/replace-key", on=LICENSE) == [302, 409]
    assert len(events("activation_key_replaced")) == 1


def test_many_are_renewed_once_by_a_form_that_is_sent_twice(vendor, ada):
    vendor.issue(expires=EXPIRY)
    question = ada.post("/portal/licenses/bulk", action="renew", chosen=["1", "2"])
    sent = form_in(question, "/portal/licenses/bulk/do").values | {
        "chosen": ["1", "2"],
        "term": "days",
        "days": "30",
    }
    first, second = (ada.post("/portal/licenses/bulk/do", **sent) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 409)
    assert REFUSED in second.text
    assert {the_license(number).expires_on for number in (1, 2)} == {date(2026, 12, 31)}


def test_an_epoch_begins_once_by_a_form_that_is_sent_twice(ada):
    assert twice(ada, f"{PRODUCT}/rotate", on=PRODUCT, retire_old="") == [302, 409]
    with reading() as session:
        assert products.find_product(session, "demo-cad").current_epoch.number == 2


def test_licenses_are_issued_once_by_a_form_that_is_sent_twice(ada):
    asked = {"product": "demo-cad", "count": "3", "seats": "1", "term": "never"}
    form = form_in(ada.post("/portal/licenses/preview", **asked), "/portal/licenses/issue")
    first, second = (ada.post(form.action, **form.values) for _ in range(2))
    assert first.location == second.location
    page = ada.get(second.location).text
    assert "These are the licenses it issued. No new ones were issued." in page
    assert "3 licenses issued" in page
    # Loaded again it says so no more, and whoever asks anew gets new ones.
    assert "No new ones" not in ada.get(second.location).text
    assert ada.post(form.action, **(form.values | {"form": ""})).location != first.location
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(License)) == 7


def test_what_was_issued_together_is_found_from_each_of_them(ada):
    ada.post("/portal/licenses/issue", product="demo-cad", count="3", seats="1", term="never")
    page = ada.get("/portal/licenses/3").text
    assert '<a href="/portal/licenses/issued/1">with 2 others</a>' in page
    assert "with" not in ada.get(LICENSE).text.split("<dt>Issued</dt>")[1].split("</div>")[0]
    assert ada.get("/portal/licenses/issued/9").status_code == 404
    assert ada.get("/portal/licenses/issued/99999999999").status_code == 404


def test_what_was_so_already_is_not_shown_as_done(vendor, ada):
    vendor.issue()
    for operation in ("suspend", "suspend"):
        ada.post(f"{LICENSE}/{operation}")
        page = ada.get(LICENSE).text
    assert "No changes." in page
    ada.post("/portal/licenses/bulk/do", action="suspend", chosen=["1", "2"])
    assert "1 license put on hold. No changes to 1." in ada.get("/portal/licenses").text
    ada.post("/portal/licenses/bulk/do", action="suspend", chosen=["1", "2"])
    assert "0 licenses put on hold. No changes to 2." in ada.get("/portal/licenses").text
    ada.post(f"{LICENSE}/edit", **ada.form_to(f"{LICENSE}/edit", on=LICENSE))
    assert "No changes." in ada.get(LICENSE).text
    ada.post(MAIL, **ada.form_to(MAIL, on=MAIL))
    assert "No changes." in ada.get(MAIL).text


@pytest.mark.parametrize(
    "address",
    [
        f"{PRODUCT}?done=retired",
        f"{MAIL}?done=saved",
        f"{BRANDING}?done=saved",
        f"{SETTINGS}?saved=2",
        "/portal/account?done=password",
        "/portal/customers?deleted=1",
        f"{CUSTOMER}?moved=3",
    ],
)
def test_no_address_can_say_that_something_was_done(ada, address):
    notices = re.findall(r'<p class="outcome" role="status">([^<]+)', ada.get(address).text)
    assert notices == []

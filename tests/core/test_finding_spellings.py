"""Search finds what a person would call the same, on both engines, and reads codes as all faces read them."""

from __future__ import annotations

from datetime import timedelta
from unicodedata import normalize

import pytest

from keyferry.server.core import audit
from keyferry.server.core.audit import By
from keyferry.server.core.customers import listing, records
from keyferry.server.core.events import Channel, Event
from keyferry.server.core.licensing import computers, listings
from keyferry.server.core.licensing.listings import AuditWanted, Wanted
from keyferry.server.core.models import Role
from keyferry.server.core.staff import operators, passwords
from keyferry.server.db import reading, transaction
from tests.conftest import STAFF, Vendor
from tests.refusals import refusal_of

pytestmark = pytest.mark.engines("sqlite", "postgresql")

# What is stored, and what is typed; never three symbols, which may be the beginning of an activation key.
SAME = {
    "Ünal Yıldız": "ünal y",
    "éclair": "ÉCLAIR",
    "Ромашка 7": "ромашка",
    "Ωμέγα-PC": "ΩΜΈΓΑ",
    "Straße 4": "STRASSE",
    "ＤＥＳＫ ９": "desk 9",
    "50%_off": "50%_O",
}
FORMS = ("NFC", "NFD")


def found(vendor: Vendor, search: str) -> tuple[list[str], list[str | None], list[str]]:
    """The customers of the licenses, the computers, and the customers that a search finds."""
    with reading() as session:
        now = vendor.clock.now
        held = listings.licenses(session, Wanted(search), now=now).rows
        customers = listing.customers(session, listing.Wanted(search), now=now)
        return (
            [license.customer.email for license in held if license.customer],
            [one.computer_name for one in computers.computers(session, computers.Wanted(search)).rows],
            [one.customer.email for one in customers.rows],
        )


@pytest.mark.parametrize("form", FORMS)
def test_names_are_found_in_every_spelling(vendor, form):
    stored = {name: normalize(form, name) for name in SAME}
    for number, name in enumerate(stored.values()):
        vendor.issue(customer=f"{number}@example.com")
        with transaction() as session:
            customer = records.with_id(session, number + 1)
            more = {"email": customer.email, "notes": "", "by": STAFF, "now": vendor.clock.now}
            records.edit(session, customer, name=name, **more)
        vendor.activate(vendor.machine(vendor.issue(), name))
    for number, (name, typed) in enumerate(SAME.items()):
        email = f"{number}@example.com"
        for typed_form in FORMS:
            for text in (typed, f"*{typed}", typed[1:], name):
                licenses, [computer], customers = found(vendor, normalize(typed_form, text))
                assert (licenses, customers) == ([email], [email]), text
                assert normalize("NFC", computer or "") == normalize("NFC", name)


# A computer's name, and what somebody pastes to find it.
PASTED = [
    ("LAB PC 07", "LAB\tPC 07\r\n"),
    ("LAB PC 07", "\ufeffLAB PC\u00a007"),
    ("LAB-PC-07", "LAB\u00ad-PC-\u200b07"),
    ("LAB-PC-07", "LAB-\x07PC-\x0007"),
    ("Ada \U0001f469\u200d\U0001f4bb", "*\U0001f469\u200d\U0001f4bb"),
    ("می\u200cخواهم", "می\u200cخوا"),
]


@pytest.mark.parametrize(("name", "typed"), PASTED)
def test_what_is_pasted_along_with_a_name_is_passed_over_but_for_what_belongs_to_it(vendor, name, typed):
    vendor.activate(vendor.machine(vendor.issue(), name))
    vendor.activate(vendor.machine(vendor.issue(), "Other"))
    assert found(vendor, typed)[1] == [name]


def test_what_names_a_person_who_was_deleted_is_found_by_nothing(vendor):
    vendor.activate(vendor.machine(vendor.issue(customer="ada@example.com"), "Ädas-PC"))
    assert found(vendor, "*ädas") == (["ada@example.com"], ["Ädas-PC"], [])
    with transaction() as session:
        records.delete(session, records.with_id(session, 1), by=STAFF, now=vendor.clock.now)
    assert found(vendor, "*ädas") == ([], [], [])


@pytest.mark.parametrize(
    "typed",
    [
        "Ünal@Müller.example",
        normalize("NFD", "ünal@müller.example"),
        "ünal@xn--mller-kva.example",
        "Ünal Yıldız <ünal@müller.example>",
        "<ünal@müller.example>",
        "mailto:ünal@müller.example?subject=Your%20key",
        "ÜNAL@",
        "*@müller",
    ],
)
def test_an_address_is_found_as_mail_programs_write_it(vendor, typed):
    vendor.issue(customer="ünal@müller.example")
    vendor.issue(customer="somebody@example.com")
    assert found(vendor, typed)[2] == ["ünal@müller.example"]
    assert found(vendor, typed)[0] == ["ünal@müller.example"]


WRITTEN = {
    "typographers' dashes": lambda code: code.replace("-", "–"),
    "a minus": lambda code: code.replace("-", "\u2212"),
    "no-break hyphens": lambda code: code.replace("-", "\u2011"),
    "a full stop": lambda code: f"{code}.",
    "named": lambda code: f"Key: {code}",
    "in quotation marks": lambda code: f"“{code}”",
    "in parentheses": lambda code: f"({code})",
    "a line break within": lambda code: f"{code[:15]}\n{code[15:]}",
    "full width": lambda code: "".join(chr(ord(one) + 0xFEE0) for one in code),
    "lower case": str.lower,
    "spaces": lambda code: code.replace("-", " "),
    "look-alikes": lambda code: code.replace("1", "l").replace("0", "O"),
}


@pytest.mark.parametrize("written", WRITTEN)
def test_a_code_is_found_as_it_is_read_elsewhere(vendor, written):
    key, other = vendor.issue(customer="ada@example.com"), vendor.issue(customer="bob@example.com")
    machine = vendor.machine(key)
    vendor.activate(machine)
    vendor.activate(vendor.machine(other, "OTHER"))
    for code in (key.text, machine.computer_id.text):
        for part in (code, code[:17]):
            assert found(vendor, WRITTEN[written](part))[0] == ["ada@example.com"]
    assert found(vendor, WRITTEN[written](machine.computer_id.text))[1] == ["LAB-PC-07"]


def test_the_audit_is_searched_by_names_in_every_spelling(app, clock):
    with transaction() as session:
        now = clock.now
        operators.add(session, "Ünal", Role.VIEWER, "correct horse battery", by=STAFF, now=now)
        audit.record(session, event=Event.SIGNED_IN, by=By(Channel.PORTAL, "Ünal"), now=now)
        audit.record(session, event=Event.SIGNED_IN, by=By(Channel.PORTAL, "root"), now=now + timedelta(1))
        # Accounts of the system that ran a command are not operators.
        ran = By(Channel.COMMAND_LINE, normalize("NFD", "Gärtner"))
        audit.record(session, event=Event.SIGNED_IN, by=ran, now=now + timedelta(2))
    with reading() as session:
        for typed, who in (("ünal", "Ünal"), ("ÜNA", "Ünal"), ("ROO", "root"), ("gärtner", ran.who)):
            for form in FORMS:
                events = listings.audit_events(session, AuditWanted(who=normalize(form, typed))).rows
                assert [event.who for event in events] == [who]


@pytest.mark.parametrize(("set_in", "typed_in"), [FORMS, FORMS[::-1]])
def test_operators_and_passwords_are_compared_in_one_form(app, clock, set_in, typed_in):
    name, password = "Ünal Gärtner", "gärtner über ünal"
    with transaction() as session:
        by = {"by": STAFF, "now": clock.now}
        added = operators.add(
            session, normalize(set_in, name), Role.VIEWER, normalize(set_in, password), **by
        )
        assert operators.find(session, normalize(typed_in, name.upper())).id == added.id
        assert passwords.fits(normalize(typed_in, password), added.password_hash)
        assert not passwords.fits(normalize(typed_in, password.upper()), added.password_hash)
        again = (session, normalize(typed_in, name), Role.VIEWER, password)
        assert refusal_of(operators.add, *again, **by) == "operator_exists"

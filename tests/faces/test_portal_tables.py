"""Every list of the portal is a table for a spreadsheet, too, with all of its rows."""

from __future__ import annotations

import csv
import io
import re

import pytest

from keyferry.server.core.mail import mails, outbox
from keyferry.server.core.models import Role
from keyferry.server.db import transaction
from tests.conftest import STAFF
from tests.faces.portal_visitor import Visitor, staff
from tests.workbooks import table_of

SIZE = 3
# A list, how many rows it has at least, and a column of its table with what is in it.
LISTS = {
    "licenses": (SIZE, "customer", "0@example.com"),
    "computers": (SIZE, "computer name", "LAB-0"),
    "customers": (SIZE, "email", "0@example.com"),
    "products": (1, "code", "demo-cad"),
    "possible-copies": (1, "computer name", "LAB-0"),
    "audit": (2 * SIZE, "event", "license_issued"),
    "outbox": (SIZE, "email", "0@example.com"),
    "operators": (2, "name", "grace"),
}


@pytest.fixture
def desk(vendor):
    for number in range(SIZE):
        machine = vendor.machine(vendor.issue(customer=f"{number}@example.com"), f"LAB-{number}")
        vendor.activate(machine)
        give_up(vendor, f"{number}@example.com")
        if number == 0:
            vendor.activate(vendor.machine(machine.activation_key, "LAB-0"))
    staff(vendor, "grace", Role.VIEWER)
    return staff(vendor)


def give_up(vendor, recipient: str) -> None:
    now = vendor.clock.now
    with transaction() as session:
        mail = mails.license_keys(recipient, held=[])
        outbox.post(session, mail, keyring=vendor.keyring, by=STAFF, now=now)
        outbox.failed(session, outbox.take(session, now), "No such address.", now, for_good=True)


def taken(desk: Visitor, name: str, form: str) -> bytes:
    """The table that the page of a list leads to, by a link or by a button."""
    page = desk.get(f"/portal/{name}").text
    if link := re.search(rf'href="(/portal/{name}\.{form})" download', page):
        return desk.get(link[1]).get_data()
    [path] = set(re.findall(rf'action="(/portal/{name}/(?:bulk/)?export)"', page))
    return desk.post(path, everything="1", list="", format=form).get_data()


@pytest.mark.parametrize("name", LISTS)
def test_every_list_is_a_table_with_all_of_its_rows(desk, name):
    least, column, value = LISTS[name]
    text = taken(desk, name, "csv").decode().removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) >= least
    assert value in [row[column] for row in rows]
    assert [row[column] for row in table_of(taken(desk, name, "xlsx"))] == [row[column] for row in rows]


def test_unsent_email_is_told_with_why_it_waits(desk):
    text = taken(desk, "outbox", "csv").decode().removeprefix("\ufeff")
    [*_, first] = csv.DictReader(io.StringIO(text))
    told = {name: first[name] for name in ("email", "what", "status", "trouble", "next try (UTC)")}
    assert told == {
        "email": "0@example.com",
        "what": "License keys",
        "status": "failed",
        "trouble": "No such address.",
        "next try (UTC)": "",
    }
    assert first["kept until (UTC)"] > first["since (UTC)"]


def test_nobody_takes_the_table_of_a_list_that_they_may_not_see(vendor, desk):
    viewer = staff(vendor, "vera", Role.VIEWER)
    for form in ("csv", "xlsx"):
        assert viewer.get(f"/portal/operators.{form}").status_code == 403
        assert viewer.get(f"/portal/audit.{form}").status_code == 403
        assert viewer.get(f"/portal/outbox.{form}").status_code == 200

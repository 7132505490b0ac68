"""Portal and console save the same lists as the same tables."""

import csv
import io

import pytest

from keyferry.server.core.customers.listing import Wanted as Customers
from keyferry.server.core.licensing.computers import Wanted as Computers
from keyferry.server.core.licensing.listings import AuditWanted, Wanted
from tests.faces.test_nothing_to_release import access


def head_of(text: str) -> list[str]:
    return next(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def of_the_console(vendor, name: str) -> list[str]:
    at_work = access(vendor)
    table = {
        "audit": lambda: at_work.audit_table(AuditWanted()),
        "computers": lambda: at_work.computer_table(Computers()),
        "customers": lambda: at_work.customer_table(Customers()),
        "licenses": lambda: at_work.license_table(Wanted()),
        "possible-copies": at_work.copy_table,
    }[name]()
    return head_of(table.as_csv())


@pytest.mark.parametrize("name", ["audit", "computers", "possible-copies"])
def test_what_is_only_read_has_the_same_columns(vendor, desk, name):
    assert head_of(desk.get(f"/portal/{name}.csv").get_data(as_text=True)) == of_the_console(vendor, name)


def test_what_the_audit_keeps_has_the_same_columns(vendor, desk):
    vendor.issue(customer="ada@example.com")
    customers = desk.post("/portal/customers/csv").get_data(as_text=True)
    assert head_of(customers) == of_the_console(vendor, "customers")


def test_what_is_exported_of_licenses_has_the_same_columns(vendor, desk):
    vendor.issue()
    licenses = desk.post("/portal/licenses/export", format="csv", everything="1").get_data(as_text=True)
    assert head_of(licenses) == of_the_console(vendor, "licenses")

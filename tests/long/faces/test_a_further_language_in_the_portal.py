"""Every page of the portal speaks a language that was added."""

from __future__ import annotations

import pytest

from keyferry.server.core.licensing import licenses
from tests.faces.portal_visitor import staff
from tests.faces.test_a_further_language import bracketed, english_left

__all__ = ["bracketed"]
STAFF = (
    *("", "licenses", "licenses/1", "issue", "computers", "computers/1", "customers", "customers/1"),
    *("products", "products/demo-cad", "add-product", "audit", "operators", "operators/1", "properties"),
    *("branding", "mails", "mails/computer_key/de", "outbox", "account", "licenses/999", "licenses?q=x"),
)


@pytest.mark.usefixtures("bracketed")
def test_every_page_of_the_portal_speaks_it(vendor):
    visitor = staff(vendor)
    key = vendor.issue(customer="ada@example.com", seats=3)
    machine = vendor.machine(key)
    vendor.activate(machine)
    vendor.change(key, licenses.suspend)
    visitor.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "eo"
    for path in STAFF:
        answer = visitor.get(f"/portal/{path}")
        assert '<html lang="eo">' in answer.text, path
        assert (path, english_left(answer.text)) == (path, [])
    assert answer.headers["Content-Language"] == "eo"
    assert "Accept-Language" in answer.headers["Vary"]

"""A browser on the portal without scripts: it fills in forms as they stand on the page."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.core import operators
from server.core.models import Role
from server.db import transaction
from tests.conftest import STAFF, Vendor

PASSWORD = "correct horse battery staple"
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Visitor:
    """One browser, and the page that it shows."""

    client: FlaskClient
    csrf: str = ""

    def get(self, path: str) -> TestResponse:
        return self._kept(self.client.get(path, headers={"Accept": "text/html"}, buffered=True))

    def post(self, path: str, **values: str | list[str]) -> TestResponse:
        sent = {"csrf_token": self.csrf} | values
        return self._kept(self.client.post(path, data=sent, headers={"Accept": "text/html"}, buffered=True))

    def sign_in(self, name: str = "ada", password: str = PASSWORD, **more: str) -> TestResponse:
        self.get("/portal/sign-in")
        return self.post("/portal/sign-in", name=name, password=password, **more)

    def _kept(self, response: TestResponse) -> TestResponse:
        if found := _CSRF.search(response.get_data(as_text=True)):
            self.csrf = found[1]
        return response


def staff(vendor: Vendor, name: str = "ada", role: Role = Role.ADMINISTRATOR) -> Visitor:
    """Add an operator, and sign in as one."""
    with transaction() as session:
        operators.add(session, name, role, PASSWORD, by=STAFF, now=vendor.clock.now)
    visitor = Visitor(vendor.app.test_client())
    assert visitor.sign_in(name).status_code == 302
    visitor.get("/portal/")
    return visitor


def dialogs(page: str) -> set[str]:
    """The dialogs of a page beside the palette, which every page has."""
    return set(re.findall(r'<dialog id="([^"]+)"', page)) - {"palette"}

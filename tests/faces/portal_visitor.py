"""A browser on the portal without scripts: it fills in forms as they stand on the page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from unittest.mock import patch

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from keyferry.server.core import properties
from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.models import Operator, Role, ServerProperty
from keyferry.server.core.staff import operators, passwords, sessions
from keyferry.server.db import transaction
from keyferry.server.faces.portal.staff import cookie as portal_cookie
from tests.conftest import STAFF, Vendor
from tests.faces.visitor import Form, Reader

PASSWORD = "correct horse battery staple"
CSRF_VALUE = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Visitor:
    """One browser, and the page that it shows."""

    client: FlaskClient
    form_page: str | None = None
    """Where the hidden field of its forms stands, if no page has shown it yet: it is good for all of them."""
    shown_csrf: str = ""

    @property
    def csrf(self) -> str:
        if self.form_page and not self.shown_csrf:
            self.get(self.form_page)
        return self.shown_csrf

    def get(self, path: str) -> TestResponse:
        return self._kept(self.client.get(path, headers={"Accept": "text/html"}, buffered=True))

    def post(self, path: str, **values: str | list[str]) -> TestResponse:
        sent = {"csrf_token": self.csrf} | values
        return self._kept(self.client.post(path, data=sent, headers={"Accept": "text/html"}, buffered=True))

    def form_to(self, path: str, *, on: str) -> dict[str, str | list[str]]:
        """Open a page, and return what its form to `path` would send."""
        return dict(form_in(self.get(on), path).values)

    def sign_in(self, name: str = "ada", password: str = PASSWORD, **more: str) -> TestResponse:
        self.get("/portal/sign-in")
        return self.post("/portal/sign-in", name=name, password=password, **more)

    def _kept(self, response: TestResponse) -> TestResponse:
        is_page = response.mimetype == "text/html"
        if is_page and (found := CSRF_VALUE.search(response.get_data(as_text=True))):
            self.shown_csrf = found[1]
        return response


def form_in(page: TestResponse, path: str, *, has: str = "") -> Form:
    """The form of a page that is sent to `path`, where there are several the one that has a field."""
    return next(
        form for form in Reader(page.text).forms if form.action == path and (not has or form.takes(has))
    )


def staff(
    vendor: Vendor, name: str = "ada", role: Role = Role.ADMINISTRATOR, *, first_day: bool = False
) -> Visitor:
    """Add an operator, and return a browser that is signed in, without the time that passwords take.

    But for its own tests, the vendor's first day is over.
    """
    now = vendor.clock.now
    with transaction() as session:
        if not first_day:
            hide_first_day(session, now)
        added = add_operator(session, name, role, now)
        by = By(Channel.PORTAL, name, "127.0.0.1")
        token = sessions.begin(session, added, by=by, device="Firefox", now=now).token
    visitor = Visitor(vendor.app.test_client(), form_page="/portal/account")
    visitor.client.set_cookie(portal_cookie(), token, path="/portal")
    return visitor


def hide_first_day(session: Session, now: datetime) -> None:
    """Have Start show figures, without a word of it in the audit."""
    session.merge(ServerProperty(name=properties.FIRST_DAY, value=False, changed_at=now))


def add_operator(session: Session, name: str, role: Role, now: datetime) -> Operator:
    """Add an operator whose password is hashed once for all tests, since that is meant to take its time."""
    known = _password_hash()
    with patch.object(passwords, "hashed", lambda _: known):
        return operators.add(session, name, role, PASSWORD, by=STAFF, now=now)


@cache
def _password_hash() -> str:
    return passwords.hashed(PASSWORD)


def dialog_in(page: str, name: str) -> str:
    """A dialog of a page with what is in it, without what stands around it."""
    return page.split(f'<dialog id="{name}"')[1].split("</dialog>")[0]


def is_open(page: str, name: str) -> bool:
    """Whether a page came with a dialog open: for scripts, and without any."""
    return " data-opened open>" in dialog_in(page, name).partition("\n")[0]


def dialogs(page: str) -> set[str]:
    """The dialogs of a page beside those that every page has."""
    return set(re.findall(r'<dialog [^>]*?\bid="([^"]+)"', page)) - {"palette", "help", "scan"}

"""What the faces answer while the database is in trouble, and what the log says meanwhile."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from werkzeug.test import TestResponse

from keyferry.server.db import db
from tests.conftest import Browser, Vendor
from tests.faces.portal_visitor import PASSWORD, Visitor, staff
from tests.listening import leave, listen
from tests.machines import Machine

FOR_STAFF = "The database can’t be used right now", "its database doesn’t answer or is busy."
FOR_CUSTOMERS = "We’ll be right back", "Computers that are activated keep working."
BUSY = "The server can’t answer right now. Try again in a few seconds."


@dataclass
class Faces:
    """A phone, a customer at Self Help and a member of the staff, each with a page open."""

    machine: Machine
    staff: Visitor
    stranger: Visitor

    def look(self) -> list[TestResponse]:
        """Ask for pages that only read."""
        pages = ("/portal/", "/portal/licenses", "/portal/audit.csv")
        return [
            *(self.staff.get(page) for page in pages),
            self.stranger.get("/self-help/"),
            self.stranger.get("/self-help/activate"),
            self.phone("requests"),
            self.stranger.get("/sw.js"),
            self.stranger.get("/pwa/manifest.webmanifest"),
        ]

    def ask(self) -> list[TestResponse]:
        """Send what is written down."""
        return [
            self.phone("activations"),
            self.stranger.post("/portal/sign-in", name="nobody", password=PASSWORD),
            self.type_codes(),
            self.staff.post("/portal/sign-out"),
        ]

    def type_codes(self) -> TestResponse:
        """Activate by typed codes at Self Help."""
        key, computer_id = self.machine.activation_key.text, self.machine.computer_id.text
        return self.stranger.post("/self-help/activate", activation_key=key, computer_id=computer_id)

    def phone(self, operation: str) -> TestResponse:
        token = {"token": self.machine.activation_token}
        return self.stranger.client.post(f"/phone/v1/{operation}", json=token)


def faces_of(vendor: Vendor) -> Faces:
    vendor.app.test_client_class = Browser
    at_work, stranger = staff(vendor), Visitor(vendor.app.test_client())
    at_work.get("/portal/account")
    stranger.get("/self-help/activate")
    return Faces(vendor.machine(vendor.issue()), at_work, stranger)


def _in_the_log(path: str) -> str:
    """Of an address, only the words of ours are logged."""
    return "/pwa/…" if path.startswith("/pwa/") else path


def assert_busy(answers: Sequence[TestResponse], code: str, caplog: pytest.LogCaptureFixture) -> None:
    """Each answer asks to come again, and the log has one line for each, with the cause and nothing more."""
    for answer in answers:
        where = f"{answer.request.method} {answer.request.path}"
        assert (where, answer.status_code, answer.headers["Retry-After"]) == (where, 503, "5")
        if answer.request.path.startswith("/phone/"):
            assert (answer.json["code"], answer.json["detail"]) == ("server_busy", BUSY)
        else:
            is_of_staff = answer.request.path.startswith("/portal/")
            title, text = FOR_STAFF if is_of_staff else FOR_CUSTOMERS
            assert title in answer.text
            assert text in answer.text
    assert [record.getMessage() for record in caplog.records] == [
        f"{answer.request.method} {_in_the_log(answer.request.path)} was answered with 503: {code}"
        for answer in answers
    ]
    assert not any(record.exc_info for record in caplog.records)
    caplog.clear()


def assert_well(answers: Sequence[TestResponse], caplog: pytest.LogCaptureFixture) -> None:
    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@contextmanager
def with_pragma(pragma: str) -> Iterator[None]:
    """Have every connection run a statement, and nobody keep one from before or for afterwards."""

    def run(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA {pragma}")

    listen(db.engine, "connect", run)
    db.engine.dispose()
    try:
        yield
    finally:
        leave(db.engine, "connect", run)
        db.engine.dispose()

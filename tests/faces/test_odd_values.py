"""Every address, odd values in every place: nothing fails, and nobody writes who may not.

Strangers, who may least, and who may most, once; the long tests have everybody, many times.
"""

from __future__ import annotations

import io
import random
from collections.abc import Collection, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from keyferry.server.core.models import Activation, Base, License, Role
from keyferry.server.db import reading
from tests.conftest import Vendor
from tests.faces.portal_visitor import Visitor, staff
from tests.faces.test_csrf import PARTS

pytestmark = pytest.mark.usefixtures("mail_works")

# fmt: off
ODD = [
    "", " ", "\t\n", "\0", "a\0b", "\x1b[31m", "\x7f", "%", "%00", "%s%n", "{}", "{0}", "{{ 7 * 7 }}",
    "${7}",
    "0", "-1", "1.5", "1e999", "NaN", "٣", "9" * 25, "1" * 5000, "0x10", "true", "null", "[]", "[1]",
    "2026-02-30", "0001-01-01", "9999-12-31", "10000-01-01", "2026-11-29T12:00", "-2026-01-01",
    "x" * 300, "x" * 20_000, "測" * 300, "\u202egnp", "\u200b", "a\u0301" * 40, "🗝", "\ufeff", "\ue000",
    "ß",
    "' OR 1=1 --", '"; DROP TABLE license; --', "<script>alert(1)</script>", "../../master.key",
    "..%2f", "file:///",
    "ada@example.com\r\nBcc: eve@example.com", "@", "a@b", "=1+1", "//example.com",
    "javascript:alert(1)", "#00f",
    "1" + "0" * 24, "I" * 25, "0" * 29, "U" * 30, "-" * 500, "HTTPS://X/A#" + "A" * 300, "x.y.z",
    "=" * 200,
]
# What views and operations ask a form or an address for.
FIELDS = [
    "action", "activation_key", "channel", "chosen", "code", "color", "computer_id", "computer_name",
    "count", "customer", "days", "dir", "email", "ends_by", "event", "expires", "feature", "features",
    "form", "group", "is_avkey", "is_file", "key_style", "language", "lease_days", "license",
    "license_file", "link", "logo", "machine_source", "mails_key", "name", "new_password", "next",
    "notes", "page", "part", "password", "privacy", "product", "property", "q", "reason", "refused",
    "retire_old", "role", "seats", "secret", "since", "sort", "standing", "state", "subject", "take",
    "term", "text", "theme", "token", "until", "version", "view", "who", "options/maxReleaseCount",
    "branding/supportUrl",
]
# fmt: on
# What somebody who may not change anything leaves behind: what was counted, refused, and their own session.
TRACES = {"Attempt", "AuditEvent", "AuditRepeat", "OperatorSession", "OutboxMail"}


COUNTED = select(
    *(
        select(func.count()).select_from(mapper.class_).scalar_subquery().label(mapper.class_.__name__)
        for mapper in Base.registry.mappers
    )
)
EVERYBODY = (None, Role.VIEWER, Role.SUPPORT, Role.MANAGER, Role.ADMINISTRATOR)


class Sweep:
    """Sends odd values, the same for the same seed."""

    def __init__(self, app: Flask, vendor: Vendor, seed: int) -> None:
        self.app, self.chance, self.numbers = app, random.Random(seed), iter(range(10**6))
        self.vendor = vendor
        self.failed: list[object] = []

    def sign_in(self, role: Role | None) -> Visitor:
        """Everybody comes with a fresh session: some addresses end it."""
        if role is None:
            visitor = Visitor(self.app.test_client())
            visitor.get("/self-help/activate")
            return visitor
        return staff(self.vendor, f"{role}{next(self.numbers)}", role)

    def everything(self, role: Role | None) -> None:
        visitor = self.sign_in(role)
        for rule, method in self.addresses():
            may_write = method == "POST" and role not in (None, Role.VIEWER)
            before = {} if may_write else rows()
            answer = self.send(visitor, rule, method)
            changed = (
                set() if may_write else {name for name, count in rows().items() if count != before[name]}
            )
            if answer.status_code >= 500 or changed - TRACES:
                self.failed.append((role, method, rule.rule, answer.status_code, changed))
            if method == "POST" and visitor.get("/portal/account").status_code != 200:
                visitor = self.sign_in(role)

    def addresses(self) -> Iterator[tuple[Rule, str]]:
        for rule in self.app.url_map.iter_rules():
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield rule, method

    def send(self, visitor: Visitor, rule: Rule, method: str) -> TestResponse:
        address, values = self.address_of(rule), self.values()
        more: dict[str, Any] = {
            "headers": {"Accept": "text/html", "Accept-Language": self.odd()[:50].strip() or "en"}
        }
        more["headers"] = {
            name: text for name, text in more["headers"].items() if text.isprintable() and text.isascii()
        }
        if method == "GET":
            return visitor.client.get(address, query_string=values, buffered=True, **more)
        if rule.rule.startswith("/phone/"):
            return visitor.client.post(address, json=self.json(values), buffered=True, **more)
        sent: dict[str, Any] = {"csrf_token": visitor.csrf, **values}
        if self.chance.random() < 0.2:
            sent["logo"] = (io.BytesIO(self.odd().encode()), "logo.png")
        return visitor.client.post(address, data=sent, buffered=True, **more)

    def address_of(self, rule: Rule) -> str:
        parts: dict[str, Any] = dict(rule.defaults or {})
        for name in rule.arguments - set(rule.defaults or ()):
            known = PARTS.get(name, "x")
            parts[name] = (
                known if isinstance(known, int) or self.chance.random() < 0.5 else self.odd()[:500] or "x"
            )
        with self.app.test_request_context():
            return self.app.url_map.bind("localhost").build(rule.endpoint, parts)

    def values(self) -> dict[str, str]:
        return {name: self.odd() for name in self.chance.sample(FIELDS, self.chance.randint(0, 12))}

    def json(self, values: dict[str, str]) -> object:
        codes = {name: self.odd() for name in ("activation_key", "computer_id")}
        return self.chance.choice(
            [values, {"token": self.odd()}, codes | values, [], None, 7, {"token": [self.odd()]}]
        )

    def odd(self) -> str:
        return self.chance.choice(ODD)


def rows() -> dict[str, int]:
    with reading() as session:
        return dict(session.execute(COUNTED).one()._mapping)


def counted_right() -> bool:
    with reading() as session:
        used = session.scalars(select(func.sum(License.seats_used))).one()
        live = session.scalars(select(func.count()).where(Activation.ended_at.is_(None))).one()
        return bool(used == live)


def sweep(app: Flask, vendor: Vendor, seed: int, who: Collection[Role | None] = EVERYBODY) -> None:
    vendor.activate(vendor.machine(vendor.issue(customer="ada@example.com", seats=3)))
    swept = Sweep(app, vendor, seed)
    for role in who:
        swept.everything(role)
    assert swept.failed == []
    assert counted_right()


@pytest.mark.thorough
def test_odd_values_everywhere_fail_nothing_and_write_nothing(app, vendor):
    sweep(app, vendor, 1, (None, Role.VIEWER, Role.ADMINISTRATOR))

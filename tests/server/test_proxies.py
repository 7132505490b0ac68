"""Where a phone or a browser is, behind proxies and on sockets for IPv4 and IPv6 at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from keyferry.server import create_app
from keyferry.server.core.models import AuditEvent, OperatorSession, Role
from keyferry.server.core.staff import operators
from keyferry.server.db import transaction
from tests.conftest import NOON, STAFF, Browser
from tests.faces.portal_visitor import PASSWORD, Visitor

WRONG = "wrong horse battery staple"


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "198.51.100.1, 203.0.113.9", "127.0.0.1"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9:51234", "203.0.113.9"),
        (1, '"[2001:db8::17%eth0]:51234"', "2001:db8::17"),
        (1, "unknown", "unknown"),
        (1, "x" * 1000, "unknown"),
    ],
)
def test_only_a_trusted_proxy_says_where_a_phone_is(vendor, settings, clock, proxies, forwarded, address):
    token = vendor.machine(vendor.issue()).deactivation_token
    app = create_app(settings.model_copy(update={"trusted_proxies": proxies}), clock=clock)
    answer = app.test_client().post(
        "/phone/v1/deactivations", json={"token": token}, headers={"X-Forwarded-For": forwarded}
    )
    assert answer.json["code"] == "not_activated"
    with transaction() as session:
        refused = select(AuditEvent.address).where(AuditEvent.code == "not_activated")
        assert session.scalars(refused).all() == [address]


@pytest.fixture
def try_from(settings, app, clock) -> Callable[..., int]:
    """Try to sign in, from an address as a trusted proxy names it, or as the socket does."""
    with transaction() as session:
        operators.add(session, "ada", Role.ADMINISTRATOR, PASSWORD, by=STAFF, now=NOON)
    app = create_app(settings.model_copy(update={"trusted_proxies": 1}), clock=clock)

    def try_from(*, password: str = WRONG, named: str | None = None, socket: str = "127.0.0.1") -> int:
        client = Browser(app)
        client.environ_base["REMOTE_ADDR"] = socket
        if named is not None:
            client.environ_base["HTTP_X_FORWARDED_FOR"] = named
        return Visitor(client).sign_in(password=password).status_code

    return try_from


@pytest.mark.thorough
@pytest.mark.parametrize(
    "spelled",
    [
        "203.0.113.9:{0}",
        "[2001:db8::{0}]:{0}",
        "2001:db8::17%eth{0}",
        "::ffff:203.0.113.9%{0}",
        "64:ff9b::cb00:7109:{0}",
        "unknown{0}",
        "_{0}",
    ],
)
def test_a_guesser_is_stopped_however_a_proxy_spells_each_address(try_from, spelled):
    tries = [try_from(named=spelled.format(50_000 + number)) for number in range(7)]
    assert tries == [403] * 5 + [429] * 2


def test_a_stranger_on_a_socket_for_both_does_not_keep_everybody_else_out(try_from):
    assert [try_from(socket="::ffff:198.51.100.1") for _ in range(6)] == [403] * 5 + [429]
    assert try_from(socket="::ffff:192.0.2.7", password=PASSWORD) == 302
    assert try_from(socket="", password=PASSWORD) == 302
    with transaction() as session:
        assert session.scalars(select(OperatorSession.address)).all() == ["192.0.2.7", "unknown"]

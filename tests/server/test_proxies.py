from __future__ import annotations

import pytest
from sqlalchemy import select

from server import create_app
from server.core.models import AuditEvent
from server.db import transaction


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
def test_only_a_trusted_proxy_says_where_a_phone_is(vendor, settings, clock, proxies, address):
    token = vendor.machine(vendor.issue()).deactivation_token
    app = create_app(settings.model_copy(update={"trusted_proxies": proxies}), clock=clock)
    answer = app.test_client().post(
        "/phone/v1/deactivations",
        json={"token": token},
        headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"},
    )
    assert answer.json["code"] == "not_activated"
    with transaction() as session:
        refused = select(AuditEvent.address).where(AuditEvent.code == "not_activated")
        assert session.scalars(refused).all() == [address]

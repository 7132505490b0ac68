"""The audit is append-only and kept for ever: what strangers repeat is counted, not written each time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from keyferry.server.core import audit
from keyferry.server.core.audit import WINDOW, By
from keyferry.server.core.events import Channel, Event
from keyferry.server.core.models import AuditEvent, AuditRepeat
from keyferry.server.db import reading, transaction

pytestmark = pytest.mark.engines("sqlite", "postgresql")

STRANGER = By(Channel.PHONE, address="192.0.2.7")


@pytest.fixture
def refuse(vendor):
    def refuse(times: int = 1, *, by: By = STRANGER, code: str = "no_seat_left") -> None:
        for _ in range(times):
            with transaction() as session:
                now = vendor.clock.now
                audit.record_once(session, event=Event.ACTIVATION_REFUSED, by=by, code=code, now=now)

    return refuse


def rows() -> list[tuple[str | None, int]]:
    """Each refusal in the audit: whose address, and how many more it stands for."""
    with reading() as session:
        found = session.scalars(select(AuditEvent).where(AuditEvent.code.is_not(None))).all()
    return [(one.address, (one.detail or {}).get("repeated", 0)) for one in found]


def test_the_first_is_written_at_once_and_the_others_are_counted(refuse):
    refuse(5)
    assert rows() == [("192.0.2.7", 0)]


def test_once_the_hour_is_over_one_row_says_how_often(vendor, refuse):
    refuse(5)
    vendor.clock.now += WINDOW - timedelta(seconds=1)
    refuse()
    vendor.clock.now += timedelta(seconds=1)
    refuse()
    assert rows() == [("192.0.2.7", 0), ("192.0.2.7", 5), ("192.0.2.7", 0)]


def test_what_happened_once_needs_no_second_row(vendor, refuse):
    refuse()
    vendor.clock.now += WINDOW
    with transaction() as session:
        audit.close_windows(session, vendor.clock.now)
        assert session.scalars(select(AuditRepeat)).all() == []
    assert rows() == [("192.0.2.7", 0)]


def test_what_differs_in_code_person_channel_or_network_is_something_else(refuse):
    refuse()
    refuse(code="license_expired")
    refuse(by=By(Channel.SELF_HELP, address="192.0.2.7"))
    refuse(by=By(Channel.PHONE, address="192.0.2.8"))
    refuse(by=By(Channel.PORTAL, "ada", "192.0.2.7"))
    assert len(rows()) == 5
    refuse(by=By(Channel.PHONE, address="2001:db8::1"))
    refuse(by=By(Channel.PHONE, address="2001:db8::2"))
    assert len(rows()) == 6

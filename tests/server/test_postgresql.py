"""What only a real PostgreSQL does: NULs, and long addresses."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from keyferry.server.core.audit import By
from keyferry.server.core.errors import NotAllowed
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import listings
from keyferry.server.core.licensing.listings import AuditWanted, Wanted
from keyferry.server.core.mail import outbox
from keyferry.server.core.mail.mails import Mail
from keyferry.server.core.models import AuditEvent
from keyferry.server.db import reading, transaction
from keyferry.server.parts import parts
from keyferry.server.services.signing_in import show_password

pytestmark = pytest.mark.engines("postgresql")


def post_mails(count: int, now: datetime) -> None:
    with transaction() as session:
        for _ in range(count):
            mail = Mail("computer_key", "ada@example.com", "subject", "text")
            outbox.post(session, mail, keyring=parts().keyring, by=By(Channel.PORTAL, "ada"), now=now)


def test_what_only_reads_cannot_write(vendor, clock):
    with pytest.raises(DatabaseError, match="read-only"), reading() as session:
        session.execute(text("UPDATE product SET name = 'x'"))


def test_a_name_that_no_operator_can_have_is_a_wrong_sign_in_and_finds_nothing(app, clock):
    """PostgreSQL takes no NUL: what a stranger sends is looked at before it is looked for."""
    with pytest.raises(NotAllowed, match="don’t match"):
        show_password("a\0b", "no password at all", by=By(Channel.PORTAL, address="192.0.2.1"), now=clock.now)
    with reading() as session:
        assert listings.licenses(session, Wanted(product="a\0b"), now=clock.now).total == 0
        assert listings.audit_events(session, AuditWanted(event="a\0b")).total == 0


@pytest.mark.parametrize("zone", ["", "%a-network-card-with-quite-a-long-name"])
def test_an_address_with_port_and_zone_fits_its_column(app, clock, zone):
    by = By(Channel.PORTAL, address=f"[2001:db8:1111:2222:3333:4444:5555:6666{zone}]:51234")
    with pytest.raises(NotAllowed, match="don’t match"):
        show_password("nobody", "no password at all", by=by, now=clock.now)
    with reading() as session:
        assert session.scalars(select(AuditEvent.address)).all() == ["2001:db8:1111:2222:3333:4444:5555:6666"]


def test_workers_pass_by_what_another_is_taking_and_take_no_mail_twice(app, settings, clock):
    post_mails(2, clock.now)
    with transaction() as one, transaction() as other:
        first, second = outbox.take(one, clock.now), outbox.take(other, clock.now)
        assert first is not None
        assert second is not None
        assert first.id != second.id
        assert outbox.take(other, clock.now) is None


def test_eight_threads_that_need_a_connection_at_once_open_none_the_next_time(app):
    """To open one costs PostgreSQL as much as ten activations."""

    def eight_at_once() -> set[int]:
        with ExitStack() as stack:
            opened = [stack.enter_context(reading()) for _ in range(8)]
            return {one.scalar(select(func.pg_backend_pid())) for one in opened}

    first = eight_at_once()
    assert len(first) == 8
    assert eight_at_once() == first

"""The keys of licenses that were just issued, by email: right away, or again."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from keyferry.server.core.audit import By
from keyferry.server.core.events import Channel
from keyferry.server.core.licensing import batches
from keyferry.server.core.licensing.batches import Wanted
from keyferry.server.core.licensing.licenses import Terms
from keyferry.server.core.mail import outbox
from keyferry.server.core.models import OutboxMail, Role
from keyferry.server.db import reading, transaction
from keyferry.server.services import issuing
from tests.faces.portal_visitor import Visitor, form_in, staff

ADA = "ada@example.com"
PREVIEW, ISSUE, PAGE = (f"/portal/licenses/{end}" for end in ("preview", "issue", "issued/1"))
ASKED = {"product": "demo-cad", "count": "3", "seats": "2", "term": "never", "email": ADA, "order": "4823"}

MANAGER = By(Channel.PORTAL, "grace", role=Role.MANAGER)
# More than a chunk.
WANTED = Wanted("demo-cad", 1, Terms(), customer=ADA, count=1001, mails_keys=True)


@pytest.fixture
def desk(vendor) -> Visitor:
    return staff(vendor, role=Role.MANAGER)


def posted() -> list[OutboxMail]:
    with reading() as session:
        return list(session.scalars(select(OutboxMail).order_by(OutboxMail.id)))


def text_of(vendor, number: int) -> str:
    """What the next email says; it counts as taken."""
    with transaction() as session:
        taken = outbox.take(session, vendor.clock.now)
    assert taken.id == number
    mail = outbox.opened(taken, vendor.keyring)
    return "\n".join([mail.subject, mail.text, *(file.content for file in mail.attachments)])


@pytest.mark.usefixtures("mail_works")
def test_the_keys_are_mailed_with_the_last_of_them_where_that_was_wanted(vendor, desk):
    form = form_in(desk.post(PREVIEW, **ASKED), ISSUE)
    assert form.takes("mails")
    desk.post(ISSUE, **form.values)
    assert posted() == []
    again = form_in(desk.post(PREVIEW, **ASKED), ISSUE).values | {"mails": "1"}
    page = desk.get(desk.post(ISSUE, **again).location).text
    assert "On its way to" in page
    [mail] = posted()
    assert (mail.recipient, mail.license_id, mail.template) == (ADA, 4, "licenses_issued")
    text = text_of(vendor, mail.id)
    pieces = issuing.issued(2, by=MANAGER, show=lambda license: license.activation_key)
    assert all(text.count(key) == 2 for piece in pieces for key in piece)
    assert "Your license keys for Demo CAD" in text
    assert "Your order: 4823" in text
    # Sent twice, the form posts nothing anew.
    desk.post(ISSUE, **again)
    assert len(posted()) == 1


@pytest.mark.usefixtures("mail_works")
def test_the_keys_can_be_sent_later_and_to_somebody_else(vendor, desk):
    desk.post(ISSUE, **ASKED)
    form = form_in(desk.get(PAGE), f"{PAGE}/mail")
    assert form.values["email"] == ADA
    answer = desk.post(f"{PAGE}/mail", email="grace@example.com")
    assert "The keys will be sent to grace@example.com." in desk.get(answer.location).text
    assert [mail.recipient for mail in posted()] == ["grace@example.com"]
    refused = desk.post(f"{PAGE}/mail", email="nobody")
    assert refused.status_code == 400
    assert 'aria-invalid="true"' in refused.text
    viewer = staff(vendor, "vera", Role.VIEWER)
    assert f"{PAGE}/mail" not in viewer.get(PAGE).text
    assert viewer.post(f"{PAGE}/mail", email=ADA).status_code == 403
    assert len(posted()) == 1


@pytest.mark.usefixtures("mail_works")
def test_keys_of_a_batch_that_is_not_done_are_not_sent(desk):
    issuing.begin(WANTED, batches.new_form(), by=MANAGER)
    refused = desk.post(f"{PAGE}/mail", email=ADA)
    assert refused.status_code == 409
    assert "Not all of these licenses are issued yet." in refused.text
    assert posted() == []


def test_without_a_mail_server_nothing_is_offered_and_nothing_issued(desk):
    assert not form_in(desk.post(PREVIEW, **ASKED), ISSUE).takes("mails")
    refused = desk.post(ISSUE, **ASKED, mails="1")
    assert refused.status_code == 409
    assert "This server can’t send email" in refused.text
    desk.post(ISSUE, **ASKED)
    assert "no mail server is set" in desk.get(PAGE).text

"""The words of mails in the portal: seen before they are saved, refused with a reason, and sent."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from keyferry.server.core.mail import outbox, templates
from keyferry.server.core.mail.templates import COMPUTER_KEY
from keyferry.server.core.models import OutboxMail
from keyferry.server.db import reading, transaction

pytestmark = pytest.mark.usefixtures("mail_works")

PAGE = "/portal/mails/computer_key/en"
TEXT = "Dear customer,\nyour key: {computer key}\nfor %ComputerID% of %ActivationKey%"


def text() -> str:
    with reading() as session:
        return templates.current(session, COMPUTER_KEY, "en").text


def test_every_mail_is_listed_in_every_language(desk):
    page = desk.get("/portal/mails").text
    for name in ("computer_key", "license_keys"):
        for language in ("en", "de"):
            path = f"/portal/mails/{name}/{language}"
            assert f'href="{path}"' in page
            assert "Preview, with made-up values" in desk.get(path).text


def test_a_preview_shows_invented_values_and_saves_nothing(desk):
    page = desk.post(f"{PAGE}/preview", subject="For {product}", text=TEXT).text
    assert "<strong>For Demo CAD</strong>" in page
    assert "your key: 12FX2-EQ05J-FMTPY-NH8Y1-662TY-KYN5Z" in page
    assert "Nothing is saved yet." in page
    assert text() != TEXT


def test_words_are_saved_sent_and_set_back(vendor, desk):
    answer = desk.post(PAGE, subject="For {product}", text=TEXT)
    page = desk.get(answer.location).text
    assert "Saved. New emails use this text." in page
    assert "by ada" in page
    machine = vendor.machine(vendor.issue(), "LAB-PC-07")
    desk.post(
        "/portal/licenses/1/activate",
        computer_id=machine.computer_id.text,
        email="ada@example.com",
        mails_key="1",
    )
    with transaction() as session:
        mail = session.scalars(select(OutboxMail)).one()
        sent = json.dumps(
            vars(outbox.opened(outbox.take(session, vendor.clock.now), vendor.keyring)), default=str
        )
    assert mail.template == "computer_key"
    key = vendor.activate(machine).computer_key
    for said in ("For Demo CAD", key, machine.computer_id.text, machine.activation_key.text):
        assert said in sent
    answer = desk.post(f"{PAGE}/default")
    assert "The default text is back." in desk.get(answer.location).text


@pytest.mark.parametrize("operation", ["", "/preview"])
def test_what_is_wrong_is_named_beside_the_text_and_what_was_typed_stays(desk, operation):
    typed = "{computer key} {nonsense}"
    answer = desk.post(f"{PAGE}{operation}", subject="x", text=typed)
    assert answer.status_code == 400
    assert "{nonsense} isn’t a variable of this email." in answer.text.split('id="text-fault"')[1]
    assert f">{typed}</textarea>" in answer.text
    assert text() != typed

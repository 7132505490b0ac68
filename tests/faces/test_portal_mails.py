"""The words of mails in the portal: seen before they are saved, refused with a reason, and sent."""

from __future__ import annotations

import io
import json

import pytest
from sqlalchemy import select

from keyferry.server.core.mail import outbox, templates
from keyferry.server.core.mail.templates import COMPUTER_KEY
from keyferry.server.core.models import OutboxMail
from keyferry.server.db import reading, transaction
from tests.core.test_logos import drawn
from tests.faces.portal_visitor import form_in
from tests.mail_server import mail_server, page_of, send_mail, text_of

pytestmark = pytest.mark.usefixtures("mail_works")

CSP = "Content-Security-Policy"
PAGE = "/portal/mails/computer_key/en"
TEXT = "Dear customer,\nyour key: {computer key}\nfor %ComputerID% of %ActivationKey%"


def text() -> str:
    with reading() as session:
        return templates.current(session, COMPUTER_KEY, "en").text


def test_every_mail_can_be_reached_in_every_language(desk):
    page = desk.get("/portal/mails").text
    for name in ("computer_key", "license_keys", "release_link"):
        for language in ("en", "de"):
            path = f"/portal/mails/{name}/{language}"
            assert name == "computer_key" or f'href="/portal/mails/{name}/en"' in page
            assert "Preview, with made-up values" in (page := desk.get(path).text)
            assert f'src="{path}/letter"' in page
            page = desk.get("/portal/mails").text


def test_the_preview_is_the_letter_itself_and_its_plain_twin_and_saves_nothing(desk):
    key = "12FX2-EQ05J-FMTPY-NH8Y1-662TY-KYN5Z"
    typed = {"subject": "For {product}", "text": TEXT}
    letter = desk.post(f"{PAGE}/letter", **typed)
    assert "<title>For Demo CAD</title>" in letter.text
    assert key in letter.text
    assert f"your key: {key}" in desk.post(f"{PAGE}/plain", **typed).text
    assert "For Demo CAD" not in desk.get(f"{PAGE}/letter").text
    assert text() != TEXT


def test_the_letter_may_be_framed_by_us_and_runs_nothing(desk):
    assert "frame-src 'self'" in desk.get(PAGE).headers[CSP]
    for path in ("letter", "plain"):
        policy = desk.get(f"{PAGE}/{path}").headers[CSP].split("; ")
        assert {"default-src 'none'", "frame-ancestors 'self'", "sandbox allow-same-origin"} <= set(policy)
        assert not [rule for rule in policy if rule.startswith("script-src")]


def test_the_letter_brings_the_logo_along(desk):
    desk.client.post(
        "/portal/branding",
        data={"csrf_token": desk.csrf, "logo": (io.BytesIO(drawn("PNG")), "logo.png")},
        headers={"Accept": "text/html"},
        buffered=True,
    )
    letter = desk.get(f"{PAGE}/letter").text
    assert 'src="data:image/png;base64,' in letter
    assert "cid:" not in letter


def test_a_test_goes_to_the_address_that_was_typed_with_what_was_typed_and_nothing_is_saved(vendor, desk):
    answer = desk.post(f"{PAGE}/test", subject="Try {product}", text=TEXT, email="me@example.com")
    assert "The test email to me@example.com is on its way." in answer.text
    assert 'value="Try {product}"' in answer.text
    with transaction() as session:
        mail = session.scalars(select(OutboxMail)).one()
        assert (mail.template, mail.recipient) == ("test", "me@example.com")
        sent = outbox.opened(outbox.take(session, vendor.clock.now), vendor.keyring)
    assert sent.subject == "Try Demo CAD"
    assert "12FX2-EQ05J-FMTPY-NH8Y1-662TY-KYN5Z" in sent.text
    assert text() != TEXT


def test_a_test_of_the_list_of_licenses_arrives_as_it_was_typed_and_looks_nothing_up(vendor, desk):
    page = "/portal/mails/license_keys/en"
    form = form_in(desk.get(page), f"{page}/test").values | {"email": "me@example.com"}
    shown = desk.post(f"{page}/plain", **form).text
    desk.post(f"{page}/test", **form)
    with mail_server() as box:
        assert send_mail(box, vendor.clock).sent == 1
    [arrived] = box.mails
    assert arrived["To"] == "me@example.com"
    assert text_of(arrived).splitlines()[0] == shown.splitlines()[0]
    assert "Demo CAD" in text_of(arrived)
    assert "Demo CAD" in page_of(arrived)


def test_a_test_wants_an_address_keeps_what_was_typed_and_is_not_for_annoying_anybody(desk):
    typed = {"subject": "x", "text": TEXT, "email": "nobody"}
    answer = desk.post(f"{PAGE}/test", **typed)
    assert answer.status_code == 400
    assert "Enter one email address" in answer.text.split('id="test-email-fault"')[1]
    assert 'aria-labelledby="test-title" data-opened' in answer.text
    assert f">{TEXT}</textarea>" in answer.text.replace("\r", "")
    answers = [desk.post(f"{PAGE}/test", **typed | {"email": "a@example.com"}) for _ in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]


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


def test_what_is_wrong_is_named_beside_the_text_and_what_was_typed_stays(desk):
    typed = "{computer key} {nonsense}"
    for view in ("letter", "plain"):
        answer = desk.post(f"{PAGE}/{view}", subject="x", text=typed)
        assert (answer.status_code, answer.mimetype) == (400, "text/plain")
        assert "{nonsense} isn’t a variable of this email." in answer.text
    answer = desk.post(PAGE, subject="x", text=typed)
    assert answer.status_code == 400
    assert "{nonsense} isn’t a variable of this email." in answer.text.split('id="text-fault"')[1]
    assert f">{typed}</textarea>" in answer.text
    assert text() != typed

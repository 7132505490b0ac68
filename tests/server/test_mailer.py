"""Mail by SMTP, against a real mail server on loopback."""

import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from keyferry.server.config import ConfigError, Settings
from keyferry.server.core.mail import outbox
from keyferry.server.core.mail.mails import Attachment, Mail
from keyferry.server.core.models import AuditEvent, MailDelivery, OutboxMail
from keyferry.server.core.secrets import Keyring, new_master_key
from keyferry.server.db import reading, transaction
from keyferry.server.mail import mailer, worker
from keyferry.server.parts import Parts, parts
from tests.conftest import STAFF
from tests.mail_server import Box, mail_server

KEY = "12FX2-EQ05J-FMTPY-NH8Y1-662TY-KYN5Z"
SENDER = "Example Licenses <keys@example.com>"


def post(clock, recipient: str = "ada@example.com", **more) -> int:
    mail = Mail("computer_key", recipient, "Your computer key", f"Key: {KEY}\n", **more)
    with transaction() as session:
        return outbox.post(session, mail, keyring=parts().keyring, by=STAFF, now=clock.now).id


def with_mail(settings: Settings, url: str) -> Settings:
    given = {"home": settings.home, "database_url": settings.database_url, "smtp_url": url}
    return Settings(**given, master_key=settings.master_key, mail_from=SENDER)


def work(url: str, clock) -> tuple[worker.Done, list[str]]:
    said: list[str] = []
    here = parts()
    given = Parts(with_mail(here.settings, url), here.keyring, clock)
    return worker.work(given, once=True, say=said.append), said


def put_off(url: str, clock) -> str:
    """Let the worker put one mail off, and return what it says."""
    done, [line] = work(url, clock)
    assert done == worker.Done(put_off=1)
    return line


@pytest.fixture
def box(app) -> Iterator[Box]:
    """A mail server without encryption."""
    with mail_server() as box:
        yield box


def row(number: int) -> OutboxMail:
    with reading() as session:
        return session.get_one(OutboxMail, number)


def delivery() -> MailDelivery:
    with reading() as session:
        return session.scalars(select(MailDelivery)).one()


def events() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(AuditEvent.event)))


def test_a_mail_arrives_whole_and_is_wiped(box, clock):
    number = post(clock, "ada@example.com", attachments=(Attachment("license.lic", "é\n" * 5),))
    done, said = work(box.url, clock)
    assert (done, said) == (worker.Done(sent=1), [])
    [mail] = box.mails
    assert (mail["From"], mail["To"]) == (SENDER, "ada@example.com")
    assert mail["Subject"] == "Your computer key"
    assert mail["Message-ID"].startswith(f"<keyferry.{number}.")
    assert mail["Message-ID"].endswith("@example.com>")
    assert mail["Date"].datetime == clock.now
    assert mail.get_body().get_content().splitlines() == [f"Key: {KEY}"]
    [file] = mail.iter_attachments()
    assert (file.get_filename(), file.get_content().decode()) == ("license.lic", "é\n" * 5)
    assert row(number).sealed_text is None
    assert events() == ["mail_sent"]


def test_a_mail_to_a_domain_with_umlauts_goes_to_a_server_that_knows_only_ascii(box, clock):
    post(clock, "einkauf@müller.example")
    assert work(box.url, clock)[0].sent == 1
    [mail] = box.mails
    assert mail["To"] == "einkauf@xn--mller-kva.example"


def test_what_is_sent_twice_after_a_crash_is_recognized(box, clock, monkeypatch):
    number = post(clock)
    with monkeypatch.context() as patched:

        def crash(*_) -> None:
            raise KeyboardInterrupt

        patched.setattr(worker.outbox, "delivered", crash)
        with pytest.raises(KeyboardInterrupt):
            work(box.url, clock)
    assert work(box.url, clock)[0].sent == 0
    clock.now += outbox.LEASE
    assert work(box.url, clock)[0].sent == 1
    one, other = box.mails
    assert one["Message-ID"] == other["Message-ID"]
    assert row(number).sealed_text is None


@pytest.mark.parametrize("refusal", ["450 mailbox busy", "451 " + KEY, "421 later"])
def test_a_temporary_refusal_is_tried_again_with_success(box, clock, refusal):
    number = post(clock)
    box.rcpt_refusals.append(refusal)
    line = put_off(box.url, clock)
    assert f"Mail {number} (computer_key), try 1: The mail server in KEYFERRY_SMTP_URL refused" in line
    assert "Next try at 2026-11-24 12:01:00 UTC." in line
    assert "KYN5Z" not in line + row(number).trouble
    assert work(box.url, clock)[0] == worker.Done()
    clock.now += timedelta(minutes=1)
    assert work(box.url, clock)[0] == worker.Done(sent=1)
    assert len(box.mails) == 1
    assert row(number).trouble is None


@pytest.mark.parametrize(
    ("refusal", "shown"),
    [
        ("550 5.1.1 nobody here", "550 5.1.1"),
        ("550 5.1.10 nobody here", "550 5.1.10"),
        ("553 5.1.3 bad syntax", "553 5.1.3"),
    ],
)
def test_only_a_recipient_that_there_is_not_gives_a_mail_up_which_is_kept(box, clock, refusal, shown):
    number = post(clock)
    box.rcpt_refusals.append(refusal)
    done, [line] = work(box.url, clock)
    assert done == worker.Done(given_up=1)
    assert row(number).trouble == f"The mail server doesn’t know this address ({shown})."
    assert row(number).trouble in line
    assert row(number).sealed_text is not None
    assert row(number).kept_until == clock.now + timedelta(days=14)
    assert events() == ["mail_given_up"]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("where", "refusal", "shown", "stops_all"),
    [
        ("rcpt_refusals", "554 5.7.1 relay access denied", "refused the recipient (554 5.7.1)", True),
        ("rcpt_refusals", "550 5.7.1 relaying denied", "refused the recipient (550 5.7.1)", True),
        ("rcpt_refusals", "530 5.7.0 authentication required", "refused the recipient (530 5.7.0)", True),
        # Without a second number nobody knows whose fault it is.
        ("rcpt_refusals", "550 relaying denied", "refused the recipient (550)", True),
        ("rcpt_refusals", "550 5.1.1x" + KEY, "refused the recipient (550)", True),
        # Of the sender's address, or of either.
        ("rcpt_refusals", "550 5.1.7 bad sender", "refused the recipient (550 5.1.7)", True),
        ("rcpt_refusals", "550 5.1.8 no such sender's domain", "refused the recipient (550 5.1.8)", True),
        ("rcpt_refusals", "550 5.1.0 rejected", "refused the recipient (550 5.1.0)", True),
        ("rcpt_refusals", "421 4.3.0 going down", "refused the recipient (421 4.3.0)", True),
        ("rcpt_refusals", "452 4.2.2 mailbox full", "refused the recipient (452 4.2.2)", False),
        ("rcpt_refusals", "552 5.2.2 mailbox full", "refused the recipient (552 5.2.2)", False),
        ("data_refusals", "554 " + KEY, "refused the email (554)", True),
        ("data_refusals", "550 5.1.1 nobody here", "refused the email (550 5.1.1)", True),
        ("data_refusals", "451 try later", "refused the email (451)", True),
    ],
)
def test_every_other_refusal_puts_a_mail_off_and_names_the_setting(
    box, clock, where, refusal, shown, stops_all
):
    number = post(clock)
    getattr(box, where).append(refusal)
    line = put_off(box.url, clock)
    assert row(number).trouble == f"The mail server in KEYFERRY_SMTP_URL {shown}."
    assert row(number).trouble in line
    assert "KYN5Z" not in line
    assert delivery().trouble == (row(number).trouble if stops_all else None)
    clock.now += timedelta(minutes=1)
    assert work(box.url, clock)[0] == worker.Done(sent=1)
    assert delivery().trouble is None
    assert events() == ["mail_sent"]


@pytest.mark.thorough
def test_a_server_that_relays_nothing_takes_no_mail_away(box, clock):
    numbers = [post(clock, f"customer{number}@example.com") for number in range(3)]
    while any(row(number).next_try_at for number in numbers):
        box.rcpt_refusals = ["554 5.7.1 relay access denied"] * 3
        work(box.url, clock)
        clock.now = max([row(number).next_try_at or clock.now for number in numbers])
    assert all(row(number).kept_until for number in numbers)
    # Tried for two days in vain. Then somebody corrects the setting.
    box.rcpt_refusals = []
    with transaction() as session:
        assert outbox.send_all_again(session, by=STAFF, now=clock.now) == 3
    assert work(box.url, clock)[0] == worker.Done(sent=3)
    assert [KEY in mail.get_content() for mail in box.mails] == [True] * 3
    assert [row(number).kept_until for number in numbers] == [None] * 3


def test_what_was_given_up_is_wiped_by_the_worker_after_two_weeks(box, clock):
    number = post(clock)
    box.rcpt_refusals.append("550 5.1.1 nobody here")
    work(box.url, clock)
    clock.now += outbox.KEPT - timedelta(seconds=1)
    work(box.url, clock)
    assert row(number).sealed_text is not None
    clock.now += timedelta(seconds=1)
    work(box.url, clock)
    assert (row(number).sealed_text, row(number).kept_until) == (None, None)


def test_a_mail_that_cannot_be_written_is_put_off(box, clock):
    number = post(clock)
    with transaction() as session:
        kept = session.get_one(OutboxMail, number)
        place = f"outbox mail {number} to {kept.recipient}"
        kept.sealed_text = parts().keyring.seal(b"{", place)
    line = put_off(box.url, clock)
    assert "This can’t be written as an email." in line
    assert delivery().trouble is None


def test_the_worker_writes_down_that_it_runs(box, clock):
    assert delivery().looked_at is None
    work(box.url, clock)
    assert delivery().looked_at == clock.now


def test_one_mail_that_is_refused_does_not_hold_the_others_up(box, clock):
    for recipient in ("ada@example.com", "grace@example.com"):
        post(clock, recipient)
    box.rcpt_refusals.append("550 5.1.1 nobody here")
    assert work(box.url, clock)[0] == worker.Done(sent=1, given_up=1)
    assert [mail["To"] for mail in box.mails] == ["grace@example.com"]


def test_a_mail_that_does_not_open_waits_for_its_master_key(box, clock):
    number = post(clock)
    with transaction() as session:
        other = Keyring.from_text(new_master_key("other"))
        session.get_one(OutboxMail, number).sealed_text = other.seal(b"{}", "anywhere")
    line = put_off(box.url, clock)
    assert "other" in line


def test_a_server_that_is_down_is_reported_and_tried_again(app, clock):
    number = post(clock)
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    line = put_off(f"smtp://127.0.0.1:{port}", clock)
    trouble = "The mail server in KEYFERRY_SMTP_URL can’t be reached, or it dropped the connection."
    assert row(number).trouble == trouble
    assert trouble in line


@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtps"])
def test_tls_goes_to_a_server_whose_certificate_is_trusted(app, clock, certificate, monkeypatch, scheme):
    number = post(clock)
    with mail_server(tls=certificate, implicit=scheme == "smtps") as box:
        line = put_off(f"{scheme}://localhost:{box.port}", clock)
        assert "certificate" in line
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        clock.now += timedelta(minutes=1)
        # Trusted, but made for another name.
        line = put_off(f"{scheme}://127.0.0.1:{box.port}", clock)
        assert "certificate" in line
        assert box.mails == []
        clock.now += timedelta(minutes=2)
        assert work(f"{scheme}://localhost:{box.port}", clock) == (worker.Done(sent=1), [])
    assert row(number).sealed_text is None


@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtps"])
def test_no_mail_goes_to_a_server_without_the_encryption_that_is_asked_for(box, clock, scheme):
    post(clock)
    done, [line] = work(f"{scheme}://localhost:{box.port}", clock)
    assert (done, box.mails) == (worker.Done(put_off=1), [])
    assert "KEYFERRY_SMTP_URL" in line


def test_the_worker_signs_in_and_a_wrong_password_is_shown_without_it(app, clock, certificate, monkeypatch):
    number = post(clock)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with mail_server(tls=certificate, sign_in=True) as box:
        line = put_off(f"smtp+starttls://ada:wrong%40pass@localhost:{box.port}", clock)
        assert "KEYFERRY_SMTP_URL refused the sign-in (535 5.7.8)" in line
        assert "wrong" not in line + row(number).trouble
        clock.now += timedelta(minutes=1)
        work(f"smtp+starttls://ada:p%40ss%3Aw%2Frd@localhost:{box.port}", clock)
    assert box.logins[-1] == ("ada", "p@ss:w/rd")
    assert len(box.mails) == 1


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtps"])
def test_a_sign_in_goes_out_as_utf_8(app, clock, certificate, monkeypatch, mechanism, scheme):
    post(clock)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    implicit = scheme == "smtps"
    with mail_server(tls=certificate, implicit=implicit, sign_in=True, mechanisms=(mechanism,)) as box:
        box.password = "Grüße, 世界"
        # One written as it is, the other as addresses are.
        for written in ("Grüße, 世界", "Gr%C3%BC%C3%9Fe, %E4%B8%96%E7%95%8C"):
            url = f"{scheme}://jörg@example.com:{written}@localhost:{box.port}"
            assert work(url.replace("jörg@", "jörg%40"), clock) == (worker.Done(sent=1), [])
            post(clock)
    assert box.logins[-1][0] == "jörg@example.com"


def test_a_sign_in_of_a_kind_that_we_do_not_know_is_reported(app, clock, certificate, monkeypatch):
    post(clock)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with mail_server(tls=certificate, sign_in=True, mechanisms=()) as box:
        done, [line] = work(f"smtp+starttls://ada:secret@localhost:{box.port}", clock)
    assert done == worker.Done(put_off=1)
    assert "KEYFERRY_SMTP_URL offers no encryption, or no usable sign-in method." in line


def test_a_mail_server_with_an_umlaut_in_its_name_is_asked_for_in_ascii(app, clock, monkeypatch):
    post(clock)
    known = socket.getaddrinfo

    def found(host, *more):
        return known({"xn--mller-kva.example": "127.0.0.1"}[host], *more)

    with mail_server() as box, monkeypatch.context() as patched:
        patched.setattr(socket, "getaddrinfo", found)
        assert work(f"smtp://Müller.example:{box.port}", clock)[0] == worker.Done(sent=1)


def test_without_a_mail_server_the_worker_says_so(app):
    with pytest.raises(ConfigError) as raised:
        worker.work(parts(), once=True, say=print)
    assert raised.value.code == "mail_not_configured"


def test_a_mail_server_has_less_time_than_a_lease():
    assert timedelta(seconds=mailer.LONGEST_SECONDS) < outbox.LEASE

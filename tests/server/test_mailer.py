"""Mail by SMTP, against a real mail server on loopback."""

import multiprocessing
import socket
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from server import create_app, worker
from server.config import ConfigError, Settings, load_settings
from server.core import outbox
from server.core.mails import Attachment, Mail
from server.core.models import AuditEvent, OutboxMail
from server.core.secrets import Keyring, new_master_key
from server.db import db, reading, transaction
from server.parts import Parts, parts
from server.smtp import server_of
from tests.conftest import STAFF
from tests.mail_server import mail_server

KEY = "12FX2-EQ05J-FMTPY-NH8Y1-662TY-KYN5Z"
SENDER = "Example Licences <keys@example.com>"


def post(clock, recipient: str = "ada@example.com", **more) -> int:
    mail = Mail("computer_key", recipient, "Your computer key", f"Key: {KEY}\n", **more)
    with transaction() as session:
        return outbox.post(session, mail, keyring=parts().keyring, by=STAFF, now=clock.now).id


def with_mail(settings: Settings, url: str) -> Settings:
    given = {"home": settings.home, "database_url": settings.database_url, "smtp_url": url}
    return Settings(**given, master_key=settings.master_key, mail_from=SENDER)


def work(app, url: str, clock) -> tuple[worker.Done, list[str]]:
    said: list[str] = []
    here = parts()
    given = Parts(with_mail(here.settings, url), here.keyring, clock)
    return worker.work(given, once=True, say=said.append), said


def row(number: int) -> OutboxMail:
    with reading() as session:
        return session.get_one(OutboxMail, number)


def events() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(AuditEvent.event)))


def test_a_mail_arrives_whole_and_is_wiped(app, clock):
    number = post(clock, "ada@example.com", attachments=(Attachment("license.lic", "é\n" * 5),))
    with mail_server() as box:
        done, said = work(app, f"smtp://127.0.0.1:{box.port}", clock)
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


def test_a_mail_to_a_domain_with_umlauts_goes_to_a_server_that_knows_only_ascii(app, clock):
    post(clock, "einkauf@müller.example")
    with mail_server() as box:
        assert work(app, f"smtp://127.0.0.1:{box.port}", clock)[0].sent == 1
    [mail] = box.mails
    assert mail["To"] == "einkauf@xn--mller-kva.example"


def test_what_is_sent_twice_after_a_crash_is_recognised(app, clock, monkeypatch):
    number = post(clock)
    with mail_server() as box:
        url = f"smtp://127.0.0.1:{box.port}"
        with monkeypatch.context() as patched:

            def crash(*_) -> None:
                raise KeyboardInterrupt

            patched.setattr(worker.outbox, "delivered", crash)
            with pytest.raises(KeyboardInterrupt):
                work(app, url, clock)
        assert work(app, url, clock)[0].sent == 0
        clock.now += outbox.LEASE
        assert work(app, url, clock)[0].sent == 1
    one, other = box.mails
    assert one["Message-ID"] == other["Message-ID"]
    assert row(number).sealed_text is None


@pytest.mark.parametrize("refusal", ["450 mailbox busy", "451 " + KEY, "421 later"])
def test_a_temporary_refusal_is_tried_again_with_success(app, clock, refusal):
    number = post(clock)
    with mail_server() as box:
        box.rcpt_refusals.append(refusal)
        url = f"smtp://127.0.0.1:{box.port}"
        done, [line] = work(app, url, clock)
        assert done == worker.Done(put_off=1)
        assert f"Mail {number} (computer_key), try 1: The mail server refused the recipient" in line
        assert "Next try at 2026-11-24 12:01:00 UTC." in line
        assert "KYN5Z" not in line + row(number).trouble
        assert work(app, url, clock)[0] == worker.Done()
        clock.now += timedelta(minutes=1)
        assert work(app, url, clock)[0] == worker.Done(sent=1)
    assert len(box.mails) == 1
    assert row(number).trouble is None


@pytest.mark.parametrize(
    ("place", "refusal", "for_good"),
    [
        ("rcpt_refusals", "550 nobody here", True),
        ("rcpt_refusals", "452 too many", False),
        ("data_refusals", "554 " + KEY, True),
        ("data_refusals", "451 try later", False),
    ],
)
def test_refusals_are_for_good_or_for_now(app, clock, place, refusal, for_good):
    number = post(clock)
    with mail_server() as box:
        getattr(box, place).append(refusal)
        done, [line] = work(app, f"smtp://127.0.0.1:{box.port}", clock)
    assert done == (worker.Done(given_up=1) if for_good else worker.Done(put_off=1))
    assert refusal[:3] in line
    assert "KYN5Z" not in line + row(number).trouble
    assert (row(number).sealed_text is None) is for_good
    assert events() == (["mail_given_up"] if for_good else [])


def test_one_mail_that_is_refused_does_not_hold_the_others_up(app, clock):
    for recipient in ("ada@example.com", "grace@example.com"):
        post(clock, recipient)
    with mail_server() as box:
        box.rcpt_refusals.append("550 nobody here")
        assert work(app, f"smtp://127.0.0.1:{box.port}", clock)[0] == worker.Done(sent=1, given_up=1)
    assert [mail["To"] for mail in box.mails] == ["grace@example.com"]


def test_a_mail_that_does_not_open_waits_for_its_master_key(app, clock):
    number = post(clock)
    with transaction() as session:
        other = Keyring.from_text(new_master_key("other"))
        session.get_one(OutboxMail, number).sealed_text = other.seal(b"{}", "anywhere")
    with mail_server() as box:
        done, [line] = work(app, f"smtp://127.0.0.1:{box.port}", clock)
    assert done == worker.Done(put_off=1)
    assert "other" in line


def test_a_server_that_is_down_is_told_and_tried_again(app, clock):
    number = post(clock)
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    done, [line] = work(app, f"smtp://127.0.0.1:{port}", clock)
    assert done == worker.Done(put_off=1)
    assert row(number).trouble == "The mail server cannot be reached."
    assert row(number).trouble in line


@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtps"])
def test_tls_goes_to_a_server_whose_certificate_is_trusted(app, clock, certificate, monkeypatch, scheme):
    number = post(clock)
    with mail_server(tls=certificate, implicit=scheme == "smtps") as box:
        done, [line] = work(app, f"{scheme}://localhost:{box.port}", clock)
        assert done == worker.Done(put_off=1)
        assert "certificate" in line
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        clock.now += timedelta(minutes=1)
        # Trusted, but made for another name.
        done, [line] = work(app, f"{scheme}://127.0.0.1:{box.port}", clock)
        assert done == worker.Done(put_off=1)
        assert "certificate" in line
        assert box.mails == []
        clock.now += timedelta(minutes=2)
        assert work(app, f"{scheme}://localhost:{box.port}", clock) == (worker.Done(sent=1), [])
    assert row(number).sealed_text is None


@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtps"])
def test_no_mail_goes_to_a_server_without_the_encryption_that_is_asked_for(app, clock, scheme):
    post(clock)
    with mail_server() as box:
        done, [line] = work(app, f"{scheme}://localhost:{box.port}", clock)
    assert (done, box.mails) == (worker.Done(put_off=1), [])
    assert "KEYFERRY_SMTP_URL" in line


def test_the_worker_signs_in_and_a_wrong_password_is_told_without_it(app, clock, certificate, monkeypatch):
    number = post(clock)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with mail_server(tls=certificate, sign_in=True) as box:
        done, [line] = work(app, f"smtp+starttls://ada:wrong%40pass@localhost:{box.port}", clock)
        assert done == worker.Done(put_off=1)
        assert "refused the sign-in (535)" in line
        assert "wrong" not in line + row(number).trouble
        clock.now += timedelta(minutes=1)
        work(app, f"smtp+starttls://ada:p%40ss%3Aw%2Frd@localhost:{box.port}", clock)
    assert box.logins[-1] == ("ada", "p@ss:w/rd")
    assert len(box.mails) == 1


def work_in_a_process(settings: Settings, now: datetime, process: int) -> int:
    app = create_app(settings, clock=lambda: now)
    with app.app_context():
        done = worker.work(parts(), once=True, say=lambda line: None)
        db.engine.dispose()
    return done.sent


def test_several_workers_send_no_mail_twice(app, settings, clock):
    numbers = [post(clock, f"customer{number}@example.com") for number in range(12)]
    with mail_server() as box:
        given = with_mail(settings, f"smtp://127.0.0.1:{box.port}")
        fork_server = multiprocessing.get_context("forkserver")
        fork_server.set_forkserver_preload(["server"])
        with ProcessPoolExecutor(3, mp_context=fork_server) as pool:
            sent = list(pool.map(work_in_a_process, [given] * 3, [clock.now] * 3, range(3)))
    assert sum(sent) == len(numbers)
    assert len({mail["Message-ID"] for mail in box.mails}) == len(box.mails) == len(numbers)


GOOD = {
    "smtp://127.0.0.1": ("smtp", "127.0.0.1", 25, None, None),
    "smtp+starttls://ada:p%40ss@mail.example.com": ("smtp+starttls", "mail.example.com", 587, "ada", "p@ss"),
    "smtps://a%40b:c@mail.example.com:4650/": ("smtps", "mail.example.com", 4650, "a@b", "c"),
}


@pytest.mark.parametrize("url", GOOD)
def test_the_address_of_a_mail_server_is_read(url):
    server = server_of(url)
    assert server is not None
    assert (server.scheme, server.host, server.port, server.user, server.password) == GOOD[url]
    assert "p@ss" not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.com",
        "http://mail.example.com",
        "smtp://",
        "smtp://host:0",
        "smtp://host:99999",
        "smtp://host:port",
        "smtp://ada@host",
        "smtp://:secret@host",
        "smtp://host/path",
        "smtp://[host",
    ],
)
def test_a_bad_mail_server_stops_the_start_and_says_how_to_mend_it(url):
    with pytest.raises(ConfigError) as raised:
        load_settings(smtp_url=url, mail_from=SENDER)
    assert str(raised.value).startswith("Set KEYFERRY_SMTP_URL to your mail server")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "sender", ["ada", "ada@", "a@b, c@d", "a@b\nBcc: c@d", "<@b>", "ä@example.com", "a@[b"]
)
def test_a_bad_sender_stops_the_start(sender):
    with pytest.raises(ConfigError, match=r"^Set KEYFERRY_MAIL_FROM to the address"):
        load_settings(mail_from=sender)


def test_a_mail_server_needs_a_sender_and_its_password_is_not_shown():
    with pytest.raises(ConfigError, match="KEYFERRY_MAIL_FROM, too"):
        load_settings(smtp_url="smtp://ada:secret@host")
    assert "secret" not in repr(load_settings(smtp_url="smtp://ada:secret@host", mail_from=SENDER))


def test_without_a_mail_server_the_worker_says_so(app):
    with pytest.raises(ConfigError) as raised:
        worker.work(parts(), once=True, say=print)
    assert raised.value.code == "mail_not_configured"

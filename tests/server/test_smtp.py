"""The settings of mail: which servers and senders are taken, and what is said of the others."""

import pytest

from keyferry.server.config import ConfigError, load_settings
from keyferry.server.mail_server import server_of

SENDER = "Example Licenses <keys@example.com>"

GOOD = {
    "smtp://127.0.0.1": ("smtp", "127.0.0.1", 25, None, None),
    "smtp+starttls://ada:p%40ss@mail.example.com": ("smtp+starttls", "mail.example.com", 587, "ada", "p@ss"),
    "smtps://a%40b:c@mail.example.com:4650/": ("smtps", "mail.example.com", 4650, "a@b", "c"),
    "smtp://[::1]:2525": ("smtp", "::1", 2525, None, None),
    "smtp://mail_server": ("smtp", "mail_server", 25, None, None),
    "smtp://mail.example.com.": ("smtp", "mail.example.com", 25, None, None),
    "smtp://Müller.example": ("smtp", "xn--mller-kva.example", 25, None, None),
    "smtp://mail。straße.example": ("smtp", "mail.xn--strae-oqa.example", 25, None, None),
    "smtp://xn--mller-kva.example": ("smtp", "xn--mller-kva.example", 25, None, None),
}


@pytest.mark.parametrize("url", GOOD)
def test_the_address_of_a_mail_server_is_read(url):
    server = server_of(url)
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
        "smtp://mail..example.com",
        "smtp://.example.com",
        "smtp://mail.example.com..",
        f"smtp://{'m' * 64}.example.com",
        f"smtp://{'ü' * 60}.example.com",
        f"smtp://{'mail.' * 51}com",
        "smtp://mail server",
        "smtp://mail%20server",
        "smtp://-mail.example.com",
        "smtp://mail-.example.com",
        "smtp://mail,example.com",
        "smtp://xn--ü.example.com",
        "smtp://א1b.example.com",
        "smtp://\ufffd.example.com",
        "smtp://192.168.1",
        "smtp://192.168.1.256",
        "smtp://ada:secret%FC@host",
        "smtp://ada:secret%00@host",
        "smtp://ada:secret\udcfc@host",
    ],
    ids=ascii,
)
def test_a_bad_mail_server_stops_the_start_and_says_how_to_correct_it(url):
    with pytest.raises(ConfigError) as raised:
        load_settings(smtp_url=url, mail_from=SENDER)
    assert str(raised.value).startswith("Set KEYFERRY_SMTP_URL to your email server")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "sender", ["ada", "ada@", "a@b, c@d", "a@b\nBcc: c@d", "<@b>", "ä@example.com", "a@[b"]
)
def test_a_bad_sender_stops_the_start(sender):
    with pytest.raises(ConfigError, match=r"^Set KEYFERRY_MAIL_FROM to the address"):
        load_settings(mail_from=sender)


def test_a_mail_server_needs_a_sender_and_its_password_is_not_shown():
    with pytest.raises(ConfigError, match="Also set KEYFERRY_MAIL_FROM"):
        load_settings(smtp_url="smtp://ada:secret@host")
    assert "secret" not in repr(load_settings(smtp_url="smtp://ada:secret@host", mail_from=SENDER))

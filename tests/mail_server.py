"""A real mail server on loopback, which keeps what it gets and refuses what a test tells it to."""

from __future__ import annotations

import asyncio
import hmac
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Event
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from keyferry.server.config import Settings
from keyferry.server.mail import worker
from keyferry.server.parts import Parts, parts


@dataclass
class Box:
    """What arrived; `refusals` are answers to RCPT or DATA, each used once."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    rcpt_refusals: list[str] = field(default_factory=list)
    data_refusals: list[str] = field(default_factory=list)
    password: str = "p@ss:w/rd"
    arrived: Event = field(default_factory=Event)
    hold: Event | None = None
    seconds: float = 0
    """How long it takes for each of its answers."""

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        await asyncio.sleep(self.seconds)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        await asyncio.sleep(self.seconds)
        if self.rcpt_refusals:
            return self.rcpt_refusals.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.arrived.set()
        await asyncio.sleep(self.seconds)
        if self.hold is not None:
            await server.loop.run_in_executor(None, self.hold.wait, 30)
        if self.data_refusals:
            return self.data_refusals.pop(0)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"

    def authenticate(
        self, server: Any, session: Any, envelope: Any, mechanism: str, given: Any
    ) -> AuthResult:
        assert isinstance(given, LoginPassword)
        self.logins.append((given.login.decode(), given.password.decode()))
        return AuthResult(success=given.password.decode() == self.password, handled=False)

    async def auth_CRAM__MD5(self, server: Any, arguments: list[str]) -> AuthResult:
        challenge = b"<1896.697170952@example.com>"
        user, _, digest = (await server.challenge_auth(challenge)).decode().partition(" ")
        right = hmac.new(self.password.encode(), challenge, "md5").hexdigest()
        self.logins.append((user, digest))
        return AuthResult(success=hmac.compare_digest(digest, right), handled=False)


class OnAnyPort(Controller):
    """Tells its box on which port it listens."""

    def factory(self) -> SMTP:
        return SMTP(self.handler, **self.SMTP_kwargs)

    def _trigger_server(self) -> None:
        # The controller would connect to the port that it was given, and port 0 is none.
        self.handler.port = self.server.sockets[0].getsockname()[1]
        socket.create_connection((self.hostname, self.handler.port)).close()


@contextmanager
def mail_server(
    *,
    tls: tuple[Path, Path] | None = None,
    implicit: bool = False,
    sign_in: bool = False,
    mechanisms: tuple[str, ...] = ("PLAIN", "LOGIN"),
) -> Iterator[Box]:
    """Run a mail server; with a certificate it offers STARTTLS, or speaks TLS from the first byte.

    It takes a sign-in by the mechanisms that are named.
    """
    box = Box()
    context = None
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
    settings: dict[str, Any] = {"tls_context": context} if context and not implicit else {}
    if sign_in:
        # It does not know of TLS that began before it, and then only offers a sign-in.
        settings["auth_required"] = settings["auth_require_tls"] = not implicit
        settings["authenticator"] = box.authenticate
        settings["auth_exclude_mechanism"] = {"PLAIN", "LOGIN", "CRAM-MD5"} - set(mechanisms)

    server = OnAnyPort(
        box, hostname="127.0.0.1", port=0, ssl_context=context if implicit else None, **settings
    )
    server.start()
    try:
        yield box
    finally:
        if box.hold is not None:
            box.hold.set()
        server.stop()


def text_of(mail: EmailMessage) -> str:
    """What somebody reads whose program shows plain text only."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def page_of(mail: EmailMessage) -> str:
    """What somebody sees whose program shows HTML."""
    body = mail.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def send_mail(box: Box, clock: Callable[[], datetime]) -> worker.Done:
    """Have the worker send what waits."""
    here = parts()
    settings = Settings(
        home=here.settings.home,
        smtp_url=f"smtp://127.0.0.1:{box.port}",
        mail_from="Example Licenses <keys@example.com>",
    )
    return worker.work(Parts(settings, here.keyring, clock), once=True, say=print)

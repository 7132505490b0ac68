"""Handing one mail to the mail server; where that fails, telling the fault of one mail from that of all.

A mail is given up only where the server says of its recipient that there is none: decision 3 has the reasons.
"""

from __future__ import annotations

import hmac
import re
import smtplib
import socket
import ssl
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from threading import Timer
from typing import Any

from keyferry.server.core.customers.contacts import address_to_write_to
from keyferry.server.core.mail import hypertext
from keyferry.server.core.mail.hypertext import Letterhead
from keyferry.server.core.mail.mails import Mail
from keyferry.server.core.mail.outbox import Taken
from keyferry.server.mail.letterhead import named
from keyferry.server.mail_server import SmtpServer, sender_of

_TIMEOUT_SECONDS = 30
LONGEST_SECONDS = 300
"""How long a mail server may take for one mail: less than the lease, or another worker would send it, too."""

_SERVER = "The mail server in KEYFERRY_SMTP_URL"
# The enhanced status (RFC 3463) of an answer, the only part of it that is shown or kept.
_ENHANCED = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}(?!\S)")
# Of the recipient's address. 5.1.7 and 5.1.8 are about the sender's, and 5.1.0 is said of either.
_NO_SUCH_RECIPIENT = re.compile(r"5\d\d 5\.1\.(?!(?:0|7|8)$)\d+")
# Of the recipient's mailbox, or for a while: full, switched off, graylisted. Other mail goes out.
_ONE_MAILBOX = re.compile(r"5\d\d 5\.2\.\d+|4(?!21).*")


class Undelivered(Exception):
    """The mail server did not take a mail; the text holds nothing of the mail, nor of the answer.

    `for_good` where trying again cannot help, `stops_all` where other mail cannot go out either.
    """

    def __init__(self, message: str, *, for_good: bool = False, stops_all: bool = True) -> None:
        super().__init__(message)
        self.for_good = for_good
        self.stops_all = stops_all


class _InUtf8(str):
    """A text that is UTF-8 even where the library wants ASCII."""

    __slots__ = ()

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        """Return the text in UTF-8, whatever is asked for."""
        return super().encode("utf-8", errors)


class _Smtp(smtplib.SMTP):
    """SMTP whose sign-in is UTF-8 (RFC 4616): the library's stumbles over an umlaut in a password.

    It ends after `LONGEST_SECONDS`: the library's timeout is met by a server that says one byte at a time.
    """

    _end: Timer | None = None
    _is_over = False

    def connect(self, *where: Any, **more: Any) -> tuple[int, bytes]:
        """Connect, and have no more time from now on than there is; raises OSError."""
        self._end = Timer(LONGEST_SECONDS, self._break_off)
        self._end.daemon = True
        self._end.start()
        return super().connect(*where, **more)

    def close(self) -> None:
        """Close the connection."""
        if self._end is not None:
            self._end.cancel()
        super().close()

    def getreply(self) -> tuple[int, bytes]:
        """Return the server's next answer; raises TimeoutError where it was too slow for us, and not gone."""
        try:
            reply = super().getreply()
        except OSError:
            if not self._is_over:
                raise
        else:
            # Of a server that is cut short, the library takes what it said so far for an answer.
            if not self._is_over:
                return reply
        self.close()
        raise TimeoutError

    def _break_off(self) -> None:
        self._is_over = True
        if self.sock is not None:
            with suppress(OSError):
                # Of the socket itself: encryption has a way of its own to end, which waits for the server.
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def auth(self, mechanism: str, authobject: Any, **more: Any) -> tuple[int, bytes]:
        """Sign in by one mechanism; raises SMTPAuthenticationError."""

        def said(*challenge: bytes) -> Any:
            text = authobject(*challenge)
            return None if text is None else _InUtf8(text)

        in_utf8: Any = said
        return super().auth(mechanism, in_utf8, **more)

    def auth_cram_md5(self, challenge: Any = None) -> Any:
        """Answer the challenge of CRAM-MD5."""
        if challenge is None:
            return None
        return f"{self.user} {hmac.new(self.password.encode(), challenge, 'md5').hexdigest()}"


class _SmtpOverTls(_Smtp, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


def message_of(mail: Mail, taken: Taken, sender: str, letterhead: Letterhead) -> EmailMessage:
    """Return a mail as it travels: as plain text, and beside it as HTML with the vendor's logo.

    Its number and time come from the row: who gets it twice, after a crash between handing over and writing
    that down, gets the same Message-ID twice.
    """
    address = sender_of(sender)
    message = EmailMessage()
    message["From"] = address
    message["To"] = Address(addr_spec=address_to_write_to(mail.recipient))
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(taken.created_at)
    message["Message-ID"] = (
        f"<keyferry.{taken.id}.{int(taken.created_at.timestamp() * 1_000_000)}@{address.domain}>"
    )
    message["Auto-Submitted"] = "auto-generated"
    letterhead = named(letterhead, sender)
    message.set_content(as_plain(mail, letterhead))
    if mail.blocks:
        _add_page(message, mail, letterhead)
    for file in mail.attachments:
        message.add_attachment(
            file.content.encode(), maintype="application", subtype="octet-stream", filename=file.name
        )
    return message


def as_plain(mail: Mail, letterhead: Letterhead) -> str:
    """Return what a mail says in plain text, with the vendor's name below."""
    return f"{mail.text}{letterhead.name}\n" if letterhead.name and mail.blocks else mail.text


def _add_page(message: EmailMessage, mail: Mail, letterhead: Letterhead) -> None:
    message.add_alternative(hypertext.page(mail, letterhead), subtype="html")
    if letterhead.logo:
        _, shown = message.iter_parts()
        shown.add_related(letterhead.logo, "image", "png", cid=f"<{hypertext.LOGO}>", disposition="inline")


def deliver(message: EmailMessage, server: SmtpServer) -> None:
    """Hand a message over; raises Undelivered. Afterwards the mail server is the one who answers for it."""
    connection = None
    try:
        connection = _connected(server)
        connection.send_message(message)
    except (smtplib.SMTPException, OSError, ValueError) as error:
        trouble = _trouble(error)
    else:
        return
    finally:
        if connection is not None:
            _leave(connection)
    # From here, so that no text of the mail server hangs on to the error.
    raise trouble


def _connected(server: SmtpServer) -> smtplib.SMTP:
    if server.scheme == "smtps":
        context = ssl.create_default_context()
        connection: smtplib.SMTP = _SmtpOverTls(
            server.host, server.port, timeout=_TIMEOUT_SECONDS, context=context
        )
    else:
        connection = _Smtp(server.host, server.port, timeout=_TIMEOUT_SECONDS)
    try:
        if server.scheme == "smtp+starttls":
            connection.starttls(context=ssl.create_default_context())
        if server.user is not None and server.password is not None:
            connection.login(server.user, server.password)
    except BaseException as error:
        connection.close()
        # The library has no class of its own for a sign-in of which both sides know no common kind.
        if isinstance(error, smtplib.SMTPNotSupportedError) or type(error) is smtplib.SMTPException:
            raise Undelivered(f"{_SERVER} offers no encryption, or no usable sign-in method.") from None
        raise
    return connection


def _leave(connection: smtplib.SMTP) -> None:
    # The mail was taken or refused before: how the farewell goes changes nothing.
    with suppress(smtplib.SMTPException, OSError):
        connection.quit()
    connection.close()


def _trouble(error: Exception) -> Undelivered:
    """Put into words what went wrong."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            [(code, text)] = error.recipients.values()
            return _of_recipient(_status(code, text))
        case smtplib.SMTPResponseException():
            what = _REFUSED.get(type(error), "answered")
            return Undelivered(f"{_SERVER} {what} ({_status(error.smtp_code, error.smtp_error)}).")
        case smtplib.SMTPException():
            return Undelivered(f"{_SERVER} closed the connection, or isn’t a mail server.")
        case ssl.SSLCertVerificationError():
            return Undelivered(f"{_SERVER} has a certificate that isn’t valid for it, or isn’t trusted here.")
        case ssl.SSLError():
            return Undelivered(f"{_SERVER} doesn’t offer TLS on this port.")
        case socket.gaierror():
            return Undelivered("The host in KEYFERRY_SMTP_URL can’t be looked up.")
        case TimeoutError():
            return Undelivered(f"{_SERVER} didn’t answer in time.")
        case OSError():
            return Undelivered(f"{_SERVER} can’t be reached, or it dropped the connection.")
    return Undelivered(f"{_SERVER} didn’t respond as expected ({type(error).__name__}).")


_REFUSED: dict[type[smtplib.SMTPException], str] = {
    smtplib.SMTPConnectError: "refused the connection",
    smtplib.SMTPHeloError: "refused the greeting",
    smtplib.SMTPAuthenticationError: "refused the sign-in",
    smtplib.SMTPSenderRefused: "refused the sender in KEYFERRY_MAIL_FROM",
    smtplib.SMTPDataError: "refused the email",
}


def _of_recipient(status: str) -> Undelivered:
    if _NO_SUCH_RECIPIENT.fullmatch(status):
        message = f"The mail server doesn’t know this address ({status})."
        return Undelivered(message, for_good=True, stops_all=False)
    is_of_one = bool(_ONE_MAILBOX.fullmatch(status))
    return Undelivered(f"{_SERVER} refused the recipient ({status}).", stops_all=not is_of_one)


def _status(code: int, text: bytes | str) -> str:
    """Return an answer's numbers: its text may quote the mail."""
    enhanced = _ENHANCED.match(text if isinstance(text, bytes) else text.encode())
    return f"{code} {enhanced[0].decode()}" if enhanced else str(code)

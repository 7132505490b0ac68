"""Handing one mail to the mail server, and telling for good from for now where that fails."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from server.core.customers import address_to_write_to
from server.core.mails import Mail
from server.core.outbox import Taken
from server.smtp import SmtpServer, sender_of

_TIMEOUT_SECONDS = 30
_PERMANENT = 500


class Undelivered(Exception):
    """The mail server did not take a mail; the text holds nothing of the mail, nor of the answer."""

    def __init__(self, message: str, *, for_good: bool = False) -> None:
        super().__init__(message)
        self.for_good = for_good


def message_of(mail: Mail, taken: Taken, sender: str) -> EmailMessage:
    """Return a mail as it travels.

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
    message.set_content(mail.text)
    for file in mail.attachments:
        message.add_attachment(
            file.content.encode(), maintype="application", subtype="octet-stream", filename=file.name
        )
    return message


def deliver(message: EmailMessage, server: SmtpServer) -> None:
    """Hand a message over; raises Undelivered. Afterwards the mail server is the one who answers for it."""
    connection = None
    try:
        connection = _connected(server)
        connection.send_message(message)
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
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
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=_TIMEOUT_SECONDS, context=context
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=_TIMEOUT_SECONDS)
    try:
        if server.scheme == "smtp+starttls":
            connection.starttls(context=ssl.create_default_context())
        if server.user is not None and server.password is not None:
            connection.login(server.user, server.password)
    except BaseException as error:
        connection.close()
        if isinstance(error, smtplib.SMTPNotSupportedError):
            raise smtplib.SMTPConnectError(0, "no encryption or no sign-in") from None
        raise
    return connection


def _leave(connection: smtplib.SMTP) -> None:
    # The mail was taken or refused before: how the farewell goes changes nothing.
    with suppress(smtplib.SMTPException, OSError):
        connection.quit()
    connection.close()


def _trouble(error: Exception) -> Undelivered:
    """Put into words what went wrong: what concerns this one mail is for good, all else may be mended."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            code = max(number for number, _ in error.recipients.values())
            return Undelivered(
                f"The mail server refused the recipient ({code}).", for_good=code >= _PERMANENT
            )
        case smtplib.SMTPDataError():
            code = error.smtp_code
            return Undelivered(f"The mail server refused the mail ({code}).", for_good=code >= _PERMANENT)
        case smtplib.SMTPNotSupportedError() | UnicodeError():
            return Undelivered("The mail server cannot write to such an address.", for_good=True)
        case smtplib.SMTPSenderRefused():
            return Undelivered(
                f"The mail server refused the sender ({error.smtp_code}). See KEYFERRY_MAIL_FROM."
            )
        case smtplib.SMTPAuthenticationError():
            return Undelivered(
                f"The mail server refused the sign-in ({error.smtp_code}). See KEYFERRY_SMTP_URL."
            )
        case ssl.SSLCertVerificationError():
            return Undelivered("The mail server's certificate is not valid for it, or not trusted here.")
        case ssl.SSLError():
            return Undelivered("The mail server does not speak TLS there. See KEYFERRY_SMTP_URL.")
        case smtplib.SMTPConnectError(smtp_code=0):
            return Undelivered("The mail server offers no encryption or no sign-in. See KEYFERRY_SMTP_URL.")
        case smtplib.SMTPException():
            return Undelivered("The mail server broke off, or is not one.")
    return Undelivered("The mail server cannot be reached.")

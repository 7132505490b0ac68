"""What the settings say about mail: the server in KEYFERRY_SMTP_URL, and the sender."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from server.core.customers import is_email

# The port where none is written; who says smtps or starttls gets an encrypted connection or none.
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


@dataclass(frozen=True)
class SmtpServer:
    """A mail server, and how it is spoken to: `scheme` is smtp, smtp+starttls or smtps."""

    scheme: str
    host: str
    port: int
    user: str | None
    password: str | None = field(repr=False)


def server_of(url: str) -> SmtpServer | None:
    """Read the address of a mail server; None where it is none."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return None
    signs_in = parts.username is not None
    whole = not (parts.path.strip("/") or parts.query or parts.fragment)
    # A user without a password, or a password without a user, is a slip.
    if (
        parts.scheme not in _PORTS
        or not parts.hostname
        or not whole
        or port == 0
        or signs_in != bool(parts.password)
        or parts.username == ""
    ):
        return None
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    return SmtpServer(parts.scheme, parts.hostname, port or _PORTS[parts.scheme], user, password)


def sender_of(text: str) -> Address:
    """Read a sender, with a name or without; raises ValueError where it is none."""
    name, address = parseaddr(text)
    written = f"<{address}>" if "<" in text else address
    # What was left over behind the address would be a second one, or a slip.
    if (
        not is_email(address)
        or not text.isprintable()
        or not address.isascii()
        or not text.strip().endswith(written)
    ):
        raise ValueError("this is no address")
    try:
        return Address(display_name=name, addr_spec=address)
    except (MessageError, IndexError, AttributeError):
        raise ValueError("this is no address") from None


def is_sender(text: str) -> bool:
    """Tell whether a text names a sender."""
    try:
        sender_of(text)
    except ValueError:
        return False
    return True

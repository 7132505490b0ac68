"""What the settings say about mail: the server in KEYFERRY_SMTP_URL, and the sender."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from ipaddress import ip_address
from unicodedata import normalize
from urllib.parse import unquote, urlsplit

from keyferry.server.core.customers.contacts import domain_in_ascii, is_email

# The port where none is written; who says smtps or starttls gets an encrypted connection or none.
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
# Underscores are in no public name, but in those of containers.
_IN_ASCII = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_HOST_LENGTH = 253
_KEPT_SINCE = frozenset("ßς")


@dataclass(frozen=True)
class SmtpServer:
    """A mail server, and how it is spoken to: `scheme` is smtp, smtp+starttls or smtps."""

    scheme: str
    host: str
    port: int
    user: str | None
    password: str | None = field(repr=False)


def server_of(url: str) -> SmtpServer:
    """Read the address of a mail server; raises ValueError, whose text quotes nothing, where it is none."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        user, password = _login_part(parts.username), _login_part(parts.password)
    except ValueError:
        # What is wrong may be a part of the password.
        raise ValueError("this is no address") from None
    whole = not (parts.path.strip("/") or parts.query or parts.fragment)
    # A user without a password, or a password without a user, is a slip.
    signs_in_by_half = (user is None) != (not password) or user == ""
    if parts.scheme not in _PORTS or not whole or port == 0 or signs_in_by_half:
        raise ValueError("this is no address")
    host = _host(parts.hostname or "")
    return SmtpServer(parts.scheme, host, port or _PORTS[parts.scheme], user, password)


def _login_part(text: str | None) -> str | None:
    """Return a user or a password as it is meant; raises ValueError where it cannot be sent."""
    if text is None:
        return None
    plain = unquote(text, errors="strict")
    plain.encode()
    if "\0" in plain:
        raise ValueError("a sign-in holds no NUL")
    return plain


def _host(text: str) -> str:
    """Return a host as the network knows it; raises ValueError where there can be none of this name."""
    try:
        return str(ip_address(text))
    except ValueError:
        pass
    name = normalize("NFKC", text.replace("。", ".")).lower().removesuffix(".")
    host = ".".join(map(_label, name.split(".")))
    # Only digits and dots, and no address: a slip in one.
    is_number = host.rpartition(".")[2].isdigit()
    if len(host) > _HOST_LENGTH or is_number:
        raise ValueError("there is no host of this name")
    return host


def _label(text: str) -> str:
    label = text.encode("idna").decode()
    if _KEPT_SINCE & set(text):
        # Python's IDNA is the older one, for which straße.example is the host strasse.example.
        label = domain_in_ascii(text)
    if not _IN_ASCII.fullmatch(label):
        raise ValueError("there is no host of this name")
    return label


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

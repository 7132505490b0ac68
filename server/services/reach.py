"""Whether phones can reach the public address, as far as it says so itself."""

from __future__ import annotations

import re
from enum import StrEnum
from ipaddress import IPv4Address, ip_address
from urllib.parse import urlsplit

from keyferry.server.config import Settings

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# A browser takes a name that ends with a number for an IP address.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_NAME_LENGTH = 253
# Names that no public name server knows (RFC 6762, RFC 8375), or that routers make up.
_NETWORKS_OWN = (".local", ".internal", ".home.arpa", ".lan")


class Reach(StrEnum):
    """From where a phone can open an address."""

    LOCAL = "local"
    """From nowhere: it leads only to the machine itself."""
    MALFORMED = "malformed"
    """From nowhere: its host is neither a name nor an IP address."""
    WITHOUT_DOMAIN = "without_domain"
    """From its own network at best."""
    PRIVATE = "private"
    """From its own network."""
    PUBLIC = "public"

    @property
    def is_enough(self) -> bool:
        """Whether phones reach it, and be it those of one's own network: whoever set it knows that."""
        return self in (Reach.PRIVATE, Reach.PUBLIC)


def host_of(settings: Settings) -> str:
    """Return the host of the public address, without the dot that may end it."""
    return (urlsplit(settings.public_url).hostname or "").removesuffix(".")


def reach_of(settings: Settings) -> Reach:
    """Return from where phones can open the public address."""
    host = host_of(settings)
    ip = _ip(host)
    if settings.is_loopback or host == "localhost" or (ip and ip.is_unspecified):
        return Reach.LOCAL
    if ip is None and not _is_name(host):
        return Reach.MALFORMED
    if ip is None and "." not in host:
        return Reach.WITHOUT_DOMAIN
    if host.endswith(_NETWORKS_OWN) or (ip and not ip.is_global):
        return Reach.PRIVATE
    return Reach.PUBLIC


def _ip(host: str) -> IPv4Address | None:
    try:
        ip = ip_address(host)
    except ValueError:
        return None
    return ip if isinstance(ip, IPv4Address) else None


def _is_name(host: str) -> bool:
    labels = host.split(".")
    whole = all(map(_LABEL.fullmatch, labels)) and len(host) <= _NAME_LENGTH
    return whole and not _NUMBER.fullmatch(labels[-1])

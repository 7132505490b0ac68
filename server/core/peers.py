"""Where somebody asks from: one normal form for every spelling of an address.

Proxies name a peer with a port, in brackets, with a zone, or as an IPv4 address inside of an IPv6 one. All of
that is one peer: counted once, kept once, shown alike.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# What is no address is counted together: whoever sends rubbish must not be somebody new each time.
UNKNOWN = "unknown"

# IPv4 inside of IPv6: as a socket for both tells it (RFC 4291), and as translators do (RFC 2765, RFC 6052).
_WRAPPED = tuple(map(ip_network, ("::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")))
# A site's own translator (RFC 8215) may put all IPv4 peers into one /64.
_TRANSLATED_HERE = ip_network("64:ff9b:1::/48")
_CUSTOMER_BITS = 64
# Whoever asks, asks several times.
_REMEMBERED = 4096


@lru_cache(_REMEMBERED)
def normal(address: str) -> str:
    """Return the normal form of an address, however it is spelled; UNKNOWN for what is none."""
    parsed = _parsed(address)
    return UNKNOWN if parsed is None else str(parsed)


@lru_cache(_REMEMBERED)
def network_of(address: str | None) -> str:
    """Return what counts as one peer: an IPv4 address, or the /64 that an IPv6 customer has to itself."""
    parsed = _parsed(address) if address is not None else None
    if parsed is None:
        return UNKNOWN if address is not None else str(None)
    if parsed.version == 4 or parsed in _TRANSLATED_HERE:
        return str(parsed)
    if parsed.sixtofour is not None:
        # One IPv4 address has 65,536 such networks.
        return str(parsed.sixtofour)
    return str(ip_network((parsed, _CUSTOMER_BITS), strict=False))


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address with or without a port; without brackets, what may be a group of it is no port."""
    text = text.strip().strip('"').strip()
    if text.startswith("["):
        return _bare(text[1:].partition("]")[0])
    return _bare(text) or _bare(text.rpartition(":")[0])


def _bare(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    wrapped = any(found in network for network in _WRAPPED)
    return IPv4Address(int(found) & 0xFFFFFFFF) if wrapped else found

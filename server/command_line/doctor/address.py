"""The public address: whether phones reach it, how, and how large it makes the QR code."""

from __future__ import annotations

import segno

from keyferry.protocol.activation_key import ActivationKey
from keyferry.protocol.alphabet import to_symbols
from keyferry.protocol.computer_id import ComputerId
from keyferry.protocol.keys import APPLICATION_SECRET_BYTES, FIRST_EPOCH, EpochKeys
from keyferry.protocol.openings import Level, Opening
from keyferry.protocol.request_token import DeactivationRequest, scan_url, sign_request
from keyferry.server.command_line.doctor.findings import Finding, ok, problem, warning
from keyferry.server.config import Settings
from keyferry.server.services.reach import Reach, host_of, reach_of

_SET_IT = "Set KEYFERRY_PUBLIC_URL to an address that phones can open, then export your profiles again."
# What docs/protocol.md promises for a computer name of this length, and a terminal of 80 by 24 shows.
_LARGEST_VERSION = 5
_TYPICAL_NAME = "LAB-PC-07-AB"


def reach(settings: Settings) -> Finding:
    """Tell whether phones can reach the public address, as far as it says so itself."""
    check, url, host, found = "public_url", settings.public_url, host_of(settings), reach_of(settings)
    if found is Reach.LOCAL:
        return problem(check, "public_url_local", f"{url} leads only to this machine. {_SET_IT}")
    if found is Reach.MALFORMED:
        return problem(
            check, "public_url_malformed", f"{host} is neither a host name nor an IP address. {_SET_IT}"
        )
    if found is Reach.WITHOUT_DOMAIN:
        return problem(
            check,
            "public_url_without_domain",
            f"{host} has no domain, so phones in other networks can't find it. {_SET_IT}",
        )
    if found is Reach.PRIVATE:
        return warning(
            check,
            "public_url_private",
            f"Only phones in your own network can open {url}. For all others, use a public host name.",
        )
    return ok(check, f"Phones open {url}.")


def encryption(settings: Settings) -> Finding:
    """Tell whether the public address is an https one."""
    if settings.is_https:
        return ok("https", "Phones connect over HTTPS.")
    return warning(
        "https",
        "public_url_http",
        "Without HTTPS, phones can't use the camera or install the page, and keys travel unencrypted. "
        "Get a certificate, and start KEYFERRY_PUBLIC_URL with https://.",
    )


def qr_code(settings: Settings) -> Finding:
    """Tell whether the QR code of a typical request stays as small as the wizard's documents promise."""
    address, _, token = scan_url(settings.public_url, _typical_token()).partition("#")
    # The wizard takes the stronger correction only where the code stays small.
    version = _version(address, token, "m")
    if version > _LARGEST_VERSION:
        version = _version(address, token, "l")
    modules = 17 + 4 * version
    size = f"A typical QR code is version {version} ({modules} by {modules} modules)"
    if version <= _LARGEST_VERSION:
        return ok("qr_code", f"{size}.")
    surplus = next(
        count for count in range(len(address)) if _version(address[count:], token, "l") <= _LARGEST_VERSION
    )
    return warning(
        "qr_code",
        "qr_code_large",
        f"{size}, too large for small screens. Use a host name that is {surplus} characters shorter.",
    )


def _typical_token() -> str:
    """Return a token of the longer kind; its size depends on nothing but the computer's name."""
    code, computer_id = to_symbols(0, 20), ComputerId(FIRST_EPOCH, 0, 0, 0)
    request = DeactivationRequest(
        1, computer_id, ActivationKey(code), (Opening(Level.PROOF, code[:10]),), _TYPICAL_NAME
    )
    secret = bytes(APPLICATION_SECRET_BYTES)
    return sign_request(request, EpochKeys.derive(secret, product_code="", epoch=FIRST_EPOCH))


def _version(address: str, token: str, error_correction: str) -> int:
    # As the wizard makes it: the one "#" is a segment of its own. The mask doesn't change the size.
    parts = [address, "#", token]
    return int(
        segno.make_qr(
            parts,  # type: ignore[arg-type]  # segments are documented
            error=error_correction,
            mask=0,
            boost_error=False,
        ).version
    )

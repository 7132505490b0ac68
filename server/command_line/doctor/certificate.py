"""The certificate of an https address, as this machine sees it."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from keyferry.server.command_line.doctor.findings import Finding, ok, problem, warning
from keyferry.server.config import Settings

_TIMEOUT_SECONDS = 5
_SOON = timedelta(days=14)
_HTTPS = 443
# The numbers that OpenSSL gives to what is wrong with a certificate (x509_vfy.h).
_NOT_YET_VALID, _EXPIRED = 9, 10
_UNTRUSTED = frozenset({2, 18, 19, 20, 21})
_OF_ANOTHER_NAME = frozenset({62, 64})


def valid(settings: Settings, now: datetime) -> Finding | None:
    """Tell whether the certificate is valid, None where the address is no https one."""
    if not settings.is_https:
        return None
    address = urlsplit(settings.public_url)
    host, port = (address.hostname or "").removesuffix("."), address.port or _HTTPS
    try:
        ends_at = _end(host, port)
    except ssl.SSLCertVerificationError as error:
        return _invalid(error, host)
    except ssl.SSLError as error:
        return problem(
            "certificate",
            "https_not_served",
            f"What listens on port {port} of {host} opened no HTTPS connection{_reason(error)}. If it "
            "doesn't speak HTTPS, start `keyferry serve` with --certfile and --keyfile, or set up HTTPS in "
            "your reverse proxy.",
        )
    except (OSError, UnicodeError):
        return warning(
            "certificate",
            "certificate_not_seen",
            f"This machine got no answer over HTTPS from port {port} of {host}, so the certificate wasn't "
            f"checked. Check that a phone can open {settings.public_url}.",
        )
    day = f"{ends_at:%Y-%m-%d}"
    if ends_at < now + _SOON:
        return warning(
            "certificate",
            "certificate_expires_soon",
            f"The certificate of {host} expires on {day}. Renew it before that.",
        )
    return ok("certificate", f"The certificate of {host} is valid until {day}.")


def _end(host: str, port: int) -> datetime:
    """Return when the certificate expires; raises OSError, ssl.SSLError, or UnicodeError for no host name."""
    context = ssl.create_default_context()
    with (
        socket.create_connection((host, port), _TIMEOUT_SECONDS) as connection,
        context.wrap_socket(connection, server_hostname=host) as encrypted,
    ):
        certificate = encrypted.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)


def _reason(error: ssl.SSLError) -> str:
    return f" ({error.reason})" if error.reason else ""


def _invalid(error: ssl.SSLCertVerificationError, host: str) -> Finding:
    what = f"The certificate of {host}"
    if error.verify_code == _EXPIRED:
        code = "certificate_expired"
        message = f"{what}, or one of its chain, has expired by this machine's clock. Renew it."
    elif error.verify_code == _NOT_YET_VALID:
        code = "certificate_not_yet_valid"
        message = f"{what} isn't valid yet. Check this machine's clock and the certificate's dates."
    elif error.verify_code in _OF_ANOTHER_NAME:
        code = "certificate_of_another_name"
        message = f"{what} is for another name. Get one for {host}."
    elif error.verify_code in _UNTRUSTED:
        code = "certificate_untrusted"
        message = (
            f"{what} isn't trusted here. Use one from an authority that phones trust, and serve it with "
            "its whole chain."
        )
    else:
        code = "certificate_invalid"
        message = f"{what} isn't valid: {error.verify_message}. Get a new one."
    return problem("certificate", code, message)

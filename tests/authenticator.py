"""An authenticator app, and an operator who sets it up."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from keyferry.server.core.staff import operators, second_factor
from keyferry.server.db import transaction
from keyferry.server.parts import parts
from tests.conftest import NOON, STAFF


def code_of(secret: str, now: datetime) -> str:
    """The code that the app shows, for a secret in base32."""
    totp = TOTP(base64.b32decode(secret), 6, hashes.SHA1(), 30)
    return totp.generate(int(now.timestamp())).decode()


def set_up(name: str = "ada", now: datetime = NOON - timedelta(hours=1)) -> tuple[str, tuple[str, ...]]:
    """Give an operator a second factor; return its secret and the recovery codes."""
    with transaction() as session:
        found, keyring = operators.find(session, name), parts().keyring
        second_factor.begin(session, found, keyring=keyring)
        secret = second_factor.pending(found, keyring=keyring).secret
        more = {"here": None, "keyring": keyring, "by": STAFF, "now": now}
        return secret, second_factor.confirm(session, found, code_of(secret, now), **more)

"""Browsers in which an operator has signed in before: a stranger's guesses shut nobody out of their own.

Each holds a cookie and guesses on a count of its own, as OWASP's device cookies do. What it holds is sealed
for one operator of this server and kept nowhere here; who is signed out everywhere has no device any more.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from keyferry.server.core.models import Operator
from keyferry.server.core.secrets import Keyring

LIFETIME = timedelta(days=180)
_BYTES = 16


def sealed(operator: Operator, *, keyring: Keyring, now: datetime) -> str:
    """Return what a browser shows from now on, in which the operator has just shown all that is asked."""
    until, device = (now + LIFETIME).timestamp(), secrets.token_hex(_BYTES)
    content = {"operator": operator.id, "version": operator.device_version, "device": device, "until": until}
    text: str | bytes = _seal(keyring).dumps(content)
    return text if isinstance(text, str) else text.decode("ascii")


def known(operator: Operator, shown: Iterable[str], *, keyring: Keyring, now: datetime) -> str | None:
    """Return which device of the operator something of what was shown stands for, or None."""
    for text in shown:
        try:
            found: dict[str, Any] = _seal(keyring).loads(text)
        except BadData:
            continue
        is_own = (found["operator"], found["version"]) == (operator.id, operator.device_version)
        # One that was sealed before the clock was set back lasts no longer than any other.
        age = now.timestamp() - (found["until"] - LIFETIME.total_seconds())
        if is_own and abs(age) < LIFETIME.total_seconds():
            return str(found["device"])
    return None


def _seal(keyring: Keyring) -> URLSafeSerializer:
    return URLSafeSerializer(keyring.derived("device"))
